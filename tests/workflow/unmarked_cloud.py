"""Runs that carry no marks: a cloud that can list them, or can't, and a project of such runs."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.declared import Declared
from reconciler.core.event import Observed
from reconciler.core.job import Job
from reconciler.core.phase import Phase
from reconciler.core.ports import ProjectContext
from reconciler.core.resource import Resource
from reconciler.core.state import State
from reconciler.providers.kind import Checked, CloudUnavailable, Found, Reply, ResultFile, Search, Unlisted
from reconciler.workflow.applied import Applied
from reconciler.workflow.apply import apply
from reconciler.workflow.plan import Planned, make_plan
from reconciler.workflow.session import Session, timestamp
from tests.workflow.batch_cloud import LAG, PLACE, WINDOW
from tests.workflow.batch_world import CONTEXT, UID, nowhere
from tests.workflow.once_clock import HandClock
from tests.workflow.once_store import MemoryStore


class FakeWorkload:
    """Implements Kind: what is declared is the resource already."""

    name = "Workload"
    cloud = "pasqal"
    repeats = False
    marks = False
    result: Literal["task", "job", "document"] = "document"
    model: type[BaseModel] = BaseModel
    attributes: Mapping[str, Literal["spec", "late"]] = {}

    def desired(self, declared: Declared, context: ProjectContext) -> Resource:
        resource: Resource = declared.spec
        return resource


@dataclass
class Run:
    """One run on the cloud; `at`: the second of its birth."""

    id: str
    digest: str
    at: float
    phase: Phase = Phase.OPEN


@dataclass
class UnmarkedCloud:
    """Implements Tokenless. `answers` are used up create by create: ok, made (and no answer), late, never."""

    clock: HandClock
    window: timedelta = timedelta(seconds=WINDOW)
    answers: list[str] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    unlisted: str = ""
    down: bool = False

    def make(self, digest: str, at: float | None = None) -> str:
        """A run, whoever makes it."""
        self.runs.append(Run(f"w{len(self.runs)}", digest, self.clock.seconds if at is None else at))
        return self.runs[-1].id

    def create(self, resource: Resource, token: str, tags: Mapping[str, str], place: Any, jobs: Sequence[Job]) -> Reply:
        answer = self.answers.pop(0) if self.answers else "ok"
        if answer == "never":
            return Reply(Outcome.UNKNOWN, error="no answer")
        run_id = self.make(resource.digest, self.clock.seconds + (5 if answer == "late" else 0))
        return Reply(Outcome.ACCEPTED, id=run_id) if answer == "ok" else Reply(Outcome.UNKNOWN, error="no answer")

    def look(self, kind: str, attempt: Attempt, known: Set[str]) -> Sequence[Found]:
        if self.unlisted or self.down:
            raise CloudUnavailable(self.unlisted or "the list is down")
        equal = (found for found in self._listed() if found.attempt.digest == attempt.digest)
        return [f for f in equal if f.attempt.id not in known and f.attempt.submitted >= attempt.intended]

    def discover(self, search: Search) -> Iterable[Found | Unlisted]:
        if self.unlisted:
            return [Unlisted("Workload", self.unlisted)]
        return self._listed()

    def observe(self, asked: Sequence[tuple[str, Attempt]]) -> Iterable[Observed]:
        known = {run.id: run for run in self.runs}
        for address, attempt in asked:
            run = known.get(attempt.id)
            phase = run.phase if run else attempt.phase
            at = self._at(run.at) if run else ""
            yield Observed("", address, attempt.token, phase.upper(), phase, at, missing=run is None)

    def account(self) -> str:
        return PLACE.account

    def place(self, resource: Resource) -> Any:
        return PLACE

    def regions(self, devices: Iterable[str]) -> set[str]:
        return {PLACE.region}

    def everywhere(self) -> Iterable[str]:
        return {PLACE.region}

    def check(self, resources: Sequence[Resource]) -> Checked:
        return Checked()

    def specs(self, devices: Iterable[str]) -> Mapping[str, str]:
        return {}

    def cancel(self, kind: str, attempt: Attempt, token: str) -> Reply:
        return Reply(Outcome.ACCEPTED, id=attempt.id)

    def tag(self, attempt: Attempt, put: Mapping[str, str], drop: Sequence[str]) -> Reply:
        raise AssertionError("what can't carry tags is never asked to")

    def results(self, kind: str, attempt: Attempt) -> Sequence[ResultFile]:
        return []

    def jobs(self, attempt: Attempt) -> Sequence[Job]:
        raise AssertionError("it has no jobs")

    def add(self, resource: Resource, attempt: Attempt, jobs: Sequence[Job]) -> Reply:
        raise AssertionError("it has no jobs")

    def cancel_jobs(self, attempt: Attempt, jobs: Sequence[Job]) -> Reply:
        raise AssertionError("it has no jobs")

    def close(self, attempt: Attempt) -> Reply:
        raise AssertionError("it has no jobs")

    def _listed(self) -> list[Found]:
        shown = [run for run in self.runs if self.clock.seconds - run.at >= LAG]
        return [Found("", self._attempt(run), "Workload") for run in shown]

    def _attempt(self, run: Run) -> Attempt:
        made = Attempt("", run.digest, "", 1, 1, PLACE, {"backend": "pyqtorch"}, intended=self._at(run.at))
        known = {"id": run.id, "status": run.phase.upper(), "phase": run.phase, "submitted": self._at(run.at)}
        return replace(made, outcome=Outcome.ACCEPTED, **known)  # type: ignore[arg-type]  # all texts and a phase

    def _at(self, second: float) -> str:
        return timestamp(self.clock.now() + timedelta(seconds=second - self.clock.seconds))


def workload(name: str, content: str = "x", **changes: Any) -> Resource:
    """A desired run; `content` is all that tells it from others."""
    address = Address("Workload", name)
    resource = Resource(address, (f"q1-{content}",), "program", {"backend": "pyqtorch", "config": content})
    return replace(resource, **changes)


@dataclass
class Lab:
    """A project of such runs."""

    clock: HandClock = field(default_factory=HandClock)

    def __post_init__(self) -> None:
        self.clock.seconds = 1000.0
        self.store = MemoryStore(State("lineage", 1, UID, "dev"))
        self.cloud = UnmarkedCloud(self.clock)

    @property
    def session(self) -> Session:
        kinds, clouds = {"Workload": FakeWorkload()}, {"pasqal": self.cloud}
        return Session(CONTEXT, kinds, clouds, self.store, self.clock, "test")

    def plan(self, *wanted: Resource) -> Planned:
        declared = [Declared(r.address, r, {}, frozenset(), nowhere) for r in wanted]
        return make_plan(self.session, declared, {r.address: set() for r in wanted})

    def apply(self, *wanted: Resource, interrupted: bool = False) -> Applied:
        stop = threading.Event()
        self.clock.stop, self.clock.interrupt_at = stop, self.clock.seconds if interrupted else None
        return apply(self.session, self.plan(*wanted), lambda _: None, stop, 1)

    def reasons(self, *wanted: Resource) -> dict[str, str]:
        """What the plan says, by address."""
        return {str(c.address): f"{c.action}: {c.reason}" for c in self.plan(*wanted).plan.changes}

    def ids(self) -> dict[str, str]:
        """The run that stands for each address on record."""
        records = self.store.read().state.records
        return {text: next((a.id for a in r.attempts if a.exists), "") for text, r in records.items()}
