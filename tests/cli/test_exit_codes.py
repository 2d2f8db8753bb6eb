"""The contract with scripts (docs/exit-codes.md): one test a code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from reconciler.store.local import LocalStore
from tests.cli.place import Place

DOCS = Path(__file__).parents[2] / "docs"
_LOST_FOR_EVER = '{"operation": "CreateQuantumTask", "effect": "lost", "always": true}'


def test_done(place: Place) -> None:
    assert place.run("validate").code == Exit.DONE
    assert place.run("plan").code == Exit.DONE, "changes are no failure unless they are asked for"


def test_error(place: Place) -> None:
    place.declare("bell", "bell")
    for command in ("validate", "plan", "apply", "results"):
        assert place.run(command).code == Exit.ERROR


def test_changes_only_when_asked(place: Place) -> None:
    assert place.run("plan", "--detailed-exitcode").code == Exit.CHANGES
    place.finish()
    assert place.run("plan", "--detailed-exitcode").code == Exit.DONE


def test_our_own_bug(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise LookupError("something of ours, with password=hunter2")

    monkeypatch.setattr(LocalStore, "read", broken)
    ran = place.run("plan")
    assert ran.code == Exit.BUG
    assert "defect of qctl" in ran.err
    (report,) = (place.root / ".qctl" / "reports").iterdir()
    assert "hunter2" not in ran.err + report.read_text("utf-8")


def test_locked(place: Place) -> None:
    with place.held():
        ran = place.run("apply", "--auto-approve")
    assert ran.code == Exit.LOCKED
    assert place.tasks() == 0


def test_state_changed_by_others_while_we_worked(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    real = LocalStore.append

    def taken_away(store: LocalStore, *events: object) -> None:
        info = place.root / "state" / "place.default.lock"
        info.unlink()
        real(store, *events)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(LocalStore, "append", taken_away)
    ran = place.run("apply", "--auto-approve")
    assert ran.code == Exit.STALE
    assert place.tasks() == 0


def test_still_running_when_the_wait_ended(place: Place) -> None:
    place.world.set_switch("latency.simulator.queue", "3600")
    ran = place.run("apply", "--auto-approve", "--wait", "--timeout", "0")
    assert ran.code == Exit.RUNNING
    assert "QuantumTask/bell" in ran.err
    assert place.run("wait", "--timeout", "0").code == Exit.RUNNING
    assert place.run("results").code == Exit.RUNNING


def test_outcome_unknown(place: Place) -> None:
    place.world.set_switch("visibility.search", "600")
    place.ok("local", "fault", _LOST_FOR_EVER)
    ran = place.run("apply", "--auto-approve")
    assert ran.code == Exit.UNKNOWN
    assert "qctl state resolve 'QuantumTask/bell' --adopt ID" in ran.err
    place.ok("local", "fault", "--clear")
    assert place.run("apply", "--auto-approve").code == Exit.DONE
    assert place.tasks() == 1


def test_interrupted(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(LocalStore, "read", interrupt)
    assert place.run("plan").code == Exit.INTERRUPTED


def test_the_page_lists_every_code() -> None:
    page = (DOCS / "exit-codes.md").read_text("utf-8")
    listed = re.findall(r"^\| (\d+) \| `(\w+)` \|", page, re.MULTILINE)
    assert [(int(number), name) for number, name in listed] == [(code.value, code.name) for code in Exit]
