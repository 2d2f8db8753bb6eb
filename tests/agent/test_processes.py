"""Agents as processes: killed at every crash point, at work at the same moment, and stopped by a signal."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.agent.stopping import Stop
from reconciler.cli.exits import Exit
from reconciler.core.permission import Permission
from reconciler.providers.braket.client import BraketClient
from reconciler.store.lock import FileLock
from tests.agent.days import HOUR, agent_of, days_of, declare, measured, tasks_in
from tests.cli.place import Place
from tests.paid_once.process import KILLED, finish, run, start

_ONCE = ("reconcile", "--once", "--allow-cancel", "--lock-timeout")
_POINTS = (
    *("after-lock", "before-journal", "after-journal", "before-create", "after-create", "after-outcome"),
    *("before-state", "after-state-temp", "after-state", "after-journal-empty", "before-unlock"),
    *("before-cancel", "after-cancel"),
)


@pytest.mark.parametrize("point", _POINTS)
def test_killed_and_started_again(place: Place, point: str) -> None:
    """One run is there and is to be cancelled, two are to be submitted."""
    days_of(place.cloud, 0).world.set_switch("latency.qpu.queue", str(1000 * HOUR))
    declare(place.root, old=100)
    assert run([*_ONCE, "0"]) == Exit.DONE
    declare(place.root, a=1000, b=2000)
    assert run([*_ONCE, "0"], crash_at=point) == KILLED, "the point was never passed: this case tests nothing"

    days = days_of(place.cloud, HOUR)
    agent, _ = agent_of(days, Permission(cancel=True), interval=1800)
    agent.run()
    assert sorted(tasks_in(place.cloud)) == [100, 1000, 2000]
    assert days.world.counts()["CancelQuantumTask"] in (1, 2)
    assert place.run("plan", "--detailed-exitcode").code == Exit.DONE
    assert measured(agent)["doubtful_runs"] == 0


def test_two_at_the_same_moment(place: Place) -> None:
    """One works and one waits, or finds nothing left to do."""
    days_of(place.cloud, 0)
    for number in range(4):
        shots = {f"t{n}": 100 + n for n in range(number + 1)}
        declare(place.root, **shots)
        codes = {finish(child) for child in [start([*_ONCE, wait]) for wait in ("30", "30", "0")]}
        assert Exit.DONE in codes
        assert codes <= {Exit.DONE, Exit.LOCKED}
        assert tasks_in(place.cloud) == [100 + n for n in range(number + 1)]


def test_two_machines_without_a_common_state(place: Place, tmp_path: Path) -> None:
    """No lock is common to them; the runs' own identities are."""
    days_of(place.cloud, 0)
    declare(place.root, a=100, b=200)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    declare(elsewhere, a=100, b=200)
    children = [start([*_ONCE, "30", "-C", str(folder)]) for folder in (place.root, elsewhere)]
    assert {finish(child) for child in children} == {Exit.DONE}
    assert sorted(tasks_in(place.cloud)) == [100, 200]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, Exit.DONE), (signal.SIGINT, Exit.INTERRUPTED)])
def test_a_signal_while_it_sleeps(place: Place, number: signal.Signals, code: Exit) -> None:
    days = days_of(place.cloud, HOUR)
    agent, rounds = agent_of(days)
    days.meanwhile = lambda: signal.raise_signal(number)
    handlers = [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)]
    assert agent.run() == code
    assert len(rounds) == 1
    assert [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)] == handlers


def test_a_signal_while_it_waits_for_the_lock(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    agent, rounds = agent_of(days_of(place.cloud, HOUR), lock_timeout=3600.0)
    monkeypatch.setattr(
        "reconciler.cli.clouds._LazyClock.sleep", lambda _self, _seconds: signal.raise_signal(signal.SIGTERM)
    )
    with place.held():
        assert agent.run() == Exit.DONE
    assert rounds == []
    assert tasks_in(place.cloud) == []


def test_a_signal_in_flight(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was begun is finished and saved, what was not is left for the next agent, and the lock is free."""
    days = days_of(place.cloud, 2 * HOUR)
    declare(place.root, **{f"t{n}": 100 + n for n in range(6)})
    real = BraketClient.once

    def once(client: BraketClient, region: str, operation: str, **parameters: Any) -> Any:
        if operation == "create_quantum_task" and not agent.stopping.wished.is_set():
            os.kill(os.getpid(), signal.SIGTERM)
            assert agent.stopping.wished.wait(60), "the main thread hears it while a worker calls"
        return real(client, region, operation, **parameters)

    with monkeypatch.context() as patch:
        patch.setattr(BraketClient, "once", once)
        agent, rounds = agent_of(days, parallelism=1)
        assert agent.run() == Exit.DONE
    assert [str(cycle.verdict) for cycle in rounds] == ["interrupted"]
    assert tasks_in(place.cloud) == [100]
    assert rounds[0].done == {"create": 1}
    assert FileLock(place.root / "state" / "place.default.lock", None)._is_free()  # type: ignore[arg-type]  # no clock is asked
    agent_of(days)[0].run()
    assert len(tasks_in(place.cloud)) == 6


def test_a_second_signal_ends_it_now(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    ends: list[int] = []
    monkeypatch.setattr(os, "_exit", ends.append)
    agent, _ = agent_of(days_of(place.cloud, HOUR))
    with agent.stopping.listening(), agent.stopping.in_flight() as wished:
        signal.raise_signal(signal.SIGTERM)
        assert wished.is_set()
        signal.raise_signal(signal.SIGTERM)
    assert ends == [Exit.INTERRUPTED]
    with pytest.raises(Stop):
        agent.stopping.check()


@pytest.mark.parametrize(
    ("edit", "code"),
    [("", Exit.DONE), ("broken", Exit.ERROR), ("budget", Exit.REFUSED)],
)
def test_once_for_cron(place: Place, edit: str, code: Exit) -> None:
    days_of(place.cloud, 0)
    declare(place.root, "1.00 USD" if edit == "budget" else "", a=1000)
    if edit == "broken":
        (place.root / "qctl.yaml").write_text("kind: [", "utf-8")
    ran = place.run("reconcile", "--once", "--json")
    assert ran.code == code
    assert ran.events[-1]["event"] == "cycle"


def test_many_rounds_keep_nothing_open(place: Place) -> None:
    days = days_of(place.cloud, 5 * HOUR)
    agent, _ = agent_of(days)
    agent.run()
    before = len([*Path("/proc/self/fd").iterdir()]) if Path("/proc/self/fd").exists() else 0
    days.end += 20 * HOUR
    agent.run()
    after = len([*Path("/proc/self/fd").iterdir()]) if before else 0
    assert after <= before + 2
