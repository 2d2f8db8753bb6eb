"""What a second stranger tried, each as it was done: clocks that differ, copied tags, odd statuses, late calls."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from reconciler.cli import clouds
from reconciler.emulator.inprocess_httpx import LocalTransport
from reconciler.providers.kind import CloudUnavailable
from tests.paid_once.bench import UID, Machine
from tests.paid_once.pasqal_bench import WINDOW, Laboratory, Wish
from tests.paid_once.process import KILLED, run


@pytest.fixture
def turned(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine whose clock is the cloud's at every moment."""
    monkeypatch.setattr(clouds._LazyClock, "now", lambda _: machine.world.now())
    return machine


def _tasks(machine: Machine) -> dict[str, Mapping[str, str]]:
    """By ARN what the cloud has, with its tags."""
    with machine.world.transaction() as session:
        rows = session.connection.execute("SELECT arn, tags FROM task ORDER BY seq").fetchall()
    return {arn: json.loads(tags) for arn, tags in rows}


def _known(machine: Machine) -> set[str]:
    return {a.id for record in machine.plan().seen.records.values() for a in record.attempts if a.exists}


@pytest.mark.parametrize("seconds", [WINDOW + 100, -WINDOW])
def test_the_heir_has_another_clock(lab: Laboratory, monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """A batch was made and is not shown yet; by the next machine's clock its time would be over."""
    real, answer = clouds._LazyClock.now, LocalTransport.handle_request

    def dated(transport: LocalTransport, request: httpx.Request) -> httpx.Response:
        response = answer(transport, request)
        response.headers["date"] = format_datetime(lab.world.now(), usegmt=True)
        return response

    def wrong(clock: clouds._LazyClock) -> datetime:
        return real(clock) + timedelta(seconds=seconds)

    monkeypatch.setattr(LocalTransport, "handle_request", dated)
    lab.want(Wish((10, 20)))
    lab.world.add_fault({"service": "pasqal", "operation": "CreateBatch", "effect": "hide", "seconds": 240})
    assert run(["apply", "-C", str(lab.root), "--auto-approve"], crash_at="after-create") == KILLED
    monkeypatch.setattr(clouds._LazyClock, "now", wrong)
    with pytest.raises(CloudUnavailable, match=r"clock of this machine is \d+ s (ahead of|behind) Pasqal's"):
        lab.apply()
    monkeypatch.setattr(clouds._LazyClock, "now", real)
    for _ in range(2):
        lab.apply()
        lab.world.advance(2 * WINDOW)
    assert lab.inventory().duplicates() == []
    assert lab.plan().plan.empty


def _somebody_else(machine: Machine) -> str:
    """A task of another project, with other shots, newer than ours."""
    other = Machine(machine.root.with_name("other"), machine.world)
    other.declare()
    manifest = (other.root / "qctl.yaml").read_text("utf-8")
    text = manifest.replace(UID, f"{UID[:-3]}aaa").replace("shots: 100", "shots: 7").replace("[0.25, 0.5]", "[0.25]")
    (other.root / "qctl.yaml").write_text(text, "utf-8")
    other.apply()
    return list(_tasks(machine))[-1]


@pytest.mark.parametrize("ours_is_newer", [False, True])
def test_tags_copied_to_another_task_while_the_state_is_lost(machine: Machine, ours_is_newer: bool) -> None:
    theirs = _somebody_else(machine) if ours_is_newer else ""
    machine.apply()
    ours = [arn for arn in _tasks(machine) if arn != theirs]
    theirs = theirs or _somebody_else(machine)
    with machine.world.transaction() as session:
        copied = json.dumps(_tasks_of(session, ours[0]))
        session.connection.execute("UPDATE task SET tags = ? WHERE arn = ?", (copied, theirs))
    machine.forget_everything()
    machine.world.advance(2 * WINDOW)
    machine.apply()
    assert _known(machine) == set(ours)
    machine.declare(tasks=False)
    machine.apply()
    with machine.world.transaction() as session:
        ended = session.connection.execute("SELECT arn FROM task WHERE cancel_at IS NOT NULL").fetchall()
    assert {arn for (arn,) in ended} == set(ours), "nobody else's run may be cancelled"


def _tasks_of(session: object, arn: str) -> Mapping[str, str]:
    row = session.connection.execute("SELECT tags FROM task WHERE arn = ?", (arn,)).fetchone()  # type: ignore[attr-defined]
    return dict(json.loads(row[0]))


@pytest.mark.parametrize("status", [425, 431])
def test_a_status_that_does_not_say_what_was_done(machine: Machine, status: int) -> None:
    """And then nobody wants the runs any more: what may exist must be found, and ended."""
    machine.world.add_fault(
        {
            "effect": "status-after" if status == 425 else "status",
            "status": status,
            "operation": "CreateQuantumTask",
            "always": True,
        }
    )
    assert bool(machine.apply().refused) == (status == 431)
    machine.world.clear_faults()
    machine.declare(tasks=False)
    machine.apply()
    machine.world.advance(2 * WINDOW)
    machine.apply()
    assert set(_tasks(machine)) == _known(machine)


@pytest.mark.parametrize("submit", ["task", "programSet"])
@pytest.mark.parametrize("dies", [False, True], ids=["lives", "dies"])
def test_the_last_of_many_calls_is_carried_out_late(turned: Machine, submit: str, dies: bool) -> None:
    """The time to show up counts from that one, not from the first, be it wanted still or not."""
    manifest = (turned.root / "qctl.yaml").read_text("utf-8").replace("shots: 100", f"shots: 100\n  submit: {submit}")
    (turned.root / "qctl.yaml").write_text(manifest, "utf-8")
    create = {"operation": "CreateQuantumTask"}
    turned.world.add_fault({**create, "effect": "error-500"})
    turned.world.add_fault({**create, "effect": "throttle", "skip": 1, "count": 8})
    turned.world.add_fault({**create, "effect": "late", "seconds": WINDOW - 20, "skip": 9, "count": 1})
    if dies:
        args = ["apply", "-C", str(turned.root), "--auto-approve", "--parallelism", "1"]
        assert run(args, crash_at="after-create:10") == KILLED
    else:
        turned.world.add_fault({**create, "effect": "reset", "skip": 10, "count": 0})
        assert turned.apply().unknown
    turned.world.clear_faults()
    turned.declare(tasks=False)
    for _ in range(12):
        turned.apply()
        turned.world.advance(60)
    turned.apply()
    assert len(_tasks(turned)) == 1
    assert set(_tasks(turned)) == _known(turned), "a run that nobody knows is paid and never ended"


@pytest.mark.parametrize("tries", [1, 2])
def test_a_state_is_lost_whose_only_runs_failed(machine: Machine, tries: int) -> None:
    """They are taken in, told, and count as tries: nothing is paid again but by the rule of retry, and that once."""
    manifest = (machine.root / "qctl.yaml").read_text("utf-8")
    retry = f"shots: 100\n  run: {{retry: {{maxAttempts: {tries}}}}}"
    (machine.root / "qctl.yaml").write_text(manifest.replace("shots: 100", retry), "utf-8")
    machine.world.set_switch("latency.factor", "0")
    machine.world.set_switch("fail.reason", "the fridge was warm")
    machine.apply()
    machine.world.advance(60)
    machine.forget_everything()
    planned = machine.plan().plan
    if tries == 1:
        assert planned.summary == "Plan: 2 to import, 0 to add, 0 to change, 0 to destroy."
        assert all("attempt 1 ended FAILED" in change.warning for change in planned.changes)
    for _ in range(3):
        machine.apply()
        machine.world.advance(60)
    assert len(_tasks(machine)) == 2 * tries
    assert machine.plan().plan.empty
