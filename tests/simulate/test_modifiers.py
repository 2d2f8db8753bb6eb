"""ctrl, negctrl, inv and pow mean what OpenQASM says, also where the library that simulates means something else."""

from __future__ import annotations

import json

import numpy as np
import pytest

from reconciler.simulate import SimulationFailed, braket
from tests.simulate.by_hand import Circuit, Matrix
from tests.simulate.trials import answers, point, unit

_ALL = ("ctrl", "negctrl", "inv", "pow")


def _state(text: str, kind: str = "state_vector", inputs: dict[str, float] | None = None) -> Matrix:
    wanted = "state_vector" if kind == "state_vector" else "density_matrix"
    document = {
        "braketSchemaHeader": {"name": braket.OPENQASM, "version": "1"},
        "source": f"{text}\n#pragma braket result {wanted}\n",
        "inputs": inputs or {},
    }
    value = json.loads(braket.run(json.dumps(document), kind, 0, 1))["resultTypes"][0]["value"]  # type: ignore[arg-type]
    pairs = np.array(value, dtype=float)
    return np.asarray(pairs[..., 0] + 1j * pairs[..., 1])


def _same(text: str, wanted: Matrix) -> bool:
    return bool(abs(np.vdot(wanted.reshape(-1), _state(text))) > 1 - 1e-9)


@pytest.mark.parametrize("kinds", [("ctrl",), ("ctrl", "negctrl"), ("inv", "pow"), _ALL], ids=" ".join)
@pytest.mark.parametrize("powers", [(2, 3, -1, 0), (0.5, 2, -1.5)], ids=["whole", "fractions"])
def test_gates_of_the_library(kinds: tuple[str, ...], powers: tuple[float, ...]) -> None:
    for seed in range(12):
        made = Circuit(seed, 4, kinds, powers).gates(3)
        assert _same(made.text(), made.state), made.text()


@pytest.mark.parametrize("kinds", [("ctrl",), ("inv", "pow"), _ALL], ids=" ".join)
def test_gates_that_the_program_defines(kinds: tuple[str, ...]) -> None:
    for seed in range(12):
        made = Circuit(seed, 4, kinds).define("g1").define("g2").gates(2)
        assert _same(made.text(), made.state), made.text()


def test_the_density_matrix_is_of_the_same_state() -> None:
    for seed in range(6):
        made = Circuit(seed, 3, _ALL).gates(2)
        state = made.state.reshape(-1)
        assert np.allclose(_state(made.text(), "density_matrix"), np.outer(state, state.conj())), made.text()


def test_more_qubits_than_the_library_has_its_short_way_for() -> None:
    made = Circuit(3, 12, ("ctrl", "negctrl")).gates(12)
    assert _same(made.text(), made.state)


@pytest.mark.parametrize(
    ("program", "by_hand"),
    [
        ("ctrl @ gphase(0.9) q[1];", "phaseshift(0.9) q[1];"),
        ("negctrl @ gphase(0.9) q[1];", "gphase(0.9); phaseshift(-0.9) q[1];"),
        ("ctrl(2) @ inv @ pow(2) @ gphase(0.9) q[1], q[0];", "cphaseshift(-1.8) q[0], q[1];"),
        ("gate g(a) c { gphase(a); x c; } ctrl @ inv @ g(0.4) q[0], q[1];", "cnot q[0], q[1]; phaseshift(-0.4) q[0];"),
        ("gate g c { h c; t c; } pow(2) @ g q[0];", "h q[0]; t q[0]; h q[0]; t q[0];"),
        ("gate g c { h c; t c; } gate k c { pow(-1) @ g c; } k q;", "ti q[0]; h q[0]; ti q[1]; h q[1];"),
        ("pow(2) @ swap q[0], q[1];", "i q[0];"),
    ],
)
def test_worked_cases(program: str, by_hand: str) -> None:
    before = "OPENQASM 3.0; qubit[2] q; ry(0.3) q[0]; ry(1.2) q[1];"
    assert _same(f"{before} {program}", _state(f"{before} {by_hand}"))


def test_an_input_may_be_the_angle_of_a_controlled_gate() -> None:
    """Read once before its value is known, and run with each."""
    text = "OPENQASM 3.0; input float a; qubit[4] q; bit[4] c; x q[1]; ctrl @ rx(2 * a) q[1], q[3]; c = measure q;"
    told = answers(unit(text, point(a=np.pi / 2), point(a=0.0)))
    assert [answer["counts"] for answer in told] == [{"0101": 200}, {"0100": 200}]


def test_after_a_measurement_in_the_middle() -> None:
    text = "OPENQASM 3.0; qubit[4] q; bit[4] c; x q[1]; c[1] = measure q[1]; if (c[1] == 1) { ctrl @ x q[1], q[3]; }"
    told = answers(unit(f"{text} c[3] = measure q[3];", point()))
    assert told[0]["counts"] == {"11": 200}


@pytest.mark.parametrize("times", ["0.5", "-2.5"])
def test_a_fraction_of_a_gate_that_the_program_defines_is_refused(times: str) -> None:
    with pytest.raises(SimulationFailed, match="only whole powers are"):
        _state(f"OPENQASM 3.0; qubit q; gate g a {{ h a; }} pow({times}) @ g q;")


def test_a_power_is_no_way_around_the_bound_on_gates() -> None:
    with pytest.raises(SimulationFailed, match="more than 200000 gates"):
        _state("OPENQASM 3.0; qubit q; gate g a { h a; } pow(1000000000) @ g q;")
