"""Real processes that really die: forked from this one, so that hundreds of them are cheap."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence

from reconciler.cli.main import main
from reconciler.store import crash

KILLED = -signal.SIGKILL


def run(args: Sequence[str], crash_at: str = "", kill_after: float | None = None) -> int:
    """Run one command in a child and return its exit code, negative for a signal.

    `crash_at` is a named crash point with the number of the passage, `kill_after` seconds until SIGKILL.
    """
    child = start(args, crash_at)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    return finish(child)


def start(args: Sequence[str], crash_at: str = "") -> int:
    """Begin one command in a child; its process id."""
    child = os.fork()
    if child == 0:
        _become(args, crash_at)
    return child


def finish(child: int) -> int:
    """Wait for a child and return its exit code, negative for a signal."""
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _become(args: Sequence[str], crash_at: str) -> None:
    code = 97
    try:
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        name, _, count = crash_at.partition(":")
        crash._NAME, crash._LAST = name, int(count or 1)
        code = main(args)
    finally:
        os._exit(code)  # nothing of pytest may run in the child
