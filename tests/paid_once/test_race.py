"""Two applies of one project at the same moment."""

from __future__ import annotations

import os
import time

import pytest

from reconciler.cli.exits import Exit
from tests.paid_once.bench import RUNS, Machine
from tests.paid_once.process import finish, run, start

_ROUNDS = 8


def _args(machine: Machine, environment: str, *more: str) -> list[str]:
    return ["apply", "-C", str(machine.root), "--auto-approve", "--env", environment, *more]


def test_one_of_two_is_refused_or_finds_nothing_to_do(machine: Machine) -> None:
    for number in range(_ROUNDS):
        args = _args(machine, f"e{number}")
        codes = [finish(child) for child in (start(args), start(args))]
        assert set(codes) <= {Exit.DONE, Exit.LOCKED}
        assert Exit.DONE in codes
        assert machine.world.status()["tasks"] == RUNS * (number + 1)


def test_one_of_two_waits(machine: Machine) -> None:
    for number in range(_ROUNDS):
        args = _args(machine, f"e{number}", "--lock-timeout", "30")
        assert [finish(child) for child in (start(args), start(args))] == [Exit.DONE, Exit.DONE]
        assert machine.world.status()["tasks"] == RUNS * (number + 1)


@pytest.mark.parametrize("delay", [0.02, 0.05, 0.1, 0.2, 0.3])
def test_lock_forcibly_removed(machine: Machine, delay: float) -> None:
    """Somebody deletes the lock file under a running apply and starts another: both may call, one run is paid."""
    for number in range(_ROUNDS):
        args = _args(machine, f"e{number}")
        first = start(args)
        time.sleep(delay)
        lock = machine.root / "state" / f"matrix.e{number}.lock"
        if lock.exists():
            os.unlink(lock)  # noqa: PTH108 - one system call, as somebody's rm would do it
        second = start(args)
        assert {finish(first), finish(second)} <= {Exit.DONE, Exit.LOCKED, Exit.STALE}
        assert run(args) == Exit.DONE
        assert machine.world.status()["tasks"] == RUNS * (number + 1)
        assert run(["plan", "-C", str(machine.root), "--env", f"e{number}", "--detailed-exitcode"]) == Exit.DONE
