"""Machine forms beside what a person reads: in files, written whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.render.plan_marker import is_marked, plan_marker
from tests.cli.place import PROJECT, TASK, Place
from tests.render.junit_rules import read

EXPECTED = """  expect:
    simulate: {shots: 100, seed: 7}
    assert: ["sim.probabilities['00'] > 0.2", "sim.probabilities['01'] > 0.2"]
"""
POLICY = """---
apiVersion: qctl/v1alpha1
kind: Policy
metadata: {name: shots}
spec:
  rules:
    - {assert: "change.shots <= 10", message: "Too many."}
    - {assert: "plan.environment != ''", message: "No environment.", scope: plan}
  tests:
    - {name: few, change: {shots: 5}, expect: pass}
    - {name: many, change: {shots: 50}, expect: pass}
"""


def _json(file: str) -> Any:
    return json.loads(Path(file).read_text("utf-8"))


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_plan_for_a_person_and_for_a_program_at_once(place: Place, form: str) -> None:
    ran = place.ok("plan", "--format", form, "--json-into", "plan.json")
    assert "Plan: 1 to add, 0 to change, 0 to destroy.\n" in ran.out
    assert _json("plan.json") == place.ok("plan", "--json").json


def test_a_comment_is_found_by_its_first_line(place: Place) -> None:
    text = place.ok("plan", "--format", "markdown", "--max-bytes", "500").out
    assert is_marked(text, plan_marker("place", "default"))
    assert len(text.encode()) <= 500
    assert "device: SV1 is ONLINE, " in place.ok("plan", "--format", "markdown").out


def test_an_apply_leaves_its_events(place: Place) -> None:
    place.world.set_switch("latency.factor", "0")
    ran = place.ok("apply", "--auto-approve", "--wait", "--json-into", "events.jsonl")
    assert "Apply complete!" in ran.out
    events = [json.loads(line) for line in Path("events.jsonl").read_text("utf-8").splitlines()]
    assert [events[0]["event"], events[-2]["event"], events[-1]["event"]] == ["plan", "progress", "waited"]
    assert all(event["format_version"] == 1 for event in events)
    assert (events[-1]["unfinished"], events[-1]["failed"]) == ([], {})


def test_a_refused_apply_leaves_its_plan(place: Place) -> None:
    assert place.run("apply", "--json-into", "events.jsonl").code == 1
    assert [json.loads(line)["event"] for line in Path("events.jsonl").read_text("utf-8").splitlines()] == ["plan"]


def test_what_is_unfinished_is_an_event(place: Place) -> None:
    place.world.set_switch("latency.factor", "1000")
    place.ok("apply", "--auto-approve")
    ran = place.run("wait", "--json", "--timeout", "0")
    assert ran.code == 7
    assert (ran.events[-1]["event"], ran.events[-1]["unfinished"]) == ("waited", ["QuantumTask/bell"])


def test_what_ended_badly_is_an_event(place: Place) -> None:
    place.world.set_switch("fail.reason", "no atoms")
    place.world.set_switch("latency.factor", "0")
    ran = place.run("apply", "--auto-approve", "--wait", "--json")
    assert ran.code == 1
    assert ran.events[-1]["failed"] == {"QuantumTask/bell": "ended as FAILED: no atoms."}


def test_validate_in_three_forms_at_once(place: Place) -> None:
    place.declare("bell", "bell")
    ran = place.run("validate", "--json-into", "found.json", "--sarif", "found.sarif")
    assert ran.code == 1
    assert "manifest/duplicate" in ran.err
    (finding,) = _json("found.json")["diagnostics"]
    document = _json("found.sarif")
    (result,) = document["runs"][0]["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == (finding["location"]["line"], finding["location"]["column"])


def test_a_plan_that_can_not_be_made_leaves_its_findings(place: Place) -> None:
    place.declare("bell", "bell")
    assert place.run("plan", "--sarif", "found.sarif").code == 1
    assert [r["ruleId"] for r in _json("found.sarif")["runs"][0]["results"]] == ["manifest/duplicate"]
    place.declare("bell")
    place.ok("plan", "--sarif", "found.sarif")
    assert _json("found.sarif")["runs"][0]["results"] == []


def test_assertions_and_policies_are_test_cases(place: Place) -> None:
    place.declare(project=PROJECT + TASK.replace("NAME", "bell") + EXPECTED + POLICY)
    assert place.run("plan", "--junit", "tried.xml").code == 1
    expectations, policies = read(Path("tried.xml").read_bytes())
    assert [(c.get("classname"), [e.tag for e in c]) for c in expectations] == [
        ("QuantumTask/bell", []),
        ("QuantumTask/bell", ["failure"]),
    ]
    assert [(c.get("name"), [e.tag for e in c]) for c in policies] == [
        ("change.shots <= 10", ["failure"]),
        ("plan.environment != ''", []),
    ]


def test_tests_of_policies_are_test_cases(place: Place) -> None:
    place.declare(project=PROJECT + POLICY)
    assert place.run("policy", "test", "--junit", "tests.xml").code == 1
    (suite,) = read(Path("tests.xml").read_bytes())
    assert [(c.get("name"), [e.tag for e in c]) for c in suite] == [("few", []), ("many", ["failure"])]


def test_a_link_is_replaced_and_not_written_through(place: Place, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("kept")
    Path("plan.json").symlink_to(other)
    place.ok("plan", "--json-into", "plan.json")
    assert other.read_text() == "kept"
    assert _json("plan.json")["format_version"] == 1
