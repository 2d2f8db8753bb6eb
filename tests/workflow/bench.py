"""A project with a local cloud in this process, a store in a folder, and a clock turned by hand."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.core.address import parse_address
from reconciler.core.attempt import Attempt
from reconciler.core.declared import Declared
from reconciler.core.event import Event
from reconciler.core.ports import ProjectContext
from reconciler.core.progress import Progress
from reconciler.core.state import State
from reconciler.providers import KINDS
from reconciler.store.local import LocalStore
from reconciler.store.port import locked
from reconciler.store.successor import Names
from reconciler.workflow.applied import Applied
from reconciler.workflow.apply import apply
from reconciler.workflow.observe import Refresh
from reconciler.workflow.plan import Planned, make_plan
from reconciler.workflow.selection import Selection
from reconciler.workflow.session import Session
from tests.providers.bench import GARNET, SV1, Bench, open_bench
from tests.providers.samples import CONTEXT, declare

BELL = "OPENQASM 3.0; qubit[2] q; bit[2] c; h q[0]; cnot q[0], q[1]; c = measure q;"


def task(name: str, *after: str, **changes: Any) -> Declared:
    """A QuantumTask on the QPU, where it takes 20 s in the queue and 5 to run; `after` are names it waits for."""
    spec = {"device": GARNET, "shots": 100, "program": {"openqasm": BELL}} | changes
    depends = frozenset(parse_address(f"QuantumTask/{a}") for a in after)
    return declare(f"QuantumTask/{name}", spec, depends)


@dataclass
class Project:
    """One checkout. `told` is the progress of everything applied; `stop` the interrupt."""

    folder: Path
    bench: Bench
    context: ProjectContext = CONTEXT
    told: list[Progress] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def session(self) -> Session:
        """A new process, as far as memory goes."""
        names = (self.context.name, self.context.uid, self.context.environment)
        store = LocalStore(self.folder, Names(*names), clock=self.bench.clock)
        return Session(self.context, KINDS, {"braket": self.bench.cloud}, store, self.bench.clock, "test")

    @property
    def state(self) -> State:
        """What is remembered."""
        return self.session.store.read().state

    def attempts(self, name: str) -> Sequence[Attempt]:
        """What is remembered of one task."""
        return self.state.records[f"QuantumTask/{name}"].attempts

    def plan(self, *tasks: Declared, how: Refresh = Refresh.OPEN, selection: Selection | None = None) -> Planned:
        """What would be done."""
        return make_plan(self.session, tasks, edges(tasks), how, selection)

    def apply(self, *tasks: Declared, session: Session | None = None, parallelism: int = 1, **how: Any) -> Applied:
        """Lock, plan, apply, unlock."""
        session = session or self.session
        with locked(session.store, session.lock_info("apply")):
            planned = make_plan(session, tasks, edges(tasks), **how)
            return apply(session, planned, self.told.append, self.stop, parallelism)

    def remember(self, *events: Event) -> None:
        """As if an earlier command had recorded this."""
        session = self.session
        with locked(session.store, session.lock_info("test")):
            session.store.append(*events)

    def tasks(self) -> int:
        """How many runs the cloud has."""
        return int(self.bench.world.status()["tasks"])


def edges(tasks: Iterable[Declared]) -> Mapping[Any, Any]:
    """Which address waits for which."""
    return {t.address: t.depends for t in tasks}


def open_project(folder: Path) -> Project:
    """A fresh project at a fresh cloud."""
    return Project(folder / "state", open_bench())


__all__ = ["BELL", "GARNET", "SV1", "Project", "edges", "open_project", "task"]
