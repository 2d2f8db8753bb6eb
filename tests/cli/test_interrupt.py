"""Ctrl-C before anything is in flight: the command leaves at once, and the lock is free for the next."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.cli.exits import Exit
from reconciler.store.lock import FileLock
from tests.cli.place import Place, Ran

_APPLY = ("apply", "--auto-approve", "--lock-timeout", "3600")
_both = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


def _signalled(number: signal.Signals) -> Callable[..., Any]:
    """Stands for something that takes long: the signal arrives in the middle of it, and nothing may come after it."""

    def long(*_: object) -> None:
        signal.raise_signal(number)
        raise AssertionError("the signal was heard, and the command went on")

    return long


def _left_at_once(ran: Ran) -> bool:
    return ran.code == Exit.INTERRUPTED and ran.err.strip() == "Interrupted."


@_both
def test_while_waiting_for_the_lock(place: Place, monkeypatch: pytest.MonkeyPatch, number: signal.Signals) -> None:
    with place.held() as holder, monkeypatch.context() as patch:
        patch.setattr("reconciler.cli.clouds._LazyClock.sleep", _signalled(number))
        ran = place.run(*_APPLY)
        assert _left_at_once(ran), ran
        assert holder.id in place.lock_info(), "the lock of another is left alone"
    place.ok(*_APPLY)


@_both
def test_while_planning(place: Place, monkeypatch: pytest.MonkeyPatch, number: signal.Signals) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("reconciler.cli.run.make_plan", _signalled(number))
        ran = place.run(*_APPLY)
    assert _left_at_once(ran), ran
    assert place.lock_info() == ""
    assert place.tasks() == 0
    place.ok(*_APPLY)


def test_while_taking_the_lock(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("reconciler.store.lock.os.pwrite", _signalled(signal.SIGINT))
        assert _left_at_once(place.run(*_APPLY))
    path = place.root / "state" / "place.default.lock"
    assert FileLock(path, None)._is_free()  # type: ignore[arg-type]  # no clock is asked


def test_the_handlers_are_put_back(place: Place) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    place.ok(*_APPLY)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_once_more_while_it_is_said_ends_without_a_word() -> None:
    """The words need modules, and a signal in the middle of an import would end in a traceback."""
    program = (
        "import signal, sys\n"
        "from reconciler.cli import main\n"
        "class Late:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'reconciler.cli.failure': signal.raise_signal(signal.SIGINT)\n"
        "sys.meta_path.insert(0, Late())\n"
        "sys.argv = ['qctl', 'nonsense']\n"
        "main.run()\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (Exit.INTERRUPTED, "")
