"""Each folder of `examples/` is a test: plan, apply, let the time pass, results, and nothing left to do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reconciler.simulate.executor import Place as Where
from tests.cases.story import frozen_world, standing_still
from tests.cli.place import Place
from tests.simulate.trials import Here

HOUSE = Path(__file__).parents[1]
EXAMPLES = HOUSE / "examples"
_TWO = {"00", "01", "10", "11"}
_THREE = {f"{n:03b}" for n in range(8)}
# How many resources each has, and what each of their results may have measured, in order.
RUNS = {
    "bell": (1, [{"00", "11"}]),
    "expectations": (3, [_TWO, {"00"}, {"00", "11"}]),
    "ghz-sweep": (3, [_THREE] * 3),
    "neutral-atoms": (1, [{"".join((a, b, c)) for a in "rge" for b in "rge" for c in "rge"}]),
    "policies": (1, [_TWO]),
    "pull-requests/study": (1, [{"00", "11"}]),
    "rydberg-sweep": (1, [{"111"}, _THREE, _THREE, _THREE, {"111"}]),
    "two-clouds": (3, [_THREE, {"111"}, {"000", "111"}, _THREE]),
    "two-files": (2, [_TWO] * 2),
}


@pytest.mark.parametrize("name", RUNS)
def test_example(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resources, states = RUNS[name]
    with standing(tmp_path, name, monkeypatch) as place:
        assert f"{resources} resource" in place.ok("validate").out
        assert place.run("plan", "--detailed-exitcode").code == 2
        applied = place.ok("apply", "--auto-approve", "--wait")
        assert f"Apply complete! Runs: {resources} added" in applied.out
        place.ok("local", "advance", "1h")
        assert place.ok("wait").out == "Nothing is unfinished.\n"
        results = measured(place)
        assert len(results) == len(states)
        for result, possible in zip(results, states, strict=True):
            assert set(result["counts"]) <= possible
            assert sum(result["counts"].values()) == result["shots"] > 0
        status = place.world.status()
        assert status["tasks"] + status["batches"] == resources
        nothing_left(place)


@contextmanager
def standing(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """In a copy of the example, with a local cloud whose clock stands still."""
    root = tmp_path / name
    shutil.copytree(EXAMPLES / name, root, ignore=shutil.ignore_patterns("state", ".qctl"))
    monkeypatch.chdir(root)
    cloud = tmp_path / "cloud.sqlite"
    with standing_still(cloud, frozen_world(cloud)):
        yield Place(root, cloud)


def measured(place: Place) -> list[dict[str, Any]]:
    """What each task and each job measured, in the order of the results."""
    results = place.ok("results", "--json").json["results"].values()
    return [one for result in results for one in result.get("jobs", [result])]


def nothing_left(place: Place) -> None:
    """The second plan is empty."""
    again = place.run("plan", "--detailed-exitcode")
    assert again.code == 0
    assert again.out.splitlines()[-1] == "No changes. Your infrastructure matches the configuration."


def test_example_of_mistakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES / "mistakes")
    place = Place(EXAMPLES / "mistakes", tmp_path / "cloud.sqlite")
    expected = json.loads((EXAMPLES / "mistakes" / "expected.json").read_text("utf-8"))
    ran = place.run("validate", "--json")
    assert ran.code == 1
    assert not ran.json["valid"]
    found = ran.json["diagnostics"]
    assert [(f["code"], f["summary"], f["detail"]) for f in found] == [
        (e["code"], e["summary"], e["detail"]) for e in expected
    ]
    assert f"{len(expected)} errors." in place.run("plan").err


def test_example_of_mistakes_in_sequences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES / "mistakes-sequences")
    place = Place(EXAMPLES / "mistakes-sequences", tmp_path / "cloud.sqlite")
    expected = json.loads((EXAMPLES / "mistakes-sequences" / "expected.json").read_text("utf-8"))
    ran = place.run("validate", "--json")
    assert ran.code == 1
    assert ran.json["diagnostics"] == expected, "each with its line and what to do"
    assert len({finding["code"] for finding in expected if finding["severity"] == "error"}) >= 12
    assert len([finding for finding in expected if finding["severity"] == "error"]) >= 20


def test_policies_refuse_a_zero_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What its README says."""
    with standing(tmp_path, "policies", monkeypatch) as place:
        assert place.ok("policy", "test").out.splitlines()[-1].endswith("tests passed.")
        for command in (["plan"], ["apply", "--auto-approve"]):
            ran = place.run(*command, "--var", "shots=20000")
            assert ran.code == 6
            assert "asks for 20000 shots on Garnet; at most 10000 are allowed" in ran.err
            assert "The plan costs up to 29.3" in ran.err
        manifest = place.root / "qctl.yaml"
        lines = manifest.read_text("utf-8").splitlines(keepends=True)
        manifest.write_text("".join(line for line in lines if "expect:" not in line), "utf-8")
        ran = place.run("apply", "--auto-approve")
        assert ran.code == 6
        assert "Simulate QuantumTask/pair before Garnet runs it" in ran.err
        assert place.world.status()["tasks"] == 0


