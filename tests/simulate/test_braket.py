"""Programs run here, give the cloud's file format, and cannot hurt the machine."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reconciler.simulate import SimulationFailed
from reconciler.simulate.braket import SimulatorKind, run
from tests.simulate.actions import GHZ, openqasm, rabi

PLUS = "OPENQASM 3;\nqubit[2] q;\nh q[0];\ni q[1];\n"


def result(source: str, kind: SimulatorKind = "state_vector", shots: int = 200) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(run(openqasm(source), kind, shots, 7))
    return document


def values(source: str, kind: SimulatorKind = "state_vector", shots: int = 0) -> list[Any]:
    return [item["value"] for item in result(source, kind, shots)["resultTypes"]]


@pytest.mark.parametrize("kind", ["state_vector", "density_matrix"])
def test_a_ghz_state_gives_only_its_two_outcomes(kind: SimulatorKind) -> None:
    rows = {tuple(row) for row in result(GHZ, kind)["measurements"]}
    assert rows == {(0, 0, 0), (1, 1, 1)}


@pytest.mark.parametrize(
    ("action", "kind"),
    [(openqasm(GHZ), "state_vector"), (openqasm(GHZ), "density_matrix"), (rabi(2, duration="1e-7"), "ahs")],
)
def test_equal_seeds_give_equal_text_and_others_do_not(action: str, kind: SimulatorKind) -> None:
    first = run(action, kind, 50, 1)
    assert run(action, kind, 50, 1) == first
    assert run(action, kind, 50, 2) != first


def test_the_global_generator_of_numpy_is_left_as_it_was() -> None:
    import numpy as np

    np.random.seed(5)
    expected = np.random.random()
    np.random.seed(5)
    run(rabi(1), "ahs", 5, 1)
    assert np.random.random() == expected


def test_mid_circuit_measurements_are_seeded_too() -> None:
    source = "qubit q; bit b; h q; b = measure q; if (b) { x q; } b = measure q;"
    assert {tuple(row) for row in result(source)["measurements"]} == {(0,)}
    flips = "qubit[2] q; bit[2] b; h q[0]; b[0] = measure q[0]; if (b[0]) { x q[1]; } b[1] = measure q[1];"
    assert result(flips)["measurements"] == result(flips)["measurements"]


def test_inputs_are_bound() -> None:
    source = "input float theta; qubit q; rx(theta) q;"
    document = json.loads(run(openqasm(source, {"theta": 3.141592653589793}), "state_vector", 20, 1))
    assert document["measurements"] == [[1]] * 20


def test_the_sdk_reads_the_text_as_it_reads_the_clouds() -> None:
    from braket.tasks import GateModelQuantumTaskResult

    document = result(PLUS + "#pragma braket result expectation x(q[0])\n")
    read = GateModelQuantumTaskResult.from_string(json.dumps(document))
    assert read.values == [1.0]
    assert read.additional_metadata.simulatorMetadata.executionDuration == 1


def test_the_sdk_reads_analog_results() -> None:
    from braket.task_result import AnalogHamiltonianSimulationTaskResult
    from braket.tasks.analog_hamiltonian_simulation_quantum_task_result import (
        AnalogHamiltonianSimulationQuantumTaskResult as Read,
    )

    parsed = AnalogHamiltonianSimulationTaskResult.parse_raw_schema(run(rabi(2, empty=1), "ahs", 20, 1))
    assert Read.from_object(parsed).get_counts() == {"rre": 20}


def test_without_shots_the_values_are_exact() -> None:
    state, amplitude, expectation = values(
        PLUS + "#pragma braket result state_vector\n"
        '#pragma braket result amplitude "10"\n'
        "#pragma braket result expectation x(q[0])\n"
    )
    half = pytest.approx(0.5**0.5)
    assert [part for pair in state for part in pair] == [half, 0, 0, 0, half, 0, 0, 0]
    assert amplitude == {"10": [half, 0.0]}
    assert expectation == pytest.approx(1.0)


def test_noise_changes_the_density_matrix() -> None:
    source = "qubit q;\ni q;\n#pragma braket noise bit_flip(0.25) q\n#pragma braket result density_matrix\n"
    (((first, _), (_, last)),) = values(source, "density_matrix")
    assert (first, last) == ([pytest.approx(0.75), 0.0], [pytest.approx(0.25), 0.0])


@pytest.mark.parametrize(
    "asked",
    [
        "expectation hermitian([[0, -1im], [0 + 1im, 0]]) q[0]",
        "expectation hermitian([[2, 1], [1, -3]]) q[0] @ x(q[2])",
        "variance z(q[0]) @ y(q[1]) @ i(q[2])",
        "sample h(q[2])",
        "variance y all",
        "probability q[2], q[1]",
        "probability all",
    ],
)
def test_sampled_values_agree_with_the_sdk_on_the_same_shots(asked: str) -> None:
    """The SDK works the values out from measurements when it runs locally; ours must be the same numbers."""
    import numpy as np
    from braket.tasks import GateModelQuantumTaskResult as Sdk

    source = f"qubit[3] q;\nrx(0.4) q[0];\nry(1.1) q[1];\nh q[2];\ncnot q[0], q[2];\n#pragma braket result {asked}\n"
    document = result(source, shots=300)
    types = json.dumps({"results": [item["type"] for item in document["resultTypes"]]})
    (theirs,) = Sdk._calculate_result_types(types, np.array(document["measurements"]), document["measuredQubits"])
    (ours,) = document["resultTypes"]
    assert ours["value"] == pytest.approx(np.asarray(theirs.value).tolist())


def test_an_observable_without_targets_is_taken_on_each_qubit() -> None:
    (value,) = values("qubit[2] q;\nx q[1];\ni q[0];\n#pragma braket result expectation z all\n", shots=10)
    assert value == [1.0, -1.0]


REFUSED = [
    ('include "/etc/passwd";\nqubit q; h q;', "state_vector", 5, "include is refused"),
    ('OPENQASM 3;\n/* x */ include /* y */ "a.inc"; qubit q;', "state_vector", 5, "include is refused"),
    ("qubit[27] q; h q;", "state_vector", 5, "uses 27 qubits; this machine simulates at most 26"),
    ("qubit[14] q; h q;", "density_matrix", 5, "uses 14 qubits; this machine simulates at most 13"),
    ("qubit[2000000000] q; h q[0];", "state_vector", 5, "declares more than 1024 qubits"),
    ("qubit q; h q;", "state_vector", 0, "Result types must be specified"),
    ("qubit q; h q;", "state_vector", -1, "cannot be negative"),
    ("qubit q; rx(a) q;", "state_vector", 5, "a"),
    ("qubit q; nonsense q", "state_vector", 5, "The program does not parse at line 2:1: the end is not"),
    ("qubit q;\nh q;\n  h q q;\n", "state_vector", 5, "The program does not parse at line 3:7: "),
    ("qubit q;\nrx(0.1 q;\n", "state_vector", 5, "The program does not parse at line 2:8: "),
    ("qubit[2 q;", "state_vector", 5, "The program does not parse at line 1:9: 'q' is not expected here"),
    ("// include\nqubit q; h q", "state_vector", 5, "The program does not parse at line 2:13: the end"),
    ("qubit q; h q; \x00", "state_vector", 5, "The program does not parse at line 1:15: token recognition error"),
    ("qubit q;\nh q;\n#pragma braket noise bit_flip(0.1) q\n", "state_vector", 5, "Noise instructions"),
    (
        "qubit q;\nh q;\n#pragma braket result adjoint_gradient expectation(z(q)) all\n",
        "state_vector",
        0,
        "A pragma does",
    ),
    ("qubit q;\nh q;\n#pragma braket result expectation z(q) @\n", "state_vector", 0, "A pragma does not parse"),
    ("", "state_vector", 5, "uses no qubits"),
    ("OPENQASM 3.0;", "state_vector", 5, "uses no qubits"),
    ("qubit q; h q;", "ahs", 5, "do not run on the ahs simulator"),
]


@pytest.mark.parametrize(("source", "kind", "shots", "reason"), REFUSED)
def test_refusals_are_one_line_and_silent(
    source: str, kind: SimulatorKind, shots: int, reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SimulationFailed) as caught:
        run(openqasm(source), kind, shots, 1)
    assert reason in caught.value.reason
    assert "\n" not in caught.value.reason
    assert "Traceback" not in caught.value.reason
    assert len(caught.value.reason) < 400
    assert capfd.readouterr() == ("", "")


def test_the_word_include_is_fine_in_a_comment() -> None:
    assert result("// include the ancilla\nqubit q; x q;", shots=3)["measurements"] == [[1]] * 3


def test_a_source_that_looks_like_a_file_name_is_not_opened(tmp_path: Path) -> None:
    program = tmp_path / "secret.qasm"
    program.write_text("qubit q; x q;")
    with pytest.raises(SimulationFailed):
        run(openqasm(str(program)), "state_vector", 1, 1)


def test_a_long_loop_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.simulate.guarded_context._MAX_GATES", 50)
    with pytest.raises(SimulationFailed, match="more than 50 gates"):
        result("qubit q; for int i in [0:90000] { h q; }")


def test_a_machine_with_little_memory_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.simulate.size.machine_memory", lambda: 2 * 16 * 2**12)
    assert result("qubit[12] q; h q;", shots=1)["measurements"]
    with pytest.raises(SimulationFailed, match="13 qubits need 0 MiB of memory"):
        result("qubit[13] q; h q;")


def test_a_simulation_of_many_minutes_is_not_begun() -> None:
    with pytest.raises(SimulationFailed, match="about 16 minutes"):
        result("qubit[26] q; for int i in [1:350] { h q; }")


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ("not json", "not JSON"),
        ("[]", "type 'None' are not simulated"),
        ('{"braketSchemaHeader": {"name": "braket.ir.jaqcd.program", "version": "1"}}', "jaqcd.program' are not"),
        ('{"braketSchemaHeader": {"name": "braket.ir.openqasm.program", "version": "1"}}', "source"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_other_actions_are_refused(action: str, reason: str) -> None:
    with pytest.raises(SimulationFailed, match=reason):
        run(action, "state_vector", 5, 1)


@pytest.mark.parametrize(
    ("action", "shots", "reason"),
    [
        (rabi(13), 5, "13 atoms; at most 12"),
        (rabi(1, empty=256), 5, "257 sites; at most 256"),
        (rabi(1), 0, "at least 1 shot"),
        (rabi(1, duration="0"), 5, "ValidationError"),
    ],
)
def test_analog_refusals(action: str, shots: int, reason: str) -> None:
    with pytest.raises(SimulationFailed, match=reason):
        run(action, "ahs", shots, 1)


def test_longer_programs_take_longer_on_the_bill() -> None:
    def duration(gates: int) -> int:
        source = "qubit[10] q; h q; " + "h q[0]; " * gates
        metadata = json.loads(run(openqasm(source), "state_vector", 1, 1))["additionalMetadata"]["simulatorMetadata"]
        return int(metadata["executionDuration"])

    assert duration(0) < duration(2000)


BLOCKED = """
import sys
sys.modules["braket.default_simulator"] = None
from reconciler.simulate import SimulationFailed
from reconciler.simulate.braket import run
try:
    run(sys.argv[1], "state_vector", 1, 1)
