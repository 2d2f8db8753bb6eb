"""Write the example sequences anew: `python -m tests.simulate.sequences.make_sequences`, from the project's folder."""

from math import pi
from pathlib import Path
from typing import Any

from pulser import Pulse, Sequence
from pulser.waveforms import BlackmanWaveform, ConstantWaveform, RampWaveform

from tests.simulate.sequences.make_devices import fresnel

FOLDER = Path(__file__).parent
# Traps of the layout of 61: on its rim, 35 µm apart, and neighbours at 5 µm.
FAR = (0, 46, 50)
NEAR = (21, 30)


def rabi() -> str:
    """Three atoms too far apart to notice each other; omega (rad/µs) times t (ns) is the angle. At pi, all excited."""
    sequence = _sequence(FAR)
    omega, t = sequence.declare_variable("omega"), sequence.declare_variable("t", dtype=int)
    sequence.add(Pulse.ConstantPulse(t, omega, 0, 0), "rydberg")
    sequence.measure("ground-rydberg")
    return str(sequence.to_abstract_repr(seq_name="rabi", omega=pi, t=1000))


def blockade() -> str:
    """Two neighbours and a slow pulse of area pi / sqrt(2): one of them is excited, and never both."""
    sequence = _sequence(NEAR)
    pulse = Pulse.ConstantDetuning(BlackmanWaveform(2000, pi / 2**0.5), 0, 0)
    sequence.add(pulse, "rydberg")
    sequence.measure("ground-rydberg")
    return str(sequence.to_abstract_repr(seq_name="blockade"))


def sweep() -> str:
    """Two neighbours; amplitude up for ts[0], detuning from -delta to delta for ts[1], amplitude down."""
    sequence = _sequence(NEAR)
    omega, delta = sequence.declare_variable("omega"), sequence.declare_variable("delta")
    ts = sequence.declare_variable("ts", size=2, dtype=int)
    sequence.add(Pulse.ConstantDetuning(RampWaveform(ts[0], 0, omega), -delta, 0), "rydberg")
    sequence.add(Pulse.ConstantAmplitude(omega, RampWaveform(ts[1], -delta, delta), 0), "rydberg")
    sequence.add(Pulse.ConstantDetuning(RampWaveform(ts[0], omega, 0), delta, 0), "rydberg")
    sequence.measure("ground-rydberg")
    return str(sequence.to_abstract_repr(seq_name="sweep", omega=6.0, delta=10.0, ts=[400, 1000]))


def mappable() -> str:
    """Up to four atoms, placed on traps by each job; t (ns) is the time of a pulse of 2 pi rad/µs."""
    device = fresnel()
    register = device.pre_calibrated_layouts[0].make_mappable_register(4)
    sequence = Sequence(register, device)
    sequence.declare_channel("rydberg", "rydberg_global")
    t = sequence.declare_variable("t", dtype=int)
    sequence.add(Pulse(ConstantWaveform(t, 2 * pi), ConstantWaveform(t, 0), 0), "rydberg")
    sequence.measure("ground-rydberg")
    return str(sequence.to_abstract_repr(seq_name="mappable", t=500, qubits={"q0": 30}))


def _sequence(traps: tuple[int, ...]) -> Any:
    device = fresnel()
    layout = device.pre_calibrated_layouts[0]
    sequence = Sequence(layout.define_register(*traps, qubit_ids=[f"q{n}" for n in range(len(traps))]), device)
    sequence.declare_channel("rydberg", "rydberg_global")
    return sequence


def main() -> None:
    for make in (rabi, blockade, sweep, mappable):
        (FOLDER / f"{make.__name__}.json").write_text(f"{make()}\n", "utf-8")


if __name__ == "__main__":
    main()
