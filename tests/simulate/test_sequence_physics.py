"""What Pulser says of a sequence, of its jobs' values, and of the device they are meant for."""

import sys
from typing import Any

import pytest
from pulser import Pulse, Register, Sequence
from pulser.devices import AnalogDevice, MockDevice
from pulser.register.special_layouts import SquareLatticeLayout

from reconciler.core.sequence import SequenceJob
from reconciler.emulator.pasqal.specs import SPECS
from reconciler.simulate import pulser_read
from reconciler.simulate.sequence_check import check_physics
from tests.simulate.pulser_files import job, sequence, shown


def physics(text: str, *jobs: SequenceJob, device: str = "FRESNEL", spec: str | None = "") -> list[str]:
    return shown(check_physics(text, jobs or [job()], SPECS[device] if spec == "" else spec, device))


def made(register: Any, device: Any = AnalogDevice) -> str:
    built = Sequence(register, device)
    built.declare_channel("rydberg", "rydberg_global")
    built.add(Pulse.ConstantPulse(1000, 3.0, 0, 0), "rydberg")
    built.measure()
    return str(built.to_abstract_repr())


def row(atoms: int, device: Any = MockDevice) -> str:
    return made(Register.rectangle(1, atoms, 6, prefix="q"), device)


CLOCK = "Use a multiple of the clock period, or accept the longer time."
JOBS = {
    "too strong": (
        "error sequence/job-refused jobs.1.variables.omega | Pulser refuses the values of the job: The pulse's"
        " amplitude goes over the maximum value allowed for the chosen channel. | Give values that the device allows.",
        job(1, omega=13.0, t=1000),
    ),
    "too long for the device": (
        "error sequence/job-refused jobs.1.variables.t | Pulser refuses the values of the job: The sequence's duration"
        " exceeded the maximum duration allowed by the device (6000 ns). | Give values that the device allows.",
        job(1, omega=3.0, t=10_000),
    ),
    "too short for the channel": (
        "error sequence/job-refused jobs.1.variables.t | Pulser refuses the values of the job: duration has to be at"
        " least 16 ns. | Give values that the device allows.",
        job(1, omega=3.0, t=8),
    ),
    "too long to be looked at": (
        "error sequence/job-refused jobs.1.variables.t | Pulser refuses the values of the job: The pulses and"
        " delays add up to 2e+12 ns; at most 2,000,000 are read. | Give values that the device allows.",
        job(1, omega=3.0, t=10**12),
    ),
    "two values wrong": (
        "error sequence/job-refused jobs.1.variables | Pulser refuses the values of the job: All samples of an"
        " amplitude waveform must be greater than or equal to zero. | Give values that the device allows.",
        job(1, omega=-3.0, t=8),
    ),
    "off the clock": (
        "warning sequence/clock-rounding jobs.1.variables.t | A duration of 1001 ns is not a multiple of the channel's"
        f" clock period (4 ns). It was rounded up to 1004 ns. | {CLOCK}",
        job(1, omega=3.0, t=1001),
    ),
    "too many runs": (
        "error sequence/too-many-runs jobs.1.runs | The job has 2,001 runs, and FRESNEL takes at most 2,000 in one job."
        " | Ask for fewer runs, or write several jobs.",
        job(1, 2001, omega=3.0, t=1000),
    ),
}


@pytest.mark.parametrize(("expected", "mistaken"), JOBS.values(), ids=JOBS)
def test_a_job_that_its_device_does_not_take(expected: str, mistaken: SequenceJob) -> None:
    sound = job(0, omega=3.0, t=1000)
    assert physics(sequence("rabi"), sound, mistaken) == [expected]
    assert physics(sequence("rabi"), mistaken) == [expected]  # blamed on the same variable with nothing to compare with


def test_the_element_of_a_list_that_is_off_the_clock() -> None:
    assert physics(sequence("sweep"), job(omega=6.0, delta=10.0, ts=[400, 1001])) == [
        "warning sequence/clock-rounding jobs.0.variables.ts.1 | A duration of 1001 ns is not a multiple of"
        f" the channel's clock period (4 ns). It was rounded up to 1004 ns. | {CLOCK}"
    ]


