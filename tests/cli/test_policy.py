"""Policies as people meet them: `qctl policy`, `plan` and `apply`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.policy.starter import STARTERS
from tests.cli.place import Place

CAP = """apiVersion: qctl/v1alpha1
kind: Policy
metadata: {name: cap}
spec:
  description: Shots cost.
  rules:
    - {assert: change.shots <= 50, message: "{change.shots} are too many"}
  tests:
    - {name: few, change: {shots: 50}, expect: pass}
    - {name: many, change: {shots: 51}, expect: EXPECTED}
"""


def declare(place: Place, expected: str = "deny", into: str = "policies") -> None:
    folder = place.root / into
    folder.mkdir(exist_ok=True)
    (folder / "cap.yaml").write_text(CAP.replace("EXPECTED", expected), "utf-8")


def test_a_denied_plan_ends_with_6_and_nothing_is_applied(place: Place) -> None:
    declare(place)
    planned = place.run("plan")
    assert planned.code == 6
    assert "+ QuantumTask/bell" in planned.out, "what is refused is shown"
    assert "error: Refused by a policy [policy/denied]" in planned.err
    assert "--> qctl.yaml:" in planned.err
    assert "QuantumTask/bell: 100 are too many. Policy cap at policies/cap.yaml:7:16 asks for this." in planned.err
    assert "help: Shots cost." in planned.err
    assert place.run("apply", "--auto-approve").code == 6
    assert place.tasks() == 0
    assert place.ok("apply", "--auto-approve", "--var", "shots=50").code == 0
    assert place.tasks() == 1


def test_what_is_paid_is_not_judged_by_a_policy_that_came_later(place: Place) -> None:
    place.finish()
    declare(place)
    assert place.ok("plan").out.endswith("No changes. Your infrastructure matches the configuration.\n")


def test_a_plan_with_a_mistake_in_it_ends_with_1_whatever_policies_say(place: Place) -> None:
    declare(place)
    manifest = place.root / "qctl.yaml"
    manifest.write_text(manifest.read_text("utf-8").replace("device: sim", "device: garnet"), "utf-8")
    ran = place.run("plan", "--var", "shots=100000")  # more than Garnet takes
    assert "policy/denied" in ran.err
    assert ran.code == 1


def test_a_warning_stops_nothing_and_is_in_the_json(place: Place) -> None:
    declare(place)
    file = place.root / "policies" / "cap.yaml"
    file.write_text(file.read_text("utf-8").replace("message:", "level: warn, message:"), "utf-8")
    (found,) = place.ok("plan", "--json").json["diagnostics"]
    assert (found["code"], found["severity"], found["address"]) == ("policy/warned", "warning", "QuantumTask/bell")
    place.ok("apply", "--auto-approve")


def test_naming_a_file_is_no_way_around(place: Place) -> None:
    declare(place)
    assert place.run("plan", "-f", "qctl.yaml").code == 6


def test_what_a_folder_of_others_asks_holds_too(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(place, into="../pinned")
    monkeypatch.setenv("QCTL_POLICY_DIR", str(tmp_path / "pinned"))
    assert place.run("plan").code == 6
    own = place.root / "policies"
    own.mkdir()
    # The same name in the project hides nothing.
    (own / "cap.yaml").write_text(CAP.replace("EXPECTED", "pass").replace("<= 50", "<= 5000"), "utf-8")
    assert place.run("plan").code == 6
    assert place.run("apply", "--auto-approve").code == 6
    assert "(pinned)" in place.ok("policy", "list").out
    assert [p["pinned"] for p in place.ok("policy", "list", "--json").json["policies"]] == [False, True]


@pytest.mark.parametrize("command", ["plan", "apply", "destroy", "validate"])
def test_a_mistyped_folder_is_no_way_around(place: Place, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("QCTL_POLICY_DIR", "nowhere")
    ran = place.run(command)
    assert ran.code == 1
    assert "policy/folder" in ran.err


def test_a_plan_from_the_cache_needs_its_folder_too(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.declare("a")
    place.finish()
    assert "No changes." in place.ok("plan").out
    assert "No changes." in place.ok("plan").out, "this one is from the cache"
    monkeypatch.setenv("QCTL_POLICY_DIR", "nowhere")
    ran = place.run("plan")
    assert ran.code == 1
    assert "policy/folder" in ran.err


def test_several_folders_are_separated_as_in_a_path(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(place, into="../one")
    declare(place, into="../two")
    monkeypatch.setenv("QCTL_POLICY_DIR", f"{tmp_path / 'one'}:{tmp_path / 'two'}")
    assert len(place.ok("policy", "list", "--json").json["policies"]) == 2


def test_tests_of_policies_run_and_fail(place: Place) -> None:
    declare(place)
    assert place.ok("policy", "test").out == "ok    cap: few\nok    cap: many\n2 tests passed.\n"
    place.ok("validate")
    declare(place, expected="warn")
    ran = place.run("policy", "test")
    assert ran.code == 1
    assert ran.out.splitlines()[1:] == [
        "FAIL  cap: many",
        "      policies/cap.yaml:10:7: expected warn, got deny",
        "        deny: 51 are too many",
        "2 tests, 1 failed.",
    ]
    found = place.run("policy", "test", "--json")
    assert (found.code, found.json["passed"]) == (1, False)
    assert [t["passed"] for t in found.json["tests"]] == [True, False]
    wrong = place.run("validate")
    assert wrong.code == 1
    assert "[policy/test]" in wrong.err
    assert "policies/cap.yaml:10:49" in wrong.err


def test_a_policy_that_cannot_be_read_stops_every_plan(place: Place) -> None:
    declare(place)
    file = place.root / "policies" / "cap.yaml"
    file.write_text(file.read_text("utf-8").replace("change.shots <=", "change.shotz <="), "utf-8")
    for command in ("validate", "plan", "apply"):
        ran = place.run(command)
        assert ran.code == 1
        assert "policies/cap.yaml:7:23" in ran.err
        assert 'Did you mean "shots"?' in ran.err


def test_policies_to_begin_with_are_written_once(place: Place) -> None:
    place.ok("policy", "init", "budget")
    assert [p.name for p in (place.root / "policies").iterdir()] == ["budget.yaml"]
    mine = place.root / "policies" / "budget.yaml"
    mine.write_text(mine.read_text("utf-8").replace("<= 25)", "<= 26)"), "utf-8")
    said = place.ok("policy", "init").out
    assert "Kept policies/budget.yaml, which was there." in said
    assert "<= 26)" in mine.read_text("utf-8")
    assert len(list((place.root / "policies").iterdir())) == len(STARTERS)
    assert place.run("policy", "init", "bugdet").code == 1
    assert [p["name"] for p in json.loads(place.ok("policy", "list", "--json").out)["policies"]] == sorted(STARTERS)


def test_without_policies_there_is_nothing_to_list(place: Place) -> None:
    assert place.ok("policy", "list").out == "No policies. `qctl policy init` writes some to begin with.\n"
    assert place.ok("policy", "test").out == "No tests.\n"


@pytest.mark.parametrize("value", ["", ":"])
def test_a_variable_that_names_no_folder_is_no_way_around(
    place: Place, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("QCTL_POLICY_DIR", value)
    for command in (("plan",), ("apply", "--auto-approve")):
        ran = place.run(*command)
        assert ran.code == 1
        assert "QCTL_POLICY_DIR is set, and names no folder." in ran.err
    assert place.tasks() == 0
