"""Simulate in processes of this machine: started only when there is work, and so many as the work is worth."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Lock

from reconciler.simulate.process import COMMAND, Worker
from reconciler.simulate.trial import Answer, Unit

_TICK = 0.2  # seconds between two looks for processes that take too long
_MOST_DEATHS = 3  # in a row and without an answer between: something is wrong with all of them
_HOPELESS = "It was not begun, for the processes that simulate end before they answer."


class Pool:
    """Processes that each take one unit after the other, the largest first."""

    def __init__(
        self,
        processes: int,
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._processes, self._seconds = processes, seconds
        self._clock, self._command = clock, command

    def run(self, units: Sequence[Unit], tell: Callable[[], None]) -> list[list[Answer]]:
        """The answers of each unit; `tell` is called after each, one at a time. Never raises for a process."""
        count = min(self._processes, len(units))
        work = _Work(units, tell)
        servants = [_Servant(self._command, self._seconds, self._clock, work) for _ in range(count)]
        with ThreadPoolExecutor(max(1, count)) as threads:
            try:
                pending = {threads.submit(servant.serve) for servant in servants}
                while pending:
                    ended, pending = wait(pending, _TICK)
                    for servant in servants:
                        servant.end_if_late()
                    for future in ended:
                        future.result()
            except BaseException:  # Ctrl-C
                work.stop()
                for servant in servants:
                    servant.end()
                raise
        return work.answers


class _Work:
    """What is to be done and what is done. Used by several threads."""

    def __init__(self, units: Sequence[Unit], tell: Callable[[], None]) -> None:
        self._units, self._tell = units, tell
        self.answers: list[list[Answer]] = [[] for _ in units]
        self._left = deque(sorted(range(len(units)), key=lambda at: -_size(units[at])))
        self._lock = Lock()
        self._deaths = 0
        self._stopped = False

    def take(self) -> tuple[int, Unit] | None:
        """The next unit with its place."""
        with self._lock:
            return (at := self._left.popleft(), self._units[at]) if self._left else None

    def put(self, at: int, answer: Answer, *, died: bool = False) -> None:
        """The answer of the next point."""
        with self._lock:
            self._deaths = self._deaths + 1 if died else 0
            self.answers[at].append(answer)
            self._tell()

    def hopeless(self) -> bool:
        """Whether no more processes are to be started: they would only die as well, or nobody waits for them."""
        return self._stopped or self._deaths >= _MOST_DEATHS

    def stop(self) -> None:
        """Let nobody begin anything more."""
        with self._lock:
            self._left.clear()
            self._stopped = True


class _Servant:
    """One thread with one process at a time."""

    def __init__(self, command: Sequence[str], seconds: float, clock: Callable[[], float], work: _Work) -> None:
        self._command, self._seconds, self._clock = command, seconds, clock
        self._work = work
        self._worker: Worker | None = None

    def serve(self) -> None:
        """Do one unit after the other until there is none."""
        try:
            while (taken := self._work.take()) is not None:
                self._do(*taken)
        finally:
            if self._worker is not None:
                self._worker.close()

    def _do(self, at: int, unit: Unit) -> None:
        points = unit["points"]
        done = 0
        while done < len(points):
            worker = self._started()
            if isinstance(worker, str):
                self._work.put(at, {"failure": worker}, died=True)
                done += 1
                continue
            for answer in worker.answers({**unit, "points": points[done:]}):
                self._work.put(at, answer)
                done += 1
            if done < len(points):
                self._work.put(at, {"failure": worker.why()}, died=True)
                done += 1
                worker.close()
                self._worker = None

    def _started(self) -> Worker | str:
        """The process, or why there is none."""
        if self._work.hopeless():
            return _HOPELESS
        try:
            self._worker = self._worker or Worker(self._command, self._seconds, self._clock)
        except OSError as error:
            return f"No process can be started: {error}."
        if self._work.hopeless():  # stopped while it was started: nobody else will end it
            self._worker.end()
        return self._worker

    def end_if_late(self) -> None:
        """See Worker."""
        worker = self._worker
        if worker is not None:
            worker.end_if_late()

    def end(self) -> None:
        """End its process."""
        worker = self._worker
        if worker is not None:
            worker.end()


def _size(unit: Unit) -> int:
    return len(unit["text"]) * 10 + len(unit["points"]) * 1000
