"""A small Pasqal: batches with jobs, no client tokens, marks that searches find late, and calls that break.

It keeps the books: every job that qctl sends is held against what is wanted, and one too many raises Paid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import timedelta

from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.core.event import Observed
from reconciler.core.job import Job
from reconciler.core.mark import MARKS, TAG_ADDRESS, TAG_DIGEST, TAG_PROJECT, TAG_RUN, read_run_mark
from reconciler.core.phase import ENDS, Phase
from reconciler.core.resource import Resource
from reconciler.providers.kind import Checked, Found, Reply, ResultFile, Search
from reconciler.workflow.session import timestamp
from tests.workflow.once_clock import HandClock
from tests.workflow.once_store import Life

PLACE = Place("pasqal", "00000000-0000-4000-8000-000000000001", "eu")
WINDOW, LAG = 20.0, 4.0  # seconds: until absence is proved; until a search shows what was made
_PHASES = {"DONE": Phase.DONE, "TIMED_OUT": Phase.DONE, "ERROR": Phase.FAILED, "CANCELED": Phase.CANCELLED}

Act = Callable[[Sequence[str], float], None]  # makes these jobs, at this second


class Paid(AssertionError):  # noqa: N818 - named after the damage
    """A job was sent that is paid already."""


@dataclass
class Run:
    """One job on the cloud. `ours`: qctl sent it."""

    id: str
    digest: str
    born: float
    ours: bool
    status: str = "PENDING"

    @property
    def over(self) -> bool:
        return self.status in _PHASES


@dataclass
class Made:
    """One batch on the cloud. `content` is what its jobs share, `generation` that of its mark; both unknown to it."""

    id: str
    born: float
    tags: dict[str, str]
    content: str
    generation: int
    open: bool
    jobs: list[Run] = field(default_factory=list)
    status: str = "PENDING"
    gone: bool = False

    def settle(self) -> None:
        """The status that follows from the jobs."""
        if self.status not in _PHASES and not self.open and all(j.over for j in self.jobs):
            self.status = "CANCELED" if all(j.status == "CANCELED" for j in self.jobs) else "DONE"


@dataclass(frozen=True)
class Fault:
    """What a paying call does. `share`: how much of it is carried out before the answer is lost, `rest`: or later.

    `answer`: ok, silent (accepted, and says no more), refused, throttled, lost. `delay`: seconds until what is carried
    out late is carried out. `lasts`: seconds until the caller has its answer, or gives up.
    """

    answer: str = "ok"
    share: float = 1.0
    rest: bool = False
    delay: float = 0.0
    lasts: float = 0.0


FINE = Fault()


@dataclass
class FakePasqal:
    """Implements Tokenless. `faults` are used up call by call; `limits` says how many of a job may ever be sent."""

    clock: HandClock
    life: Life
    window: timedelta = timedelta(seconds=WINDOW)
    faults: list[Fault] = field(default_factory=list)
    batches: dict[str, Made] = field(default_factory=dict)
    late: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    coming: Counter[tuple[str, int, str]] = field(default_factory=Counter)  # sent, and not yet carried out
    sent: Counter[tuple[str, int, str]] = field(default_factory=Counter)  # that came to be, or still may
    wanted: Counter[tuple[str, int, str]] = field(default_factory=Counter)  # by the manifest that is being applied
    limits: Counter[tuple[str, int, str]] = field(default_factory=Counter)  # instances times tries, at any time

    # What the world does.

    def catch_up(self) -> None:
        """Carry out what is due."""
        due = [item for item in self.late if item[0] <= self.clock.seconds]
        self.late = [item for item in self.late if item not in due]
        for _, act in due:
            act()

    def ours(self) -> Iterator[tuple[tuple[str, int, str], Made, Run]]:
        """Each job that qctl sent, by what it is."""
        for batch in self.batches.values():
            for job in batch.jobs:
                if job.ours:
                    yield (batch.content, batch.generation, job.digest), batch, job

    def run(self, end: str) -> None:
        """In every batch the first unfinished job begins, or comes to its end."""
        self.catch_up()
        for batch in self.batches.values():
            job = next((j for j in batch.jobs if not j.over), None)
            if job is not None and not batch.gone:
                job.status = end
                batch.status = "RUNNING" if batch.status == "PENDING" else batch.status
                batch.settle()

    def add_foreign(self, digest: Callable[[Made], str]) -> None:
        """Somebody else adds a job to every open batch."""
        self.catch_up()
        for batch in self.batches.values():
            if batch.open and batch.status not in _PHASES and not batch.gone:
                self._put(batch, [digest(batch)], self.clock.seconds, ours=False)

    def time_out(self) -> None:
        """Open batches without work are ended."""
        self.catch_up()
        for batch in self.batches.values():
            if batch.open and batch.status not in _PHASES and all(j.over for j in batch.jobs):
                batch.status, batch.open = "TIMED_OUT", False

    # The verbs.

    def account(self) -> str:
        return PLACE.account

    def place(self, resource: Resource) -> Place:
        return PLACE

    def regions(self, devices: Iterable[str]) -> set[str]:
        return {PLACE.region}

    def everywhere(self) -> Iterable[str]:
        return {PLACE.region}

    def check(self, resources: Sequence[Resource]) -> Checked:
        return Checked()

    def specs(self, devices: Iterable[str]) -> Mapping[str, str]:
        return {}

    def results(self, kind: str, attempt: Attempt) -> Sequence[ResultFile]:
        return []

    def observe(self, asked: Sequence[tuple[str, Attempt]]) -> Iterable[Observed]:
        self.catch_up()
        return [seen for address, attempt in asked if (seen := self._observed(address, attempt)) is not None]

    def discover(self, search: Search) -> Iterable[Found]:
        self.catch_up()
        for batch in self._shown():
            found = self._found(batch)
            project = batch.tags.get(TAG_PROJECT)
            if project == search.uid and found.attempt.token:
                yield replace(found, attempt=replace(found.attempt, jobs=self._jobs(batch)))
            elif search.unmarked and project in (None, search.uid):
                yield replace(found, attempt=replace(found.attempt, token=""))

    def look(self, kind: str, attempt: Attempt, known: Set[str]) -> Sequence[Found]:
        self.catch_up()
        marked = [b for b in self._shown() if b.tags.get(TAG_RUN) == attempt.tags[TAG_RUN] and b.id not in known]
        return [self._found(b) for b in marked]

    def jobs(self, attempt: Attempt) -> Sequence[Job]:
        self.catch_up()
        return self._jobs(self.batches[attempt.id])

    def create(
        self, resource: Resource, token: str, tags: Mapping[str, str], place: Place, jobs: Sequence[Job]
    ) -> Reply:
        self.catch_up()
        number = len(self.batches) + len(self.late)
        accepts = resource.opening.stays(len(resource.jobs or ()), 0)
        generation = resource.rules.generation
        batch = Made(f"b{number}", 0, dict(tags), resource.digest, generation, accepts)

        def act(digests: Sequence[str], at: float) -> None:
            batch.born = at
            self.batches[batch.id] = batch
            self._put(batch, digests, at)

        return self._paying(batch, [job.digest for job in jobs], act, whole=True)

    def add(self, resource: Resource, attempt: Attempt, jobs: Sequence[Job]) -> Reply:
        self.catch_up()
        batch = self.batches[attempt.id]
        if not batch.open or batch.status in _PHASES or batch.gone:
            self.life.step()
            return Reply(Outcome.REFUSED, error="the batch takes no more jobs")

        def act(digests: Sequence[str], at: float) -> None:
            if batch.open and batch.status not in _PHASES:
                self._put(batch, digests, at)
            else:
                self.sent.subtract((batch.content, batch.generation, d) for d in digests)

        return self._paying(batch, [job.digest for job in jobs], act, whole=False)

    def cancel(self, kind: str, attempt: Attempt, token: str) -> Reply:
        return self._changing(attempt, lambda batch: _cancel(batch, batch.jobs, whole=True))

    def cancel_jobs(self, attempt: Attempt, jobs: Sequence[Job]) -> Reply:
        ids = {job.id for job in jobs}
        if "" in ids:
            raise AssertionError("to cancel a job without its id would cancel all")
        return self._changing(attempt, lambda b: _cancel(b, [j for j in b.jobs if j.id in ids], whole=False))

    def close(self, attempt: Attempt) -> Reply:
        def act(batch: Made) -> None:
            batch.open = False
            batch.settle()

        return self._changing(attempt, act)

    def tag(self, attempt: Attempt, put: Mapping[str, str], drop: Sequence[str]) -> Reply:
        def act(batch: Made) -> None:
            batch.tags = {k: v for k, v in {**batch.tags, **put}.items() if k not in drop}

        return self._changing(attempt, act)

    # How they work.

    def _paying(self, batch: Made, digests: list[str], act: Act, *, whole: bool) -> Reply:
        """`whole`: made with all its jobs or not at all."""
        fault = self.faults.pop(0) if self.faults else FINE
        if fault.answer in ("refused", "throttled"):
            self.life.step()
            return Reply(Outcome.REFUSED, error=fault.answer, again=fault.answer == "throttled", after=fault.delay)
        now = len(digests) if fault.answer != "lost" else int(fault.share * len(digests) + 0.5)
        if whole:
            now = len(digests) if now == len(digests) else 0
        first, rest = digests[:now], digests[now:] if fault.rest else []
        keys = [(batch.content, batch.generation, d) for d in (*first, *rest)]
        self._book(keys)
        if first:
            act(first, self.clock.seconds)
        # A caller that dies does so at once: what is late is so from then on, or from when the caller gave up.
        lasts = 0.0 if self.life.left == 0 else fault.lasts
        if rest:
            self._later(fault.delay + lasts, rest, act, (batch.content, batch.generation))
        self.clock.sleep(lasts)
        self.life.step()
        if fault.answer == "lost":
            return Reply(Outcome.UNKNOWN, error="no answer")
        jobs = None if fault.answer == "silent" else tuple(map(_job, batch.jobs))
        return Reply(Outcome.ACCEPTED, id=batch.id, jobs=jobs)

    def _later(self, delay: float, rest: list[str], act: Act, of: tuple[str, int]) -> None:
        due = self.clock.seconds + delay
        keys = Counter((*of, digest) for digest in rest)
        self.coming.update(keys)

        def done() -> None:
            self.coming.subtract(keys)
            act(rest, due)

        self.late.append((due, done))

    def _book(self, keys: Sequence[tuple[str, int, str]]) -> None:
        """Hold what is sent against what is wanted. Raises Paid."""
        standing = Counter(key for key, _, job in self.ours() if not job.over or job.status == "DONE") + self.coming
        self.sent.update(keys)
        for key, number in Counter(keys).items():
            if standing[key] + number > self.wanted[key]:
                raise Paid(f"{number} of {key} sent, {standing[key]} stand, {self.wanted[key]} wanted")
            if self.sent[key] > self.limits[key]:
                raise Paid(f"{key} sent {self.sent[key]} times, {self.limits[key]} allowed")

    def _put(self, batch: Made, digests: Sequence[str], at: float, *, ours: bool = True) -> None:
        for digest in digests:
            run_id = f"{batch.id}.{len(batch.jobs)}"
            batch.jobs.append(Run(run_id, digest, at, ours))

    def _changing(self, attempt: Attempt, act: Callable[[Made], None]) -> Reply:
        self.catch_up()
        batch = self.batches[attempt.id]
        if not batch.gone:
            act(batch)
        self.life.step()
        return Reply(Outcome.ACCEPTED, id=attempt.id)

    def _shown(self) -> list[Made]:
        """Newest first. What was just made shows late."""
        batches = sorted(self.batches.values(), key=lambda b: b.born, reverse=True)
        return [b for b in batches if not b.gone and self.clock.seconds - b.born >= LAG]

    def _jobs(self, batch: Made) -> tuple[Job, ...]:
        return tuple(_job(job) for job in batch.jobs)

    def _at(self, second: float) -> str:
        return timestamp(self.clock.now() + timedelta(seconds=second - self.clock.seconds))

    def _observed(self, address: str, attempt: Attempt) -> Observed | None:
        batch = self.batches[attempt.id]
        now = self._at(self.clock.seconds)
        if batch.gone:
            return Observed(now, address, attempt.token, attempt.status, attempt.phase, missing=True)
        return Observed(
            now,
            address,
            attempt.token,
            batch.status,
            _phase(batch.status),
            self._at(batch.born),
            tags=dict(batch.tags),
            jobs=self._jobs(batch),
            accepting=batch.open and batch.status in ("PENDING", "RUNNING"),
        )

    def _found(self, batch: Made) -> Found:
        mark = read_run_mark(batch.tags.get(TAG_RUN, ""))
        attempt = Attempt(
            token=mark.token if mark else "",
            digest=batch.tags.get(TAG_DIGEST, ""),
            program="",
            generation=mark.generation if mark else 1,
            number=mark.number if mark else 1,
            place=PLACE,
            execution={},
            intended=self._at(batch.born),
            outcome=Outcome.ACCEPTED,
            id=batch.id,
            status=batch.status,
            phase=_phase(batch.status),
            submitted=self._at(batch.born),
            tags=dict(batch.tags),
            owned=MARKS,
            accepting=batch.open and batch.status in ("PENDING", "RUNNING"),
        )
        return Found(batch.tags.get(TAG_ADDRESS, ""), attempt, "Batch")


def _phase(status: str) -> Phase:
    return Phase.CLOSING if status == "CANCELING" else _PHASES.get(status, Phase.OPEN)


def _job(job: Run) -> Job:
    phase = _phase(job.status)
    return Job(job.digest, {"runs": 1}, id=job.id, status=job.status, phase=phase, running=job.status == "RUNNING")


def _cancel(batch: Made, jobs: Sequence[Run], *, whole: bool) -> None:
    for job in jobs:
        if job.status == "PENDING":
            job.status = "CANCELED"
    if whole and _phase(batch.status) not in ENDS:
        batch.open = False
        batch.status = "CANCELING"
    batch.settle()