ITSELF = {
    "off the clock": (
        sequence("blockade", ('"duration": 2000', '"duration": 2001'), ('"duration": 2000', '"duration": 2001')),
        "warning sequence/clock-rounding - | A duration of 2001 ns is not a multiple of the channel's clock period"
        f" (4 ns). It was rounded up to 2004 ns. | {CLOCK}",
    ),
    "too strong": (
        sequence("blockade", ('"area": 2.221441469079183', '"area": 99.0')),
        "error sequence/refused - | Pulser refuses the sequence: The pulse's amplitude goes over the maximum value"
        " allowed for the chosen channel. | Change it in Pulser, and export it again.",
    ),
    "atoms too close": (
        row(2, AnalogDevice).replace('"x": 3.0', '"x": -2.0'),
        "error sequence/refused - | Pulser refuses the sequence: The minimal distance between atoms in this device"
        " (5 µm) is not respected (up to a precision of 1e-6 µm) for the pairs: [('q0', 'q1')]"
        " | Change it in Pulser, and export it again.",
    ),
    "too long to be looked at": (
        sequence("blockade", ('"duration": 2000', '"duration": 1000000000000')),
        "error sequence/refused - | Pulser refuses the sequence: The pulses and delays add up to 1e+12 ns; at most"
        " 2,000,000 are read. | Change it in Pulser, and export it again.",
    ),
    "an element that the variable does not have": (
        sequence("sweep", ('"rhs": 1}', '"rhs": 2}')),
        "error sequence/refused - | Pulser refuses the sequence: Index 2 out of bounds for variable 'ts' with size 2."
        " | Change it in Pulser, and export it again.",
    ),
    "not measured": (
        sequence("blockade", ('"measurement": "ground-rydberg"', '"measurement": null')),
        "warning sequence/unmeasured - | The sequence does not say in which basis it is measured. It is uploaded as it"
        " is, and may fail there. | Call `sequence.measure()` before exporting it.",
    ),
    "measured in another basis": (
        row(2).replace('"measurement": "ground-rydberg"', '"measurement": "digital"'),
        "warning sequence/remark - | The desired measurement basis 'digital' is not being addressed by any"
        " channel in the sequence. | Change the sequence in Pulser if you did not mean it.",
    ),
    "a device that Pulser has forgotten": (
        row(2).partition('"device"')[0] + '"device": "Chadoq2"}',
        "warning sequence/not-checked - | The sequence could not be checked with Pulser. AttributeError: module"
        " 'pulser.devices' has no attribute 'Chadoq2' | Try it with Pulser yourself before paying for it.",
    ),
}


@pytest.mark.parametrize(("text", "expected"), ITSELF.values(), ids=ITSELF)
def test_a_sequence_that_is_wrong_in_itself(text: str, expected: str) -> None:
    assert shown(check_physics(text, [], SPECS["EMU_FREE"], "EMU_FREE")) == [expected]


def test_a_sequence_without_pulses() -> None:
    start = sequence("blockade").index('"operations": ')
    end = sequence("blockade").index(', "measurement"')
    empty = sequence("blockade")[:start] + '"operations": []' + sequence("blockade")[end:]
    assert physics(empty) == [
        "error sequence/empty - | The sequence has channels, but no pulse and no delay. A QPU refuses it, and there is"
        " nothing to measure. | Add a pulse before exporting the sequence."
    ]


OWN_LAYOUT = SquareLatticeLayout(5, 5, 6).define_register(1, 2)
CALIBRATED = AnalogDevice.pre_calibrated_layouts[0].define_register(1, 2)
LAYOUTS = "Choose traps of a layout of FRESNEL: `device.calibrated_register_layouts` in Pulser."
DEVICES = {
    "no layout": (
        row(2),
        "error sequence/layout - | FRESNEL takes only atoms on the traps of a layout, and the register of this sequence"
        f" has none. | {LAYOUTS}",
    ),
    "a layout of its own": (
        made(OWN_LAYOUT),
        "error sequence/layout - | FRESNEL takes only layouts that it is calibrated for, and the one of this"
        f" sequence is none of them. | {LAYOUTS}",
    ),
    "another device": (
        made(CALIBRATED, MockDevice),
        "error sequence/device-mismatch - | The sequence was made for 'MockDevice', and does not run on"
        " FRESNEL as it is: Strict device match failed because the devices have different Rydberg levels."
        " | Make it in Pulser for the device that the cloud describes as FRESNEL.",
    ),
}


