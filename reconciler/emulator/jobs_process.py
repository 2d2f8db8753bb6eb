"""The process of a hybrid job and all that it starts."""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

_ENTRY = Path(__file__).with_name("jobs_entry.py")
# Bytes of one line of the log; CloudWatch cuts at 256 KiB.
_LINE = 65_536
# Lines that wait to be written: a program that prints faster than that waits itself.
_WAITING = 10_000


class Process:
    """A session of processes that dies with the process that made it, however that dies."""

    def __init__(self, entry: str, code: Path, environment: Mapping[str, str]) -> None:
        held, self._lifeline = os.pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - running it is what the user allowed
                [sys.executable, "-P", str(_ENTRY), str(held), entry, str(code)],
                cwd=code,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(held,),
                start_new_session=True,
            )
        except (OSError, ValueError):
            os.close(self._lifeline)
            raise
        finally:
            os.close(held)
        # Always there, for it was asked for.
        self._output = cast("IO[bytes]", self._process.stdout)
        self._lines: queue.Queue[str] = queue.Queue(_WAITING)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def lines(self, patience: float) -> list[str]:
        """What was written since the last call; waits so many seconds for the first line."""
        found = []
        with suppress(queue.Empty):
            found.append(self._lines.get(timeout=patience))
            while True:
                found.append(self._lines.get_nowait())
        return found

    def exit_code(self) -> int | None:
        """None while the entry point runs. Negative for a signal that ended it."""
        return self._process.poll()

    def end(self) -> None:
        """Kill what still runs, and take in what it wrote."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        self.end()
        os.close(self._lifeline)

    def is_read(self) -> bool:
        """Whether nothing more can be written. A process that left the session may keep that from ever being so."""
        return not self._reader.is_alive()

    def _read(self) -> None:
        pipe = self._output
        for line in iter(lambda: pipe.readline(_LINE), b""):
            self._lines.put(line.decode("utf-8", "replace").rstrip("\r\n"))
        pipe.close()
