"""A program that is read once comes to what it comes to by itself, and whatever goes wrong is a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.simulate import braket
from reconciler.simulate.result import parse
from tests.simulate.trials import BELL, SWEEP, answers, circuit, point, unit

GARNET = Path(__file__).parents[2] / "reconciler" / "emulator" / "devices" / "garnet.json"
VERBATIM = """OPENQASM 3.0;
input float alpha;
bit[2] b;
#pragma braket verbatim
box {
prx(alpha, 0) $1;
prx(1.5707963267948966, 0.5) $2;
cz $1, $2;
}
b[0] = measure $1;
b[1] = measure $2;
"""


def _by_itself(text: str, inputs: dict[str, Any], kind: Any = "state_vector", shots: int = 200) -> dict[str, int]:
    """By the library alone, as the local cloud runs it."""
    action = {"braketSchemaHeader": {"name": braket.OPENQASM, "version": "1"}, "source": text, "inputs": inputs}
    return dict(parse(braket.run(json.dumps(action), kind, shots, 7)).counts or {})


def test_points_of_a_sweep_are_what_each_is_by_itself() -> None:
    angles = [-1.0, 0, 0.25, 3, 100.5]
    found = answers(unit(SWEEP, *(point(theta=angle) for angle in angles)))
    assert [one["counts"] for one in found] == [_by_itself(SWEEP, {"theta": angle}) for angle in angles]


def test_a_sweep_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciler.simulate import gate_model, prepared

    read: list[object] = []

    def reading(document: dict[str, Any]) -> Any:
        read.append(document)
        return gate_model.read_program(document)

    monkeypatch.setattr(prepared, "read_program", reading)
    answers(unit(SWEEP, *(point(theta=angle / 10) for angle in range(20))))
    assert len(read) == 1


@pytest.mark.parametrize("number", range(5))
def test_circuits_are_what_they_are_by_themselves(number: int) -> None:
    (found,) = answers(unit(circuit(number)))
    assert found["counts"] == _by_itself(circuit(number), {})


# Where an input decides on the way, reading the program before its value is known would be wrong.
_DECIDING = [
    "if (theta > 0.5) { x q[0]; }",
    "if (theta == 0) { x q[0]; }",
    "for int i in [0:2] { rx(theta) q[0]; }",
    "float[32] narrow = theta; rx(narrow) q[0];",
    "rx(theta > 0.5) q[0];",
    "rx(theta == 0.25) q[0];",
    "bool b = theta > 0.5; if (b) { x q[0]; }",
    "rx(arccos(theta)) q[0];",
    "const float twice = 2 * theta; rx(twice) q[0];",
    "gphase(theta); ctrl @ gphase(theta) q[0]; h q[0];",
    "gate tilt(a) p { rx(a) p; ry(a / 2) p; } tilt(theta) q[0];",
    "pow(theta) @ x q[0];",
]


@pytest.mark.parametrize("middle", _DECIDING)
def test_a_program_that_decides_by_its_input_is_read_for_each_value(middle: str) -> None:
    text = f"OPENQASM 3.0; input float theta; qubit[1] q; bit[1] c; h q[0]; {middle} ry(0.3) q[0]; c = measure q;"
    angles = [0.0, 0.25, 1.0]
    found = answers(unit(text, *(point(theta=angle) for angle in angles)))
    assert [one["counts"] for one in found] == [_by_itself(text, {"theta": angle}) for angle in angles]


def test_what_may_be_read_before_its_inputs_are_known() -> None:
    from braket.default_simulator.openqasm.parser.openqasm_parser import parse as library_parse

    from reconciler.simulate.straight import is_straight

    head = "OPENQASM 3.0; input float theta; qubit[1] q; bit[1] c;"
    plain = ("rx(2 * theta / 3 - 0.1) q[0];", "barrier q; c = measure q;")
    deciding = ("rx(arccos(theta)) q[0];", "rx(theta ** 2) q[0];", "rx(theta == 0) q[0];", "input int n;", "reset q;")
    assert [line for line in plain if not is_straight(library_parse(f"{head} {line}"))] == []
    assert [line for line in deciding if is_straight(library_parse(f"{head} {line}"))] == []


def test_an_integer_input_is_an_integer() -> None:
    text = "OPENQASM 3.0; input int n; qubit[1] q; rx(n / 2) q[0];"
    found = answers(unit(text, *(point(n=number) for number in (1, 2, 3))))
    assert [one["counts"] for one in found] == [_by_itself(text, {"n": number}) for number in (1, 2, 3)]


def test_what_goes_on_by_a_measurement_is_simulated_too() -> None:
    middle = "b[0] = measure q[0]; if (b[0] == 1) { x q[1]; }"
    text = f"OPENQASM 3.0; qubit[2] q; bit[2] b; h q[0]; {middle} b[1] = measure q[1];"
    (found,) = answers(unit(text))
    assert set(found["counts"]) == {"00", "11"}
    assert found["counts"] == _by_itself(text, {})


def test_noise_lowers_the_fidelity_and_its_absence_does_not() -> None:
    noisy = BELL.replace("c = measure", "\n#pragma braket noise bit_flip(0.2) q[0]\nc = measure")
    (found,) = answers(unit(noisy, backend="density_matrix"))
    # (sqrt(0.4 * 0.5) * 2)**2
    assert found["fidelity"] == pytest.approx(0.8)
    assert answers(unit(BELL))[0]["fidelity"] == 1.0
    assert answers(unit(BELL, backend="density_matrix"))[0]["fidelity"] == 1.0


def test_fidelity_with_a_given_distribution() -> None:
    assert answers(unit(BELL, point(wanted={"00": 0.5, "11": 0.5})))[0]["fidelity"] == 1.0
    assert answers(unit(BELL, point(wanted={"00": 1.0})))[0]["fidelity"] == pytest.approx(0.5)
    assert answers(unit(BELL, point(wanted={"01": 1.0})))[0]["fidelity"] == 0.0
    assert "Outcomes have 2 characters" in answers(unit(BELL, point(wanted={"000": 1.0})))[0]["failure"]


def test_noise_of_a_device() -> None:
    capabilities = json.dumps(json.loads(GARNET.read_text("utf-8"))["capabilities"])
    made = unit(VERBATIM, point(alpha=1.57), point(alpha=0.0), backend="device_noise", device=capabilities)
    first, second = answers(made)
    assert 0.9 < second["fidelity"] < 1.0
    assert first["counts"] != second["counts"]
    assert answers(made) == [first, second]
    (plain,) = answers(unit(BELL, backend="device_noise", device=capabilities))
    assert "no verbatim box" in plain["failure"]
    (unknown,) = answers(unit(VERBATIM, point(alpha=0.0), backend="device_noise", device="{}"))
    assert "does not say enough of its noise" in unknown["failure"]


def test_forty_qubits_are_refused_before_memory_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciler.simulate import trial_gates as gates

    def touched(*_args: object) -> None:
        raise AssertionError("memory was asked for")

    monkeypatch.setattr(gates, "StateVectorSimulation", touched)
    monkeypatch.setattr(gates, "DensityMatrixSimulation", touched)
    for backend, most in (("state_vector", 26), ("density_matrix", 13)):
        (found,) = answers(unit("OPENQASM 3.0; qubit[40] q; h q;", backend=backend))
        reason = f"The program uses 40 qubits; this machine simulates at most {most} of this kind."
        assert found == {"failure": reason}
    assert "memory was asked for" in answers(unit(BELL))[0]["failure"]


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"qubits": 4}, "The program uses 5 qubits; this machine simulates at most 4 of this kind."),
        ({"memory": 100}, "5 qubits need 0 MiB of memory, more than there is."),
        ({"milliseconds": 0}, "The simulation would take about 0 seconds on this machine."),
    ],
)
def test_limits(limits: dict[str, int], reason: str) -> None:
    assert answers(unit(circuit(0), limits=limits)) == [{"failure": reason}]


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (unit("OPENQASM 3.0; qubit[2] q; spin q[0];"), "spin"),
        (unit("OPENQASM 3.0; qubit[2] q; h q[0"), "does not parse at line"),
        (unit(""), "The program uses no qubits."),
        (unit(SWEEP), "input"),
        (unit(SWEEP, point(), point()), "The input theta has no value."),
        (unit('include "/etc/passwd"; qubit q; h q;'), "include is refused"),
        (unit("#pragma braket noise bit_flip(0.1) q[0]\nqubit[1] q;"), ""),
        (unit("qubit[1] q; x q[0];\n#pragma braket noise bit_flip(0.1) q[0]\n"), "density_matrix"),
        (unit("{}", backend="ahs"), "are not simulated"),
        (unit("{}", backend="pulser"), ""),
    ],
)
def test_what_can_not_be_simulated_says_why(made: Any, reason: str) -> None:
    for found in answers(made):
        assert set(found) == {"failure"}
        assert reason in found["failure"]
        assert "\n" not in found["failure"]


def test_a_simulator_that_raises_fails_its_point_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciler.simulate import counted
    from reconciler.simulate import trial_gates as gates

    for error in (MemoryError(), SystemExit(3), KeyError("x"), RecursionError("deep")):

        def raising(
            simulation: Any,
            qubits: int,
            measured: Any,
            seed: int,
            error: BaseException = error,
            real: Any = counted.drawn_counts,
        ) -> Any:
            if seed == 2:
                raise error
            return real(simulation, qubits, measured, seed)

        with monkeypatch.context() as patch:
            patch.setattr(gates, "drawn_counts", raising)
            first, second, third = answers(unit(BELL, point(seed=1), point(seed=2), point(seed=3)))
        assert second["failure"].startswith(type(error).__name__)
        assert first["counts"]
        assert third["counts"]


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "reconciler.simulate.trial_gates", None)
    (found,) = answers(unit(BELL))
    assert found["failure"].endswith("pip install 'qctl[simulate]'")