@pytest.mark.parametrize("name", [*RUNS, "open-batch"])
def test_everything_that_runs_is_simulated_before(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Where, "executor", lambda _self, _work: Here())
    with standing(tmp_path, name, monkeypatch) as place:
        _simulate_by_default(place.root / "qctl.yaml")
        changes = place.ok("plan", "--json").json["changes"]
        tried = [one for change in changes for one in change["simulations"]]
        assert len(tried) == len(RUNS[name][1] if name in RUNS else [1, 2])
        assert [one for one in tried if "not_simulated" in one] == []


def _simulate_by_default(manifest: Path) -> None:
    project, mark, rest = manifest.read_text("utf-8").partition("---\n")
    if "  defaults:\n" in project:
        project = project.replace("  defaults:\n", "  defaults:\n    simulate: true\n")
    elif "spec:\n" in project:
        project = project.replace("spec:\n", "spec:\n  defaults: {simulate: true}\n")
    else:
        project += "spec: {defaults: {simulate: true}}\n"
    manifest.write_text(project + mark + rest, "utf-8")


def test_example_of_mistakes_for_devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All at once from the live devices, and by what they said last without any."""
    with standing(tmp_path, "mistakes-devices", monkeypatch) as place:
        expected = json.loads((EXAMPLES / "mistakes-devices" / "expected.json").read_text("utf-8"))
        assert place.ok("validate").err == "", "nobody has asked the devices yet"
        ran = place.run("plan", "--json")
        assert ran.code == 1
        assert ran.json["diagnostics"] == expected, "each with its line and what to do"
        assert place.run("apply", "--auto-approve").code == 1
        assert place.world.status()["tasks"] == 0
        again = place.ok("validate", "--json").json["diagnostics"]
        assert [(d["code"], d["location"], d["severity"]) for d in again] == [
            (d["code"], d["location"], "warning") for d in expected
        ]
        assert all("That is as of 20" in d["detail"] for d in again)


def test_an_open_batch_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What its README says."""
    with standing(tmp_path, "open-batch", monkeypatch) as place:
        place.ok("apply", "--auto-approve")
        manifest = place.root / "qctl.yaml"
        manifest.write_text(manifest.read_text("utf-8").replace("# more:", "-"), "utf-8")
        plan = place.ok("plan").out
        assert "2 jobs to add to the open batch" in plan
        assert "Jobs: 2 to submit." in plan
        place.ok("apply", "--auto-approve")
        assert place.world.status()["jobs"] == 4
        nothing_left(place)
        lines = manifest.read_text("utf-8").replace("open: true", "open: false").splitlines(keepends=True)
        manifest.write_text("".join(line for line in lines if "closeAfter" not in line), "utf-8")
        assert "it takes no more jobs and is closed" in place.ok("apply", "--auto-approve", "--wait").out
        results = measured(place)
        assert len(results) == 4
        assert all("11" not in result["counts"] for result in results), "neighbours are never both excited"
        nothing_left(place)
        assert place.world.status()["batches"] == 1


def test_a_workload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with standing(tmp_path, "workload", monkeypatch) as place:
        place.ok("apply", "--auto-approve", "--wait")
        result = place.ok("results", "--json").json["results"]["Workload/vqe"]
        assert result["status"] == "DONE"
        assert result["document"]["config"] == {
            "n_qubits": 2,
            "n_shots": 500,
            "ansatz": {"depth": 2, "entangler": "cnot"},
        }
        nothing_left(place)
        assert place.world.status()["workloads"] == 1


