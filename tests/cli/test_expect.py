"""`expect`: what would be submitted is tried on this machine first, and what does not hold is not applied."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.simulate.executor import Place as Where
from tests.cli.place import PROJECT, Place
from tests.simulate.trials import Here

BELL = "OPENQASM 3.0; qubit[2] q; bit[2] c; h q[0]; cnot q[0], q[1]; c = measure q;"


def _task(name: str, expect: str, program: str = BELL, more: str = "", inputs: str = "") -> str:
    return f"""---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {{name: {name}}}
spec:
  device: sim
  shots: 100
  program: {{openqasm: "{program}"{inputs}}}
  expect: {expect}
{more}"""


@pytest.fixture
def here(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Processes are tested elsewhere; here they would only take time."""
    monkeypatch.setattr(Where, "executor", lambda _self, _work: Here())
    Here.points = 0
    return place


def _write(place: Place, *tasks: str, project: str = PROJECT) -> None:
    (place.root / "qctl.yaml").write_text(project + "".join(tasks), "utf-8")


def test_what_is_expected_holds(here: Place) -> None:
    asserted = "[\"sim.probabilities['00'] > 0.4\", \"sim.counts['01'] == 0\", 'sim.fidelity == 1.0', sim.shots == 500]"
    _write(here, _task("bell", f"{{assert: {asserted}}}"))
    plan = here.ok("plan").out
    assert "      simulated on state_vector, 500 shots, seed 7; all 4 assertions hold\n        11 ████████ 0." in plan
    assert plan.endswith("Simulated: 1 run.\n")
    assert here.ok("apply", "--auto-approve").code == 0


def test_what_does_not_hold_is_not_applied(here: Place) -> None:
    _write(here, _task("bell", "{assert: [\"sim.probabilities['01'] > 0.4\"]}"))
    ran = here.run("plan", "--json")
    assert ran.code == 1
    (found,) = ran.json["diagnostics"]
    assert (found["code"], found["severity"], found["location"]["line"]) == ("expect/failed", "error", 17)
    assert "sim.probabilities['01'] is 0." in found["detail"]
    (verdict,) = ran.json["changes"][0]["simulations"][0]["assertions"]
    assert verdict["passed"] is False
    assert here.run("apply", "--auto-approve").code == 1
    assert here.tasks() == 0


@pytest.mark.parametrize(
    ("asserted", "words"),
    [
        ("sim.fidelty > 0.5", "There is no sim.fidelty"),
        ("sim.fidelity >", "character"),
        ("fidelity > 0.5", "fidelity"),
        ("sim.fidelity > 0.5 && ", "character"),
    ],
)
def test_what_can_not_be_read_is_found_by_validate(here: Place, asserted: str, words: str) -> None:
    _write(here, _task("bell", f"{{assert: ['{asserted}']}}"))
    for command in ("validate", "plan"):
        ran = here.run(command, "--json")
        assert ran.code == 1
        (found,) = ran.json["diagnostics"]
        assert found["code"] == "expect/syntax"
        assert found["location"]["line"] == 17
        assert words in found["detail"]
    assert Here.points == 0


@pytest.mark.parametrize(
    ("asserted", "words"),
    [
        ("sim.fidelity", "neither true nor false"),
        ("sim.probabilities[\\'000\\'] > 0.1", "000"),
        ("sim.counts[\\'2x\\'] > 1", "2x"),
    ],
)
def test_what_is_neither_true_nor_false_has_not_passed(here: Place, asserted: str, words: str) -> None:
    quoted = asserted.replace("\\'", "''")
    _write(here, _task("bell", f"{{assert: ['{quoted}']}}"))
    ran = here.run("plan", "--json")
    assert ran.code == 1
    (found,) = ran.json["diagnostics"]
    assert found["code"] == "expect/failed"
    assert words in found["detail"]


def test_planned_twice_the_second_simulates_nothing_and_says_so(here: Place) -> None:
    sweep = "OPENQASM 3.0; input float theta; qubit[1] q; rx(theta) q[0];"
    inputs = ', inputs: {theta: "${{ matrix.theta }}"}'
    _write(
        here,
        _task("bell", "{simulate: true}"),
        _task("sweep", "{simulate: {shots: 50}}", sweep, "  matrix: {theta: [0.0, 1.0, 2.0]}\n", inputs),
    )
    first, machine = here.ok("plan").out, here.ok("plan", "--json").out
    assert first.endswith("Simulated: 4 runs.\n")
    assert Here.points == 4
    assert here.ok("plan").out == first.replace("4 runs.", "4 runs (all from cache).")
    assert here.ok("plan", "--json").out == machine
    assert Here.points == 4
    _write(here, _task("bell", "{simulate: {seed: 8}}"))
    assert here.ok("plan").out.endswith("Simulated: 1 run.\n")
    assert Here.points == 5


