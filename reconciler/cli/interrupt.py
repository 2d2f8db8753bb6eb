"""Ctrl-C while calls are in flight: finish them, save, leave; twice: leave now. With nothing in flight: at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from reconciler.cli.exits import Exit
from reconciler.cli.terminal import output


@contextmanager
def stoppable() -> Iterator[threading.Event]:
    """An event that the first SIGINT or SIGTERM sets; the second one ends the process."""
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(Exit.INTERRUPTED)  # every intent is on disk already; nothing of value is only in memory
        stop.set()
        output().error("Finishing what is in flight. Interrupt again to leave now.")

    with _handling(on_signal):
        yield stop


@contextmanager
def leaving_at_once() -> Iterator[None]:
    """While nothing is in flight: the first SIGINT or SIGTERM raises KeyboardInterrupt; the second ends the process.

    SIGTERM too, and not by its default: on the way out the lock is given back. An exception is needed for this: a read
    or a sleep whose handler raises nothing simply goes on (PEP 475).
    """
    leaving = False

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        nonlocal leaving
        if leaving:
            os._exit(Exit.INTERRUPTED)  # a pool of reading threads is waited for; the system frees the lock
        leaving = True
        raise KeyboardInterrupt

    with _handling(on_signal):
        yield


@contextmanager
def _handling(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may catch signals; a test's thread has its own ways to stop
        return
    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