def test_a_hybrid_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its program uses Amazon's SDK in a process of its own, so the time is the real one."""
    root = tmp_path / "hybrid-job"
    shutil.copytree(EXAMPLES / "hybrid-job", root, ignore=shutil.ignore_patterns("state", ".qctl", "__pycache__"))
    monkeypatch.chdir(root)
    monkeypatch.setenv("QCTL_LOCAL_CLOUD", str(tmp_path / "cloud.sqlite"))
    place = Place(root, tmp_path / "cloud.sqlite")
    place.ok("apply", "--auto-approve", "--wait")
    (result,) = place.ok("results", "--json").json["results"].values()
    assert result["document"]["dataDictionary"]["ones"] == 1.0
    assert place.tasks() == 3
    assert place.ok("show", "--metrics").out.splitlines()[1].split() == ["iteration_number", "ones"]
    nothing_left(place)


def test_three_environments_of_one_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CI never reaches a QPU, whatever is declared; what one environment pays is nobody else's."""
    with standing(tmp_path, "environments", monkeypatch) as place:
        (place.root / "tomorrow.yaml").write_text(
            (place.root / "qctl.yaml").read_text("utf-8").partition("---\n")[2].replace("name: ghz", "name: tomorrow"),
            "utf-8",
        )
        devices = {env: _devices(place, env) for env in ("ci", "staging", "prod")}
        assert [len(found) for found in devices.values()] == [2, 4, 4]
        assert {env: set(found) for env, found in devices.items()} == {
            "ci": {"arn:aws:braket:::device/quantum-simulator/amazon/sv1"},
            "staging": {"arn:aws:braket:::device/quantum-simulator/amazon/dm1"},
            "prod": {"arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet"},
        }
        tomorrow = place.root / "tomorrow.yaml"
        garnet = '"arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet"'
        text = tomorrow.read_text("utf-8")
        tomorrow.write_text(text.replace("device: chip", f"device: {garnet}"), "utf-8")
        refused = place.run("apply", "--env", "ci", "--auto-approve")
        assert (refused.code, place.tasks()) == (6, 0), "no overlay patches an ARN, and the policy holds for it too"
        assert "QuantumTask/tomorrow[theta=1.5708] would run on Garnet in ci" in refused.err
        assert place.ok("plan", "--env", "prod").code == 0
        tomorrow.write_text(text, "utf-8")
        place.ok("apply", "--env", "ci", "--auto-approve")
        assert len(_devices(place, "prod")) == 4
        assert _devices(place, "ci") == []


def _devices(place: Place, env: str) -> list[str]:
    """The device of each submission that is planned."""
    changes = place.ok("plan", "--env", env, "--json").json["changes"]
    created = [change for change in changes if change["action"] == "create"]
    rendered = place.ok("render", "--env", env, "--explain", "--json").json["documents"]
    means = {doc["label"]: doc["sources"].get("spec.device", {}).get("device", {}).get("means") for doc in rendered}
    return [means[change["address"]] for change in created]


def test_every_example_is_tested_and_explained() -> None:
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}
    assert folders == {
        *(name.partition("/")[0] for name in RUNS),
        "deploy",
        "environments",
        "fears",
        "open-batch",
        "workload",
        "hybrid-job",
        "mistakes",
        "mistakes-devices",
        "mistakes-sequences",
    }
    assert [name for name in sorted(folders) if not (EXAMPLES / name / "README.md").exists()] == []


def test_the_bell_pair_takes_ten_lines() -> None:
    text = (EXAMPLES / "bell" / "qctl.yaml").read_text("utf-8").partition("---\n")[2]
    assert len([line for line in text.splitlines() if line.strip()]) <= 10


def test_the_demo(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    program = venv / "bin" / "qctl"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reconciler.cli.main "$@"\n', "utf-8")
    program.chmod(0o755)
    env = {**os.environ, "VENV": str(venv), "PYTHONPATH": str(HOUSE), "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        ["bash", str(EXAMPLES / "demo.sh")],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "No changes. Your infrastructure matches the configuration."
    assert "Dearer than its ceiling [cost/over-max]" in done.stdout
    assert "$ echo $?\n6\n" in done.stdout
    assert "its assertion holds" in done.stdout
    assert "Budget: 0.00 USD of 5.00 USD spent before, at most 0.20 USD now, 4.80 USD left." in done.stdout
    assert "Estimated at most: 0.20 USD. Actual: 0.0075 USD." in done.stdout
    assert "3 added" in done.stdout
    assert "Batch/rabi t=1000 (100 runs)\n  STATE  COUNT    PROB\n  111      100  1.0000" in done.stdout
    assert "QuantumTask/ghz[theta=0.0]  (1000 shots)\n  STATE" in done.stdout
    assert [path for path in tmp_path.iterdir() if path != venv] == [], "it tidies up"
