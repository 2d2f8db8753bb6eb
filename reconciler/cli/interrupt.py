"""Ctrl-C once: finish what is in flight, save, leave. Twice: leave now; the journal has what was done."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
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

    if threading.current_thread() is not threading.main_thread():
        yield stop  # only the main thread may catch signals; a test's thread has its own ways to stop
        return
    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def leaving_at_once() -> Iterator[None]:
    """While a question stands: nothing is in flight yet, and Ctrl-C is an answer. Raises KeyboardInterrupt for it.

    Without this the interrupted read would simply go on (PEP 475), for our handler raises nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
