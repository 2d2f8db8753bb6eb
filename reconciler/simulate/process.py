"""One process that simulates, seen from the one that asks. It may die or hang without harm to anybody else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from reconciler.simulate.trial import Answer, Unit

_PACKAGES = str(Path(__file__).parents[2])
# -P: the folder that qctl runs in belongs to a project, and must not bring a module of its own.
COMMAND = (sys.executable, "-P", "-m", "reconciler.simulate.worker")
# What loading the simulators may take on a busy machine, before the first answer.
_LOADING = 60.0
_ENDING = 1.0  # seconds that a process whose output has ended may take to end itself


class Worker:
    """A started process. `seconds` is how long each answer may take; `late` says that it took longer and was ended."""

    def __init__(self, command: Sequence[str], seconds: float, clock: Callable[[], float]) -> None:
        """Raises OSError."""
        path = os.pathsep.join(filter(None, (_PACKAGES, os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            command,
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        self._seconds, self._clock = seconds, clock
        self._loading = _LOADING
        self._deadline: float | None = None
        self.late = False

    def answers(self, unit: Unit) -> Iterator[Answer]:
        """Its answers as they come; fewer than there are points if it died."""
        asked, told = self._process.stdin, self._process.stdout
        if asked is None or told is None:
            return
        self._expect()
        try:
            asked.write(json.dumps(unit, separators=(",", ":")) + "\n")
            asked.flush()
            for _ in unit["points"]:
                line = told.readline()
                if not line.endswith("\n"):
                    return
                self._loading = 0.0
                self._expect()
                yield json.loads(line)
        except (OSError, ValueError):  # the pipe broke, or holds something else than an answer
            return
        finally:
            self._deadline = None

    def _expect(self) -> None:
        self._deadline = self._clock() + self._seconds + self._loading

    def end_if_late(self) -> None:
        """To be called now and then, by another thread than the one that waits for the answers."""
        if self._deadline is not None and self._clock() > self._deadline:
            self.late = True
            self.end()

    def end(self) -> None:
        """End it at once. It holds nothing of value."""
        self._process.kill()

    def why(self) -> str:
        """Why it is no more, as a sentence."""
        code = self._ended()
        if self.late:
            return f"It took more than {self._seconds:g} seconds."
        if code == -signal.SIGKILL:
            return "Its process was killed, most likely because memory ran out."
        return f"Its process ended by itself, with {code}."

    def _ended(self) -> int:
        try:
            return self._process.wait(_ENDING)
        except subprocess.TimeoutExpired:  # it closed its output, or wrote what is no answer
            self.end()
            self._process.wait()
            return 1

    def close(self) -> None:
        """End it and give its pipes back."""
        self.end()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was not sent stays unsent
                    pipe.close()
