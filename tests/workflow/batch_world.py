"""A project with one batch, its small Pasqal, and whatever may happen to both."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

from reconciler.core.address import Address
from reconciler.core.change import Change
from reconciler.core.declared import Declared
from reconciler.core.diagnostic import Location
from reconciler.core.job import Job, Opening
from reconciler.core.mark import MARKS
from reconciler.core.phase import Phase
from reconciler.core.ports import ProjectContext
from reconciler.core.resource import Removal, Resource, RunRules
from reconciler.core.state import State
from reconciler.workflow.applied import Applied
from reconciler.workflow.apply import apply
from reconciler.workflow.plan import Planned, make_plan
from reconciler.workflow.selection import Selection
from reconciler.workflow.session import Session
from tests.workflow.batch_cloud import LAG, WINDOW, FakePasqal, Fault
from tests.workflow.once_clock import HandClock
from tests.workflow.once_store import Died, Life, MemoryStore

UID = "019aa3c1-7d00-7b1e-8e11-6f0d5a2c4bff"
SWEEP = Address("Batch", "sweep")
CONTEXT = ProjectContext("study", UID, "dev")


class FakeBatch:
    """Implements Kind: what is declared is the resource already."""

    name = "Batch"
    cloud = "pasqal"
    repeats = False
    marks = True
    result: Literal["task", "job", "document"] = "job"
    model: type[BaseModel] = BaseModel
    attributes: Mapping[str, Literal["spec", "late"]] = {}

    def desired(self, declared: Declared, context: ProjectContext) -> Resource:
        resource: Resource = declared.spec
        return resource


@dataclass(frozen=True)
class Manifest:
    """A batch in a few letters: each of `jobs` is one job, `content` what they share."""

    jobs: str
    content: str = "x"
    open: bool = False
    generation: int = 1
    max_attempts: int = 1
    on_remove: Removal = Removal.CANCEL
    tags: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        return f"q1-{self.content}"

    @property
    def resource(self) -> Resource:
        jobs = tuple(Job(job_digest(self.digest, j), {"runs": 1}, str(n + 1)) for n, j in enumerate(self.jobs))
        return Resource(
            SWEEP,
            (self.digest,),
            "program",
            {"content": self.content},
            dict.fromkeys(self.tags, ""),
            rules=RunRules(self.generation, self.max_attempts, frozenset({Phase.FAILED}), self.on_remove),
            jobs=jobs,
            opening=Opening(self.open),
        )

    @property
    def keys(self) -> Counter[tuple[str, int, str]]:
        """How often each job is wanted, as the cloud books it."""
        return Counter((self.digest, self.generation, job_digest(self.digest, j)) for j in self.jobs)


def job_digest(batch: str, job: str) -> str:
    return f"{batch}/{job}"


@dataclass
class World:
    """`told` is the progress of all commands."""

    life: Life = field(default_factory=Life)
    clock: HandClock = field(default_factory=HandClock)
    kinds: Mapping[str, Any] = field(default_factory=lambda: {"Batch": FakeBatch()})
    told: list[Any] = field(default_factory=list)
    instances: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    tries: Counter[tuple[str, int]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.store = MemoryStore(State("lineage", 1, UID, "dev"), self.life)
        self.cloud = FakePasqal(self.clock, self.life)

    @property
    def session(self) -> Session:
        return Session(CONTEXT, self.kinds, {"pasqal": self.cloud}, self.store, self.clock, "test")

    @property
    def state(self) -> State:
        return self.store.read().state

    def plan(self, manifest: Manifest | None, *, replace: bool = False) -> Planned:
        """What would be done."""
        wanted = [] if manifest is None else [declared(manifest)]
        selection = Selection(forced=frozenset({SWEEP})) if replace else None
        return make_plan(self.session, wanted, {d.address: set() for d in wanted}, selection=selection)

    def change(self, manifest: Manifest | None) -> Change | None:
        """The one change of the plan, if it is any."""
        changes = [c for c in self.plan(manifest).plan.changes if c.changes_anything]
        return changes[0] if changes else None

    def apply(
        self,
        manifest: Manifest | None,
        *faults: Fault,
        dies: int | None = None,
        interrupt: float | None = None,
        replace: bool = False,
    ) -> Applied | None:
        """One command; None if the process died. `interrupt`: seconds until a person loses patience."""
        self._expect(manifest, replace)
        self.cloud.faults = list(faults)
        self.life.left = dies
        stop = threading.Event()
        self.clock.stop = stop
        self.clock.interrupt_at = None if interrupt is None else self.clock.seconds + interrupt
        applied = None
        with contextlib.suppress(Died):
            applied = apply(self.session, self.plan(manifest, replace=replace), self.told.append, stop, 1)
        self.life.left, self.life.dead = None, False
        self.clock.interrupt_at = None
        self.cloud.faults = []
        return applied

    def apply_plan(self, planned: Planned, manifest: Manifest | None = None) -> Applied:
        """Apply a plan made before; `manifest`: what it is of, for the books."""
        if manifest is not None:
            self._expect(manifest, replace=False)
        return apply(self.session, planned, self.told.append, threading.Event(), 1)

    def settle(self, manifest: Manifest | None) -> None:
        """Apply calmly until doubts are over and their consequences are drawn."""
        for _ in range(4):
            self.clock.seconds += WINDOW + 1
            self.cloud.catch_up()
            self.apply(manifest)

    def lose_state(self) -> bool:
        """Only while all that was made shows, with its marks: of the rest nobody could know."""
        self.cloud.catch_up()
        if self.cloud.late or any(b.gone or not set(MARKS) <= b.tags.keys() for b in self.cloud.batches.values()):
            return False
        self.clock.seconds += LAG
        self.store.forget()
        return True

    def known(self) -> set[str]:
        """The ids that are on record."""
        return {a.id for record in self.state.records.values() for a in record.attempts if a.exists}

    def standing(self, key: tuple[str, int, str], *, foreign: bool = True) -> int:
        """Jobs of this kind that are on their way or done, whoever made them."""
        return sum(
            (batch.content, batch.generation, job.digest) == key
            and (job.ours or foreign)
            and (not job.over or job.status == "DONE")
            for batch in self.cloud.batches.values()
            for job in batch.jobs
        )

    def _expect(self, manifest: Manifest | None, replace: bool) -> None:
        keys = manifest.keys if manifest else Counter[tuple[str, int, str]]()
        self.cloud.wanted = keys + keys if replace else keys
        for key, number in keys.items():
            self.instances[key] = max(self.instances[key], number)
            of = key[:2]
            self.tries[of] = max(self.tries[of], manifest.max_attempts if manifest else 1)
        limits = {key: number * self.tries[key[:2]] for key, number in self.instances.items()}
        self.cloud.limits = Counter({k: 2 * n if replace else n for k, n in limits.items()})


def declared(manifest: Manifest) -> Declared:
    """What the manifest room makes of it."""
    return Declared(SWEEP, manifest.resource, {}, frozenset(), nowhere)


def nowhere(path: Sequence[str | int]) -> Location:
    return Location("qctl.yaml", 1, 1)
