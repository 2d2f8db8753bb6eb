"""How a wait ends when its runs end badly: scripts go on after 0, so 0 must mean that there are results."""

from __future__ import annotations

import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.project import Flags, open_project
from tests.cli.place import Place

_APPLY = ("apply", "--auto-approve")


@pytest.fixture(autouse=True)
def _slow_queue(place: Place) -> None:
    place.world.set_switch("latency.simulator.queue", "60")


def _cancel_by_hand(place: Place) -> None:
    """Somebody cancels the latest run in the cloud's console."""
    session = open_project(Flags()).session
    ((text, record),) = session.store.read().state.records.items()
    session.cloud(kind := text.partition("/")[0]).cancel(kind, record.attempts[-1], "by-hand")


def test_apply_wait_of_a_run_that_fails_names_it(place: Place) -> None:
    place.world.set_switch("latency.factor", "0")
    place.ok("local", "switch", "fail.reason", "boom")
    ran = place.run(*_APPLY, "--wait")
    assert ran.code == Exit.ERROR
    assert "error: QuantumTask/bell ended as FAILED: boom." in ran.err
    assert place.run("wait").code == Exit.DONE, "nothing was waited for: that failure is old"
    assert place.run(*_APPLY, "--wait").code == Exit.DONE


def test_wait_of_a_run_that_fails(place: Place) -> None:
    place.ok("local", "switch", "fail.reason", "boom")
    place.ok(*_APPLY)
    place.ok("local", "advance", "10m")
    ran = place.run("wait", "--json")
    assert ran.code == Exit.ERROR
    assert "QuantumTask/bell ended as FAILED: boom." in ran.err
    assert ran.events, "standard output holds JSON alone"


def test_wait_of_a_run_that_somebody_cancelled(place: Place) -> None:
    place.ok(*_APPLY)
    _cancel_by_hand(place)
    place.ok("local", "advance", "10m")
    ran = place.run("wait")
    assert ran.code == Exit.ERROR
    assert "error: QuantumTask/bell ended as CANCELLED" in ran.err


def test_a_failure_is_told_although_others_are_still_running(place: Place) -> None:
    place.ok("local", "switch", "fail.reason", "boom")
    place.ok(*_APPLY)
    place.ok("local", "switch", "fail.reason", "")
    place.ok("local", "advance", "10m")
    place.declare("bell", "later")
    place.ok(*_APPLY, "--refresh", "none")
    ran = place.run("wait", "--timeout", "0")
    assert ran.code == Exit.ERROR
    assert "QuantumTask/bell ended as FAILED" in ran.err
    assert "Still unfinished: QuantumTask/later" in ran.err


def test_what_destroy_cancelled_was_wanted(place: Place) -> None:
    place.ok(*_APPLY)
    place.ok("destroy", "--auto-approve", "--wait")
    assert place.world.counts()["CancelQuantumTask"] == 1


def test_what_a_replacement_cancelled_is_not_missed(place: Place) -> None:
    place.ok(*_APPLY)
    place.world.set_switch("latency.factor", "0")
    ran = place.ok(*_APPLY, "--wait", "--var", "shots=50")
    assert "1 added" in ran.out
    assert "1 destroyed" in ran.out