@pytest.mark.parametrize(("text", "expected"), DEVICES.values(), ids=DEVICES)
def test_a_sequence_that_is_not_for_this_qpu(text: str, expected: str) -> None:
    assert physics(text) == [expected]
    assert physics(text, device="EMU_FREE") == []


def test_a_sequence_for_a_device_alike_runs_on_the_qpu() -> None:
    assert physics(made(CALIBRATED)) == []


@pytest.mark.parametrize(("device", "most"), [("EMU_FREE", 12), ("EMU_SV", 25), ("EMU_MPS", 80)])
def test_emulators_only_bound_the_atoms(device: str, most: int) -> None:
    expected = (
        f"error sequence/too-many-atoms - | The sequence has {most + 1} atoms, and {device} takes at most {most}."
    )
    assert physics(row(most), device=device) == []
    assert physics(row(most + 1), device=device) == [f"{expected} | Use fewer atoms, or another device."]
    assert physics(row(most + 1), device=device, spec=None) == [f"{expected} | Use fewer atoms, or another device."]


def test_a_job_that_places_too_many_atoms() -> None:
    few = SPECS["EMU_FREE"].replace('"max_atom_num":12', '"max_atom_num":1')
    placed = job(t=500, qubits={"q0": 0, "q1": 60})
    assert physics(sequence("mappable"), placed, device="EMU_FREE", spec=few) == [
        "error sequence/too-many-atoms jobs.0.variables.qubits | The sequence has 2 atoms, and EMU_FREE takes"
        " at most 1. | Use fewer atoms, or another device."
    ]


def test_a_spec_that_pulser_cannot_read_is_said() -> None:
    # The spec of the SDK's own tests.
    assert physics(sequence("blockade"), spec='{"version":"1","channels":[],"name":"device"}') == [
        "warning sequence/not-checked - | The cloud's description of FRESNEL is not one that this Pulser"
        " reads, so nothing was compared with it. | Install the newest Pulser."
    ]


def test_what_is_said_of_every_job_is_said_once() -> None:
    fixed = sequence("sweep", ('{"expression": "index", "lhs": {"variable": "ts"}, "rhs": 1}', "1001"))
    fixed = fixed.replace('{"expression": "index", "lhs": {"variable": "ts"}, "rhs": 1}', "1001")
    jobs = [job(n, omega=6.0, delta=float(n), ts=[400, 1000]) for n in range(3)]
    assert [line.partition(" | ")[0] for line in physics(fixed, *jobs)] == ["warning sequence/clock-rounding -"]


def test_what_the_text_says_is_not_said_again() -> None:
    assert physics("{") == []
    assert physics(sequence("rabi"), job(omega=99.0), job(1, omega=99.0, t=100)) == [JOBS["too strong"][0]]


def test_a_slip_of_pulser_is_no_error_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    pulser_read.open_sequence.cache_clear()

    def slip(text: str) -> Any:
        return len(None)  # type: ignore[arg-type]

    monkeypatch.setattr(Sequence, "from_abstract_repr", slip)
    try:
        found = physics(sequence("blockade"))
    finally:
        pulser_read.open_sequence.cache_clear()
    assert found == [
        "warning sequence/not-checked - | The sequence could not be checked with Pulser. TypeError: object of type"
        " 'NoneType' has no len() | Try it with Pulser yourself before paying for it."
    ]


def test_equal_questions_are_answered_from_memory() -> None:
    jobs = [job(n, omega=2.5, t=1000) for n in range(50)]
    physics(sequence("rabi"), *jobs)
    before = pulser_read.build_job.cache_info().misses
    physics(sequence("rabi"), *jobs)
    assert pulser_read.build_job.cache_info().misses == before
    assert "pulser" in sys.modules