except SimulationFailed as failed:
    print(failed.reason)
"""


def test_a_missing_library_names_the_extra() -> None:
    ran = subprocess.run([sys.executable, "-c", BLOCKED, openqasm(GHZ)], capture_output=True, text=True, check=True)
    assert "pip install 'qctl[simulate]'" in ran.stdout


QUIET = """
import os, sys
from reconciler.simulate import braket
assert "numpy" not in sys.modules, "importing the package must stay cheap"
braket.run(sys.argv[1], "density_matrix", 1, 1)
print(os.environ["OMP_NUM_THREADS"], os.environ["NUMBA_CACHE_DIR"])
"""


def test_it_is_quiet_single_threaded_and_keeps_a_compile_cache(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "default", "-c", QUIET, openqasm("qubit q; for int i in [0:2] { h q; }")],
        env={"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == f"1 {tmp_path}/qctl/numba\n"
    assert ran.stderr == ""


AFTER_OTHERS = """
import sys
from braket.default_simulator import StateVectorSimulator
from braket.ir.openqasm import Program
from numba.np.ufunc import parallel
StateVectorSimulator().run(Program(source="qubit[12] q; h q;"), shots=1)
parallel._launch_threads()  # as larger programs do
from reconciler.simulate.braket import run
run(sys.argv[1], "state_vector", 1, 1)
"""


def test_a_process_that_already_simulates_is_left_alone(tmp_path: Path) -> None:
    """numba reads its settings again when one changes, and then refuses the number of threads it has."""
    ran = subprocess.run(
        [sys.executable, "-c", AFTER_OTHERS, openqasm("qubit[13] q; h q;")],
        env={"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
