"""One run of the entry point of a hybrid job, from its source to its results."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from reconciler.emulator.braket.job import Job, select
from reconciler.emulator.braket.job_settle import overrun
from reconciler.emulator.jobs_data import collect, fetch, keep
from reconciler.emulator.jobs_environment import environment
from reconciler.emulator.jobs_folders import Folders
from reconciler.emulator.jobs_log import JobLog
from reconciler.emulator.jobs_place import Place
from reconciler.emulator.jobs_process import Process
from reconciler.emulator.world import World

STOPPED = "The qctl that ran this job was ended before it. Long jobs live as long as qctl local serve does."
_REQUIREMENTS = "requirements.txt is not installed: the job runs with the Python packages of qctl."
# Seconds between looks at the world, and for the last lines of a program that has ended.
_LOOK, _REST = 0.2, 1.0
_LONGEST_REASON = 1024


class _Ending(NamedTuple):
    """How a run ended. `failure` is None for one that completed, and for one that was `cancelled` or forgotten."""

    failure: str | None = None
    overran: bool = False
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """A run of `job`, which was begun at `began_at`, in the folder `folders`, with the local cloud at `url`."""

    world: World
    job: Job
    began_at: int
    folders: Folders
    url: str
    stopping: threading.Event
    monotonic: Callable[[], float] = time.monotonic

    def carry_out(self) -> None:
        """Run the job and keep its outcome. No transaction is held while it runs."""
        log = JobLog(self.job, self.began_at)
        left: Mapping[Place, bytes] = {}
        try:
            fetch(self.world, self.job, self.folders)
            ending = self._supervise(log)
            left = collect(self.job, self.folders, completed=ending == _Ending())
        except (ValueError, OSError) as problem:  # an archive, an address or an entry point that is none, a full disk
            ending = _Ending(str(problem) or "The job can't be run here.")
        self._keep(ending, left, log)

    def _supervise(self, log: JobLog) -> _Ending:
        if any(self.folders.code.rglob("requirements.txt")):
            with self.world.transaction() as session:
                log.note(session, _REQUIREMENTS)
        entry = self.job.asked["algorithmSpecification"]["scriptModeConfig"]["entryPoint"]
        process = Process(entry, self.folders.code, environment(self.job, self.folders, self.url))
        try:
            ending = self._watch(process, log)
            process.end()
            self._rest(process, log)
        finally:
            process.close()
        return ending if ending is not None else _of_exit(process.exit_code() or 0, log.last)

    def _watch(self, process: Process, log: JobLog) -> _Ending | None:
        """Until the entry point ends or must be ended; None if it ended by itself."""
        most = self.job.asked["stoppingCondition"]["maxRuntimeInSeconds"]
        until = self.monotonic() + most
        while process.exit_code() is None:
            if self.stopping.is_set():
                return _Ending(STOPPED)
            if self._look(process.lines(_LOOK), log):
                return _Ending(cancelled=True)
            if self.monotonic() >= until:
                return _Ending(overrun(most), overran=True)
        return None

    def _look(self, lines: list[str], log: JobLog) -> bool:
        """Write lines; says whether the job was cancelled, or went away with its world."""
        with self.world.transaction() as session:
            job = next(select(session.connection, "arn = ?", (self.job.arn,)), None)
            if job is None:
                return True
            log.write(session, lines)
            return job.cancel_at is not None and session.switches.text("cancel") == "best-effort"

    def _rest(self, process: Process, log: JobLog) -> None:
        until = self.monotonic() + _REST
        done = False
        while not done and self.monotonic() < until:
            # Asked first: what was written before the end is in the queue then.
            done = process.is_read()
            self._look(process.lines(0 if done else _LOOK), log)

    def _keep(self, ending: _Ending, left: Mapping[Place, bytes], log: JobLog) -> None:
        with self.world.transaction() as session:
            job = next(select(session.connection, "arn = ?", (self.job.arn,)), None)
            if job is None or job.done_at is not None or job.cancelled_at is not None:
                return
            keep(session, left)
            if ending.cancelled:
                session.connection.execute("UPDATE job SET cancelled_at = ? WHERE arn = ?", (session.now, job.arn))
                return
            if ending.failure is not None:
                log.note(session, ending.failure)
            outcome = "COMPLETED" if ending.failure is None else "FAILED"
            session.connection.execute(
                "UPDATE job SET done_at = ?, outcome = ?, failure = ?, overran = ? WHERE arn = ?",
                (session.now, outcome, (ending.failure or "")[:_LONGEST_REASON] or None, ending.overran, job.arn),
            )


def _of_exit(code: int, last: str) -> _Ending:
    """The container's own reason is the last line of a traceback, as here."""
    if code == 0:
        return _Ending()
    if code < 0:
        return _Ending(f"The entry point was ended by signal {-code}.")
    return _Ending(last.strip() or f"The entry point ended with exit code {code}.")
