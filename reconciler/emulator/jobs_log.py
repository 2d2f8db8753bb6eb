"""The log stream of one running job."""

from collections.abc import Iterable

from reconciler.emulator import logs
from reconciler.emulator.braket.job import Job
from reconciler.emulator.world import Session

# Lines of one job; what comes after is left out, for the world's file must stay a file one can copy.
MOST = 100_000


class JobLog:
    """Writes lines to `<name>/<UUID>/algo-1-<start>`, and remembers the last of the program's own."""

    def __init__(self, job: Job, began_at: int) -> None:
        self._region = job.region
        self._stream = f"{job.name}/{job.id}/algo-1-{began_at}"
        self._count = 0
        self.last = ""

    def note(self, session: Session, text: str) -> None:
        """A line of ours."""
        self._append(session, [f"[local cloud] {text}"])

    def write(self, session: Session, lines: Iterable[str]) -> None:
        """Lines of the program."""
        kept = list(lines)
        self.last = next((line for line in reversed(kept) if line.strip()), self.last)
        self._append(session, kept)

    def _append(self, session: Session, kept: list[str]) -> None:
        room = MOST - self._count
        if len(kept) > room:
            kept = [*kept[:room], f"[local cloud] The log is cut after {MOST} lines."] if room >= 0 else []
        self._count += len(kept)
        logs.append(session.connection, self._region, self._stream, session.now, kept)
