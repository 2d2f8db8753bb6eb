"""SIGTERM and SIGINT for an agent: leave at once where nothing is in flight, else after that is finished and saved."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from reconciler.cli.exits import Exit


class Stop(BaseException):
    """Somebody wants the agent to end, and nothing is in flight."""


class Stopping:
    """Hears the two signals. The first one is the wish; one more ends the process where something is in flight."""

    def __init__(self) -> None:
        self.wished = threading.Event()
        self.code = Exit.DONE
        self._busy = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While the agent lives. Only the main thread may catch signals; a test's thread has its own ways to stop."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, former in before.items():
                signal.signal(number, former)

    @contextmanager
    def in_flight(self) -> Iterator[threading.Event]:
        """While calls may be on their way: the wish only sets the event."""
        self._busy = True
        try:
            yield self.wished
        finally:
            self._busy = False

    def check(self) -> None:
        """Raises Stop if somebody wished it while something was in flight."""
        if self.wished.is_set():
            raise Stop

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self.wished.is_set():
            os._exit(Exit.INTERRUPTED)  # every intent is on disk already; nothing of value is only in memory
        self.code = Exit.INTERRUPTED if number == signal.SIGINT else Exit.DONE
        self.wished.set()
        if not self._busy:
            raise Stop
