import copy
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from reconciler import simulate
from reconciler.emulator import calls, clock, fault_script, faults, late, storage
from reconciler.emulator.broken import WorldError, is_broken
from reconciler.emulator.switches import SWITCHES, Switches, find

__all__ = ["Session", "World", "WorldError"]


@dataclass(frozen=True, slots=True)
class Session:
    """One transaction on the world: all of it happens at `now` (milliseconds since 1970), or none of it."""

    connection: sqlite3.Connection
    now: int
    switches: Switches

    def at(self, moment: int) -> Self:
        """The same transaction as if it happened at another time."""
        return replace(self, now=moment)


class World:
    """The local cloud at rest: one SQLite file, which several processes may use at the same time.

    Threads share its one connection, one transaction at a time: each is far shorter than the Python around it.
    """

    def __init__(self, connection: sqlite3.Connection, base: clock.BaseClock) -> None:
        self._connection = connection
        self._base = base
        self._lock = threading.Lock()
        # Whether requests that are due are carried out before anything else.
        self._punctual = True
        # How a slow answer waits; tests put a recorder here.
        self.sleep: Callable[[float], None] = time.sleep

    @classmethod
    def open(cls, path: Path | str, base: clock.BaseClock = time.time) -> Self:
        """Open the file, or make it. `:memory:` gives a world that dies with its object.

        Raises WorldError for a file of a later version or of another kind.
        """
        return cls(storage.connect(path), base)

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One writing transaction. An exception takes back everything done in it.

        Requests that were put off and are due now are carried out first.
        Raises WorldError for a damaged file and a full disk, here and in all that follows from it.
        """
        while True:
            with self._session() as session:
                if not (self._punctual and late.is_due(session.connection, session.now)):
                    yield session
                    return
            late.carry_out(self._unpunctual())

    @contextmanager
    def _session(self) -> Iterator[Session]:
        try:
            with self._lock, storage.transaction(self._connection):
                overrides = dict(self._connection.execute("SELECT name, value FROM switch").fetchall())
                yield Session(self._connection, clock.now(self._connection, self._base), Switches(overrides))
        except sqlite3.Error as problem:
            if not is_broken(problem):
                raise
            raise WorldError(f"The local cloud's file can't be used: {problem}") from problem

    def _unpunctual(self) -> Self:
        """This world for those who carry out what is due: they can't wait for themselves."""
        world = copy.copy(self)
        world._punctual = False
        return world

    def now(self) -> datetime:
        with self.transaction() as session:
            return clock.moment(session.now)

    def advance(self, seconds: float) -> None:
        with self.transaction() as session:
            clock.advance(session.connection, seconds)

    def freeze(self) -> None:
        """Stop the clock; it moves by `advance` alone until `thaw`."""
        with self.transaction() as session:
            clock.freeze(session.connection, self._base)

    def thaw(self) -> None:
        with self.transaction() as session:
            clock.thaw(session.connection, self._base)

    def reset(self) -> None:
        """Back to an empty cloud: tasks, batches, objects, switches, faults, counters and the clock."""
        with self._session() as session:
            storage.empty(session.connection)

    def switches(self) -> dict[str, str]:
        with self.transaction() as session:
            return {name: session.switches.text(name) for name in SWITCHES}

    def set_switch(self, name: str, value: str) -> None:
        """Raises ValueError for an unknown switch or a value it does not take."""
        find(name).check(value)
        with self.transaction() as session:
            session.connection.execute("INSERT OR REPLACE INTO switch VALUES (?, ?)", (name, value))

    def allow_sources(self, digests: Iterable[str]) -> None:
        """Let hybrid jobs whose source archive has one of these SHA-256 digests (hex) really run here.

        For the sources that the project's own manifests name. It lasts until the reset, and starts nothing by itself.
        """
        with self.transaction() as session:
            rows = [(digest,) for digest in digests]
            session.connection.executemany("INSERT OR IGNORE INTO job_source VALUES (?)", rows)

    def add_fault(self, rule: faults.Rule | Mapping[str, Any]) -> int:
        """Append a rule, or a mapping `faults.parse_rule` takes, to the fault script; returns its id."""
        checked = rule if isinstance(rule, faults.Rule) else faults.parse_rule(rule)
        with self.transaction() as session:
            return fault_script.add(session.connection, checked)

    def clear_faults(self) -> None:
        with self.transaction() as session:
            session.connection.execute("DELETE FROM fault")

    def faults(self) -> tuple[fault_script.Scripted, ...]:
        with self.transaction() as session:
            return fault_script.script(session.connection)

    def calls(self) -> tuple[calls.Call, ...]:
        """The last 10,000 requests, oldest first."""
        with self.transaction() as session:
            return calls.log(session.connection)

    def counts(self, service: str = "braket") -> dict[str, int]:
        """How often each operation of a service was called since the last reset."""
        with self.transaction() as session:
            return calls.counts(session.connection, service)

    def status(self) -> dict[str, Any]:
        """A summary: {id, now, frozen, advanced (seconds), tasks, batches, jobs, workloads, hybrid_jobs, faults, calls,
        switches}.

        `jobs` are those of batches; `switches` are those that differ. With `problem` if runs can't end, because a
        simulator is not installed.
        """
        with self.transaction() as session:
            one = session.connection.execute(
                "SELECT (SELECT value FROM meta WHERE name = 'world'), frozen IS NOT NULL, ahead,"
                " (SELECT count(*) FROM task), (SELECT count(*) FROM pasqal_batch), (SELECT count(*) FROM pasqal_job),"
                " (SELECT count(*) FROM pasqal_workload), (SELECT count(*) FROM job), (SELECT count(*) FROM fault),"
                " (SELECT coalesce(sum(count), 0) FROM counter) FROM clock"
            ).fetchone()
            real = session.switches.text("simulation") == "real"
            return {
                "id": one[0],
                "now": clock.moment(session.now),
                "frozen": bool(one[1]),
                "advanced": one[2] / 1000,
                "tasks": one[3],
                "batches": one[4],
                "jobs": one[5],
                "workloads": one[6],
                "hybrid_jobs": one[7],
                "faults": one[8],
                "calls": one[9],
                "switches": dict(session.switches.overrides),
            } | (_problem(batches=one[4] > 0) if real else {})


def _problem(batches: bool) -> dict[str, str]:
    """What keeps runs from ending, if anything does."""
    if not simulate.is_installed():
        return {"problem": simulate.MISSING}
    # Here, because who has no batches needs nothing of Pulser.
    from reconciler.simulate import pulser_library

    return {"problem": pulser_library.MISSING} if batches and not pulser_library.is_installed() else {}