def test_only_what_would_be_submitted_is_simulated(here: Place) -> None:
    _write(here, _task("bell", "{simulate: true}"))
    here.finish()
    before = Here.points
    _write(here, _task("bell", "{simulate: {seed: 9}}"), _task("more", "{simulate: {seed: 9, shots: 20}}"))
    plan = here.ok("plan", "--json").json
    assert [len(c.get("simulations", [])) for c in plan["changes"]] == [0, 1]
    assert Here.points == before + 1


def test_what_was_simulated_is_what_is_submitted(here: Place) -> None:
    _write(here, _task("bell", "{simulate: true}"))
    digest = here.ok("plan", "--json").json["changes"][0]["simulations"][0]["digest"]
    here.ok("apply", "--auto-approve")
    (record,) = json.loads(next((here.root / "state").glob("*.json")).read_text("utf-8"))["records"].values()
    assert [attempt["digest"] for attempt in record["attempts"]] == [digest]


def test_forty_qubits_leave_a_finding_and_a_whole_plan(here: Place) -> None:
    wide = "OPENQASM 3.0; qubit[40] q; h q;"
    _write(here, _task("bell", "{simulate: true}"), _task("wide", "{simulate: true}", wide))
    ran = here.run("plan", "--json")
    assert ran.json["counts"]["add"] == 2
    (found,) = [d for d in ran.json["diagnostics"] if d["code"].startswith("expect/")]
    assert (found["severity"], found["address"]) == ("warning", "QuantumTask/wide")
    assert "was not simulated, because: The program uses 40 qubits" in found["detail"]


def test_not_simulated_is_not_passed(here: Place) -> None:
    wide = "OPENQASM 3.0; qubit[40] q; h q;"
    _write(
        here,
        _task("wide", "{assert: ['sim.fidelity > 0.5']}", wide),
        _task("off", "{simulate: false, assert: ['sim.fidelity > 0.5']}"),
    )
    ran = here.run("plan", "--json")
    assert ran.code == 1
    found = [d for d in ran.json["diagnostics"] if d["code"] == "expect/not-simulated"]
    assert [d["severity"] for d in found] == ["error", "error"]
    assert here.run("apply", "--auto-approve").code == 1


def test_a_simulator_that_raises_leaves_a_finding_and_a_whole_plan(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raising(*_args: object) -> None:
        raise MemoryError("no more")

    from reconciler.simulate import trial_gates

    monkeypatch.setattr(trial_gates, "drawn_counts", raising)
    _write(here, _task("bell", "{simulate: true}"), _task("other", "{simulate: false}"))
    plan = here.ok("plan", "--json").json
    assert plan["counts"]["add"] == 2
    assert all(change["price"] for change in plan["changes"])
    assert "MemoryError: no more" in plan["diagnostics"][0]["detail"]
    assert here.ok("plan").out.endswith("Simulated: 0 runs, 1 not.\n")


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ("{simulate: {backend: pulser}}", "The backend pulser does not run it"),
        ("{simulate: {backend: device_noise}}", "no verbatim box"),
    ],
)
def test_a_backend_that_does_not_fit(here: Place, expect: str, words: str) -> None:
    _write(here, _task("bell", expect))
    (found,) = here.ok("plan", "--json").json["diagnostics"]
    assert words in found["detail"]


def test_the_noise_of_the_device_that_it_is_meant_for(here: Place) -> None:
    box = "\\n#pragma braket verbatim\\nbox {\\nprx(3.14159, 0) $1;\\ncz $1, $2;\\n}\\n"
    program = f"OPENQASM 3.0;\\nbit[2] b;{box}b[0] = measure $1;\\nb[1] = measure $2;"
    asserted = "[\"sim.probabilities['10'] > 0.9\", sim.fidelity > 0.9, sim.fidelity < 1.0]"
    made = _task("noisy", f"{{simulate: {{backend: device_noise}}, assert: {asserted}}}", program)
    _write(here, made.replace("device: sim", "device: garnet"))
    plan = here.ok("plan").out
    assert "simulated on device_noise, 500 shots, seed 7; all 3 assertions hold" in plan


