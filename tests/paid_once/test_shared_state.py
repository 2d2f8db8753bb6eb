"""A team's applies of one project at the same moment, and what a dead runner leaves in the bucket."""

from __future__ import annotations

import itertools
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.cli import clouds
from reconciler.cli.exits import Exit
from reconciler.emulator.world import World
from tests.paid_once.bench import RUNS
from tests.paid_once.process import KILLED, finish, run, start
from tests.paid_once.shared_bench import BASE, Member, team
from tests.paid_once.shared_table import Row

_RUNNERS = 20


@pytest.fixture
def member(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Member:
    """A team at a fresh cloud. Waiting for a lock lets other processes work, but never for long."""
    world.set_switch("latency.factor", "1000")  # the tasks stay in the queue, so each apply sees them and saves
    monkeypatch.setattr(clouds._LazyClock, "sleep", lambda _, seconds: time.sleep(min(seconds, 0.4)))
    return team(tmp_path / "first", world)


def _all_at_once(member: Member, disturb: bool = False) -> Counter[int]:
    runners = [member.colleague(f"runner-{number}") for number in range(_RUNNERS)]
    children = [start(runner.args("--lock-timeout", "300")) for runner in runners]
    if disturb:
        chance = random.Random(20_261_127)
        for _ in range(5):
            time.sleep(chance.uniform(0.2, 0.8))
            member.bucket().delete(f"{BASE}.lock")  # as somebody's rm would do it: nobody is told
    return Counter(finish(child) for child in children)


def _judge(member: Member, title: str, codes: Counter[int], tell: Callable[[str, object], None]) -> None:
    assert run(member.args()) == Exit.DONE
    serials = member.serials()
    tasks = int(member.world.status()["tasks"])
    tell(*Row(title, dict(codes), tasks, RUNS, serials).property())
    member.check()
    assert serials == sorted(set(serials)), "serials strictly increase"
    assert member.open().session.store.read().state.serial == serials[-1], "no later save was lost"


def test_twenty_at_once(member: Member, record_property: Callable[[str, object], None]) -> None:
    codes = _all_at_once(member)
    _judge(member, "20 applies at once", codes, record_property)
    assert codes == {Exit.DONE: _RUNNERS}
    assert member.serials() == list(range(1, _RUNNERS + 2)), "each of them saved"


def test_twenty_at_once_and_the_lock_is_removed(member: Member, record_property: Callable[[str, object], None]) -> None:
    codes = _all_at_once(member, disturb=True)
    _judge(member, "the same, lock deleted 5 times", codes, record_property)
    assert set(codes) <= {Exit.DONE, Exit.STALE, Exit.UNKNOWN}


def test_twenty_at_once_and_every_answer_is_lost(
    member: Member, record_property: Callable[[str, object], None]
) -> None:
    for operation, path in (("PUT", r"\.lock$"), ("PUT", r"\.json$"), ("DELETE", r"\.lock$"), ("PUT", "journal/")):
        rule = {"service": "s3", "operation": operation, "path": path, "effect": "lost", "always": True}
        member.world.add_fault(rule)
    codes = _all_at_once(member)
    _judge(member, "the same, each answer to lock, journal, state, unlock lost", codes, record_property)
    assert codes == {Exit.DONE: _RUNNERS}


_POINTS = ("before-journal", "after-journal", "before-{}", "after-{}", "after-outcome")
_LATE = ("after-lock", "before-state", "after-state", "after-journal-empty", "before-unlock")
DEATHS = [
    *(("create", f"{p.format('create')}:{n}") for p, n in itertools.product(_POINTS, (1, 2))),
    *(("create", f"{p}:1") for p in _LATE),
    *((verb, f"{p.format(verb)}:1") for verb in ("tag", "cancel") for p in (*_POINTS, "before-state", "after-state")),
]


@pytest.mark.parametrize(("verb", "point"), DEATHS)
def test_killed_runner(member: Member, verb: str, point: str) -> None:
    """The next machine has the bucket, the manifest, and a lock that nobody will ever give back."""
    member.world.set_switch("latency.factor", "100")  # a cancellation must end within a minute
    if verb != "create":
        assert run(member.args()) == 0
    member.declare(owner="lab-2" if verb == "tag" else "lab-1", tasks=verb != "cancel")
    heir = member.colleague("heir")

    assert run(member.args(), crash_at=point) == KILLED, "the point was never passed: this case tests nothing"
    assert run(heir.args()) == Exit.LOCKED, "nothing breaks a lock by itself"
    code, said = heir.said("state", "force-unlock", heir.holder())
    assert code == 0, said
    assert run(heir.args()) == Exit.DONE
    member.world.advance(60)
    assert run(heir.args()) == Exit.DONE
    heir.check(verb)
