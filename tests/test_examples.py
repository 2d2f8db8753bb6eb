"""Each folder of `examples/` is a test: plan, apply, let the time pass, results, and nothing left to do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cases.story import frozen_world, standing_still
from tests.cli.place import Place

HOUSE = Path(__file__).parents[1]
EXAMPLES = HOUSE / "examples"
# How many tasks each has, and what each of them may have measured.
RUNS = {
    "bell": (1, {"00", "11"}),
    "ghz-sweep": (3, {f"{n:03b}" for n in range(8)}),
    "neutral-atoms": (1, {"".join((a, b, c)) for a in "rge" for b in "rge" for c in "rge"}),
    "two-files": (2, {"00", "01", "10", "11"}),
}


@pytest.mark.parametrize("name", RUNS)
def test_example(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / name
    shutil.copytree(EXAMPLES / name, root, ignore=shutil.ignore_patterns("state", ".qctl"))
    monkeypatch.chdir(root)
    cloud = tmp_path / "cloud.sqlite"
    place = Place(root, cloud)
    tasks, states = RUNS[name]
    with standing_still(cloud, frozen_world(cloud)):
        assert f"{tasks} resource" in place.ok("validate").out
        assert place.run("plan", "--detailed-exitcode").code == 2
        applied = place.ok("apply", "--auto-approve", "--wait")
        assert f"Apply complete! Runs: {tasks} added" in applied.out
        place.ok("local", "advance", "1h")
        assert place.ok("wait").out == ""
        results = place.ok("results", "--json").json["results"]
        assert len(results) == tasks == place.tasks()
        for result in results.values():
            assert set(result["counts"]) <= states
            assert sum(result["counts"].values()) == result["shots"] > 0
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


def test_every_example_is_tested_and_explained() -> None:
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}
    assert folders == {*RUNS, "mistakes"}
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
    assert "3 added" in done.stdout
    assert "STATE" in done.stdout
    assert [path for path in tmp_path.iterdir() if path != venv] == [], "it tidies up"
