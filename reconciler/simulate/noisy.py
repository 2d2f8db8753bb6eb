# Imports Braket's SDK (more than a second): load this module only to simulate a device's noise.
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from braket.circuits import Circuit
from braket.emulation.local_emulator import LocalEmulator
from braket.emulation.passes.circuit_passes import RemoveVerbatimTransformation

from reconciler.simulate import SimulationFailed
from reconciler.simulate.syntax import strict_syntax


def with_noise(source: str, inputs: Mapping[str, Any], capabilities: str) -> str:
    """The program with the noise that its device is known for, as OpenQASM for the density matrix simulator.

    Raises SimulationFailed where the device would compile the program first, so that nobody knows which gates and
    qubits its noise meets; and whatever the library raises on what the device does not take.
    """
    if "verbatim" not in source:
        raise SimulationFailed(
            "A device's noise is known for its own gates and qubits, and this program has no verbatim box:"
            " the device would choose them when it compiles."
        )
    emulator = _emulator(capabilities)
    with strict_syntax("The program"):
        circuit = Circuit.from_ir(source, dict(inputs))
    noisy = emulator.transform(circuit)
    # The text of noise is a pragma, and those are not read within a box. The emulator itself takes the box away too.
    return str(RemoveVerbatimTransformation().run(noisy).to_ir("OPENQASM").source)


@lru_cache(maxsize=8)
def _emulator(capabilities: str) -> Any:
    try:
        return LocalEmulator.from_json(capabilities)
    except Exception as error:
        raise SimulationFailed(
            f"The device does not say enough of its noise: {' '.join(str(error).split())[:160]}."
        ) from error