def test_a_project_simulates_by_default(here: Place) -> None:
    project = PROJECT.replace("spec:\n", "spec:\n  defaults: {simulate: {shots: 30, seed: 1}}\n", 1)
    _write(here, _task("off", "{simulate: false}"), project=project + "")
    assert "simulated" not in here.ok("plan").out
    here.declare("bell", project=project)
    assert "simulated on state_vector, 30 shots, seed 1\n" in here.ok("plan").out


def test_settings_that_can_not_be_meant(here: Place) -> None:
    for setting, words in (
        ("{executor: dask}", "a scheduler belongs to"),
        ("{scheduler: 'tcp://x:1'}", "a scheduler belongs to"),
        ("{executor: dask, scheduler: 'file:///etc'}", "a scheduler is written like"),
        ("{maxQubits: 90}", "maxQubits"),
    ):
        here.declare("bell", project=PROJECT.replace("spec:\n", f"spec:\n  simulate: {setting}\n", 1))
        assert words in here.run("validate").err
    for expect, words in (
        ("{distribution: {'00': 0.4}}", "add up to 1"),
        ("{distribution: {'00': 0.5, '1': 0.5}}", "all of one length"),
        ("{simulate: {shots: 0}}", "shots"),
        ("{asserts: []}", "assert"),
    ):
        _write(here, _task("bell", expect))
        assert words in here.run("validate").err


def test_a_cache_from_elsewhere_is_not_believed(here: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _write(here, _task("bell", "{simulate: true}"))
    here.ok("plan")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "somebody-else"))
    assert here.ok("plan").out.endswith("Simulated: 1 run.\n")


def test_a_team_shares_a_cache_by_its_key(here: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QCTL_CACHE_DIR", str(tmp_path / "shared"))
    monkeypatch.setenv("QCTL_CACHE_KEY", "a secret of the whole team")
    _write(here, _task("bell", "{simulate: true}"))
    here.ok("plan")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another-machine"))
    assert here.ok("plan").out.endswith("Simulated: 1 run (all from cache).\n")
    monkeypatch.setenv("QCTL_CACHE_KEY", "another secret altogether")
    assert here.ok("plan").out.endswith("Simulated: 1 run.\n")
    monkeypatch.setenv("QCTL_CACHE_KEY", "short")
    assert here.ok("plan").out.endswith("Simulated: 1 run.\n")
    assert here.ok("plan").out.endswith("Simulated: 1 run.\n"), "a key that can be guessed keeps nothing"


def test_a_policy_sees_whether_it_was_simulated(here: Place) -> None:
    policy = """---
apiVersion: qctl/v1alpha1
kind: Policy
metadata: {name: simulated}
spec:
  match: "change.pays"
  rules:
    - {assert: "change.simulation.done && change.simulation.passed", message: "simulate it first"}
"""
    _write(here, _task("bell", "{simulate: true}"), policy)
    here.ok("plan")
    _write(here, _task("bell", "{simulate: false}"), policy)
    assert "simulate it first" in here.run("plan").err


def test_many_failures_are_told_once(here: Place) -> None:
    sweep = "OPENQASM 3.0; input float theta; qubit[1] q; rx(theta) q[0];"
    inputs = ', inputs: {theta: "${{ matrix.theta }}"}'
    matrix = f"  matrix: {{theta: [{', '.join(f'{n / 10}' for n in range(9))}]}}\n"
    _write(here, _task("sweep", "{assert: [\"sim.probabilities['1'] > 2.0\"]}", sweep, matrix, inputs))
    found = here.run("plan", "--json").json["diagnostics"]
    assert len(found) == 4
    assert any("6 more runs of QuantumTask/sweep do not hold" in d["detail"] for d in found)


def test_processes_find_the_same(place: Place) -> None:
    """Without the stand-in above."""
    _write(place, _task("bell", "{assert: ['sim.fidelity == 1.0']}"))
    assert place.ok("plan").out.endswith("Simulated: 1 run.\n")
    assert place.ok("plan").out.endswith("Simulated: 1 run (all from cache).\n")
