"""A plan that was reviewed is applied as it was reviewed, or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from importlib import resources

import pytest

from reconciler.cli.exits import Exit
from reconciler.store.sealed import new_key
from tests.cli.place import PROJECT, Place

_PLAN = "reviewed.plan"
_DEVICES = "  devices:"
_FILE_TASK = """---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {name: from-file}
spec: {device: garnet, shots: 100, program: {openqasm: bell.qasm}}
"""
_BELL = "OPENQASM 3.0;\nqubit[2] q;\nbit[2] c;\nh q[0];\ncnot q[0], q[1];\nc = measure q;\n"


@pytest.fixture
def planned(place: Place) -> Place:
    """A project of two tasks, one of them of a QPU and from a file, with its plan saved."""
    (place.root / "bell.qasm").write_text(_BELL, "utf-8")
    place.declare("a")
    with (place.root / "qctl.yaml").open("a") as manifest:
        manifest.write(_FILE_TASK)
    place.ok("plan", "--out", _PLAN)
    return place


def _edit(place: Place, name: str, old: str, new: str) -> None:
    path = place.root / name
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def _one_byte(place: Place) -> None:
    path = place.root / _PLAN
    data = bytearray(path.read_bytes())
    data[data.index(b'"fingerprint":"') + 20] ^= 1  # a digit of a text, so that it is JSON still
    path.write_bytes(data)


def _newer(place: Place) -> None:
    _edit(place, _PLAN, '"format_version":1', '"format_version":2')


def _applied_in_between(place: Place) -> None:
    place.ok("apply", "--auto-approve", "--target", "QuantumTask/a")


def _other_prices(place: Place) -> None:
    folder = place.root / "prices"
    folder.mkdir()
    table = resources.files("reconciler.providers.prices").joinpath("amazon-braket.csv").read_text("utf-8")
    assert "0.00145" in table
    (folder / "amazon-braket.csv").write_text(table.replace("0.00145", "0.00245"), "utf-8")


# What happened since, the exit code, the code of the diagnostic, and what it says.
_SINCE: dict[str, tuple[Callable[[Place], object], Exit, str, str]] = {
    "a manifest was edited": (
        lambda place: _edit(place, "qctl.yaml", "owner: lab-3", "owner: lab-4"),
        Exit.STALE,
        "plan/stale",
        "The file qctl.yaml was edited.",
    ),
    "a program was edited": (
        lambda place: _edit(place, "bell.qasm", "h q[0];", "x q[0];"),
        Exit.STALE,
        "plan/stale",
        "The file bell.qasm was edited.",
    ),
    "a manifest was added": (
        lambda place: (place.root / "more.yaml").write_text(_FILE_TASK.replace("from-file", "another"), "utf-8"),
        Exit.STALE,
        "plan/stale",
        "The file more.yaml was added.",
    ),
    "a manifest was broken": (
        lambda place: _edit(place, "qctl.yaml", "shots: ", "shotz: "),
        Exit.STALE,
        "plan/stale",
        "The file qctl.yaml was edited.",
    ),
    "a program was removed": (
        lambda place: (place.root / "bell.qasm").unlink(),
        Exit.STALE,
        "plan/stale",
        "The file bell.qasm was removed.",
    ),
    "a price changed": (_other_prices, Exit.STALE, "plan/stale", "The price table AmazonBraket is another one."),
    "a device went offline": (
        lambda place: place.ok("local", "switch", "devices.offline", "Garnet"),
        Exit.STALE,
        "plan/stale",
        "The device arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet is OFFLINE now, and was ONLINE.",
    ),
    "another apply": (_applied_in_between, Exit.STALE, "plan/stale", "The state was saved by another command"),
    "a day past its expiry": (
        lambda place: place.ok("local", "advance", "4d"),
        Exit.STALE,
        "plan/stale",
        "The plan was good until",
    ),
    "one byte of the file changed": (_one_byte, Exit.ERROR, "plan/unreadable", "its checksum does not fit"),
    "made by a newer version": (_newer, Exit.ERROR, "plan/too-new", "has format 2, written by qctl"),
}


@pytest.mark.parametrize("since", _SINCE)
def test_it_is_refused_with_what_changed_since(planned: Place, since: str) -> None:
    happens, code, diagnostic, words = _SINCE[since]
    happens(planned)
    before = planned.tasks()
    ran = planned.run("apply", _PLAN)
    assert ran.code == code
    assert f"[{diagnostic}]" in ran.err
    assert words in ran.err
    assert planned.tasks() == before, "nothing may be submitted"


def test_unchanged_it_is_applied_and_the_result_equals_the_plan(planned: Place) -> None:
    shown = planned.ok("show", _PLAN, "--json").json["plan"]
    ran = planned.ok("apply", _PLAN)
    assert "Apply complete! Runs: 2 added, 0 changed, 0 destroyed." in ran.out
    tokens = {op["token"] for change in shown["changes"] for op in change["operations"]}
    state = json.loads((planned.root / "state" / "place.default.json").read_text("utf-8"))
    assert {a["token"] for record in state["records"].values() for a in record["attempts"]} == tokens
    assert planned.ok("plan").out.rstrip().endswith("No changes. Your infrastructure matches the configuration.")


def test_it_is_applied_once(planned: Place) -> None:
    planned.ok("apply", _PLAN)
    again = planned.run("apply", _PLAN)
    assert again.code == Exit.STALE
    assert "The state was saved by another command: its serial is 1, and was none." in again.err
    assert "QuantumTask/a would no longer be treated as create." in again.err
    assert planned.tasks() == 2


def test_it_is_shown_as_it_was_made(planned: Place) -> None:
    fresh = planned.ok("plan").out.rstrip()
    _edit(planned, "bell.qasm", "h q[0];", "x q[0];")
    shown = planned.ok("show", _PLAN).out
    assert shown.startswith(fresh)
    assert "Made from:   2 files, no state yet" in shown


def test_another_variable_is_named_and_its_value_is_not(place: Place) -> None:
    place.ok("plan", "--var", "shots=98765", "--out", _PLAN)
    text = (place.root / _PLAN).read_text("utf-8")
    basis = json.loads(text.splitlines()[0])["basis"]
    assert "98765" not in json.dumps(basis)
    ran = place.run("apply", _PLAN, "--var", "shots=99")
    assert ran.code == Exit.STALE
    assert "The variable shots has another value." in ran.err
    place.ok("apply", _PLAN, "--var", "shots=98765")


def test_it_remembers_what_it_was_about(place: Place) -> None:
    place.declare("a", "b")
    place.ok("plan", "--target", "QuantumTask/a", "--out", _PLAN)
    refused = place.run("apply", _PLAN, "--target", "QuantumTask/b")
    assert refused.code == Exit.ERROR
    assert "A saved plan says what it is about" in refused.err
    place.ok("apply", _PLAN)
    assert place.tasks() == 1


def test_it_goes_to_its_own_environment(place: Place) -> None:
    place.ok("plan", "--env", "lab", "--out", _PLAN)
    other = place.run("apply", _PLAN, "--env", "prod")
    assert other.code == Exit.STALE
    assert "The plan is of environment lab, and this is prod." in other.err
    place.ok("apply", _PLAN)
    assert (place.root / "state" / "place.lab.json").exists()


def test_a_plan_of_another_project_is_refused(place: Place) -> None:
    place.ok("plan", "--out", _PLAN)
    place.declare("bell", project=PROJECT.replace("019aa3c1-7d00", "019aa3c1-7d01"))
    ran = place.run("apply", _PLAN)
    assert ran.code == Exit.STALE
    assert "The plan is of the project place with uid 019aa3c1-7d00" in ran.err


def test_a_plan_with_errors_is_not_kept(place: Place) -> None:
    _edit(place, "qctl.yaml", "device: sim", "device: garnet")
    ran = place.run("plan", "--var", "shots=9999999", "--out", _PLAN)
    assert ran.code == Exit.ERROR
    assert not (place.root / _PLAN).exists()


def test_secrets_of_the_surroundings_do_not_reach_the_file(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "PASQAL_PASSWORD", "QCTL_VAR_other", "QCTL_STATE_KEY"):
        monkeypatch.setenv(name, "correct-horse-battery")
    place.ok("plan", "--out", _PLAN)
    assert b"correct-horse" not in (place.root / _PLAN).read_bytes()


def test_where_the_state_is_encrypted_the_plan_is_too(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.declare("a", project=PROJECT + "  state: {encryption: {clientSide: true}}\n")
    monkeypatch.setenv("QCTL_STATE_KEY", new_key())
    shown = place.ok("plan", "--out", _PLAN).out
    assert b"QuantumTask" not in (place.root / _PLAN).read_bytes()
    assert place.ok("show", _PLAN).out.startswith(shown.rstrip())
    key = os.environ["QCTL_STATE_KEY"]
    monkeypatch.setenv("QCTL_STATE_KEY", new_key())
    refused = place.run("apply", _PLAN)
    assert refused.code == Exit.ERROR
    assert "[state/key-missing]" in refused.err
    monkeypatch.setenv("QCTL_STATE_KEY", key)
    place.ok("apply", _PLAN)
    assert place.tasks() == 1


@pytest.mark.parametrize("text", ["0s", "soon", "400d", "-1d"])
def test_a_validity_that_is_none(place: Place, text: str) -> None:
    ran = place.run("plan", "--valid-for", text, "--out", _PLAN)
    assert ran.code == Exit.ERROR
    assert "[cli/duration]" in ran.err


def test_a_fingerprint_approves_the_same_plan_and_no_other(place: Place) -> None:
    fingerprint = place.ok("plan", "--json").json["fingerprint"]
    _edit(place, "qctl.yaml", 'shots: "${{ var.shots }}"', "shots: 200")
    ran = place.run("apply", "--expect", fingerprint)
    assert ran.code == Exit.STALE
    assert f"The plan that was approved has the fingerprint {fingerprint}" in ran.err
    assert place.tasks() == 0
    _edit(place, "qctl.yaml", "shots: 200", 'shots: "${{ var.shots }}"')
    place.ok("apply", "--expect", fingerprint)
    assert place.tasks() == 1


@pytest.mark.parametrize("also", [(), ("--auto-approve",)], ids=str)
def test_an_empty_fingerprint_approves_nothing(planned: Place, also: tuple[str, ...]) -> None:
    """A script whose variable is not set means to be careful."""
    for args in (("apply",), ("apply", _PLAN)):
        ran = planned.run(*args, "--expect", "", *also)
        assert ran.code == Exit.ERROR
        assert "--expect is empty" in ran.err
    assert planned.tasks() == 0


def test_a_folder_that_is_missing_is_named(place: Place) -> None:
    ran = place.run("plan", "--out", "nowhere/reviewed.plan")
    assert ran.code == Exit.ERROR
    assert "nowhere/reviewed.plan: There is no folder for this file." in ran.err


def test_what_is_no_plan(place: Place) -> None:
    for text in ("", "{}", "[" * 100_000, '{"what":"qctl-plan"}\nx\n', "\0"):
        (place.root / _PLAN).write_text(text, "utf-8")
        ran = place.run("apply", _PLAN)
        assert ran.code == Exit.ERROR, text[:20]
        assert "[plan/unreadable]" in ran.err
