"""What a cloud without client tokens promises, held against the local cloud in this process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from reconciler.core.attempt import LOCAL_ACCOUNT, Attempt, Outcome
from reconciler.core.job_record import jobs_seen
from reconciler.core.mark import TAG_PROJECT, TAG_RUN
from reconciler.core.phase import Phase
from reconciler.core.resource import Resource, Scope, attempt_marks
from reconciler.core.uid import born
from reconciler.emulator.inprocess_httpx import LocalTransport
from reconciler.emulator.world import World
from reconciler.providers import KINDS
from reconciler.providers.kind import Found, ResultMissing, Search, Tokenless, Unlisted
from reconciler.providers.pasqal.auth import Login
from reconciler.providers.pasqal.client import Access, PasqalClient
from reconciler.providers.pasqal.cloud import PasqalCloud
from tests.providers.bench import NOON, Clock
from tests.providers.samples import CONTEXT, SAMPLES, SEQUENCE

PROJECT = "00000000-0000-4000-8000-00000000c0de"
SCOPE = Scope(CONTEXT.uid, CONTEXT.environment)
OWN = {"runs": 7, "sequence": SEQUENCE.replace("sweep", "own")}
KINDS_HERE = ("Batch", "Workload")
every_kind = pytest.mark.parametrize("kind", KINDS_HERE)


@dataclass
class Recorder(httpx.BaseTransport):
    """The local cloud, with a note of every request."""

    inner: httpx.BaseTransport
    sent: list[httpx.Request] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        return self.inner.handle_request(request)


@dataclass
class Local:
    """A fresh local cloud, on which no time passes but by hand."""

    world: World
    wire: Recorder
    cloud: PasqalCloud

    def desired(self, kind: str, name: str = "run", **changes: Any) -> Resource:
        """The sample of this kind."""
        return KINDS[kind].desired(SAMPLES[kind].declared(name, **changes), CONTEXT)

    def intended(self, resource: Resource) -> Attempt:
        """The attempt as it is on disk before the call."""
        place = self.cloud.place(resource)
        made = Attempt(resource.token(SCOPE, 1), resource.digest, resource.program, 1, 1, place, resource.execution)
        made = replace(made, intended=self.world.now().isoformat(), jobs=resource.jobs or ())
        if not KINDS[resource.address.kind].marks:
            return made
        return replace(made, tags={**resource.tags, **attempt_marks(SCOPE, resource.address, made)})

    def created(self, resource: Resource) -> Attempt:
        """The same after an accepted call."""
        attempt = self.intended(resource)
        reply = self.cloud.create(resource, attempt.token, attempt.tags, attempt.place, resource.jobs or ())
        assert reply.outcome is Outcome.ACCEPTED, reply.error
        made = replace(attempt, id=reply.id, outcome=reply.outcome, submitted=attempt.intended)
        return jobs_seen(made, reply.jobs) if reply.jobs is not None else made

    def seen(self, attempt: Attempt) -> Attempt:
        """The attempt after a look."""
        (event,) = self.cloud.observe([("the address", attempt)])
        made = replace(attempt, status=event.status, phase=event.phase, accepting=event.accepting)
        made = replace(made, tags=made.tags if event.tags is None else event.tags)
        return jobs_seen(made, event.jobs) if event.jobs is not None else made

    def found(self, **more: Any) -> list[Found | Unlisted]:
        """All that carries our marks."""
        return list(self.cloud.discover(Search(CONTEXT.uid, born(CONTEXT.uid), frozenset({"eu"}), **more)))

    def fault(self, operation: str, effect: str, **more: Any) -> None:
        """The next such request meets it."""
        self.world.add_fault({"service": "pasqal", "operation": operation, "effect": effect, **more})


@pytest.fixture
def local() -> Iterator[Local]:
    """The local cloud."""
    world = World.open(":memory:", lambda: NOON)
    world.freeze()
    world.set_switch("simulation", "skip")
    clock = Clock(world)
    wire = Recorder(LocalTransport(world))
    login = Login("the local cloud", token="local")
    client = PasqalClient(Access(PROJECT, transport=wire, login=login, rates=False), {}, clock)
    yield Local(world, wire, PasqalCloud(client, clock, timedelta(seconds=300), local=True))
    world.close()


def test_it_has_every_verb(local: Local) -> None:
    assert isinstance(local.cloud, Tokenless)
    assert local.cloud.account() == LOCAL_ACCOUNT + PROJECT
    assert local.cloud.regions([]) == set(local.cloud.everywhere()) == {"eu"}
    assert local.wire.sent == []


@every_kind
def test_what_is_observed_is_what_was_made(local: Local, kind: str) -> None:
    attempt = local.created(local.desired(kind))
    (seen,) = local.cloud.observe([("the address", attempt)])
    assert (seen.address, seen.token, seen.phase) == ("the address", attempt.token, Phase.OPEN)
    assert (seen.tags or {}) == attempt.tags
    assert seen.accepting == (kind == "Batch")


@every_kind
def test_a_create_is_found_by_a_look_and_only_once_it_is_there(local: Local, kind: str) -> None:
    resource = local.desired(kind)
    attempt = local.intended(resource)
    assert local.cloud.look(kind, attempt, set()) == []
    made = local.created(resource)
    assert [found.attempt.id for found in local.cloud.look(kind, attempt, set())] == [made.id]
    assert local.cloud.look(kind, attempt, {made.id}) == []


@every_kind
@pytest.mark.parametrize("effect", ["lost", "timeout", "cut", "garbage-after", "error-500-after"])
def test_a_create_whose_answer_is_lost_is_found(local: Local, kind: str, effect: str) -> None:
    resource = local.desired(kind)
    attempt = local.intended(resource)
    local.fault(f"Create{kind}", effect)
    reply = local.cloud.create(resource, attempt.token, attempt.tags, attempt.place, resource.jobs or ())
    assert (reply.outcome, reply.again) == (Outcome.UNKNOWN, False)
    assert len(local.cloud.look(kind, attempt, set())) == 1


def test_a_look_does_not_wait_for_the_index_of_tags(local: Local) -> None:
    local.world.set_switch("pasqal.tag.lag", "60")
    made = local.created(local.desired("Batch"))
    assert [found.attempt.id for found in local.cloud.look("Batch", made, set())] == [made.id]
    assert local.found() == []


@every_kind
def test_reading_changes_nothing(local: Local, kind: str) -> None:
    attempt = local.created(local.desired(kind))
    local.wire.sent.clear()
    kinds = frozenset(KINDS_HERE)
    assert list(local.cloud.observe([("x", attempt)])) == list(local.cloud.observe([("x", attempt)]))
    assert local.found(kinds=kinds) == local.found(kinds=kinds)
    assert local.cloud.look(kind, attempt, set()) == local.cloud.look(kind, attempt, set())
    assert {request.method for request in local.wire.sent} == {"GET"}


@every_kind
def test_the_end_of_a_finished_run_is_no_error(local: Local, kind: str) -> None:
    attempt = local.created(local.desired(kind))
    local.world.advance(3600)
    assert local.cloud.cancel(kind, attempt, "c").outcome is Outcome.ACCEPTED


@every_kind
def test_cancelling_twice_is_cancelling_once(local: Local, kind: str) -> None:
    attempt = local.created(local.desired(kind))
    assert [local.cloud.cancel(kind, attempt, "c").outcome for _ in range(2)] == [Outcome.ACCEPTED] * 2
    local.world.advance(10)
    assert local.seen(attempt).phase is Phase.CANCELLED


def test_tagging_touches_no_other_tag(local: Local) -> None:
    attempt = local.created(local.desired("Batch"))
    local.cloud.tag(attempt, {"theirs": "", "ours=1": ""}, ())
    assert local.cloud.tag(attempt, {"ours=2": ""}, ["ours=1", "never there"]).outcome is Outcome.ACCEPTED
    assert local.seen(attempt).tags == {**attempt.tags, "theirs": "", "ours=2": ""}


def test_tags_that_somebody_overwrote_come_back_with_our_marks(local: Local) -> None:
    attempt = local.created(local.desired("Batch"))
    local.cloud.tag(attempt, {}, list(attempt.tags))
    assert local.seen(attempt).tags == {}
    local.cloud.tag(attempt, {"new": ""}, ())
    assert local.seen(attempt).tags.keys() == {*(k for k in attempt.tags if k.startswith("qctl:")), "new"}


def test_only_ours_is_found(local: Local) -> None:
    names = ("ours", "other", "stripped")
    ours, other, stripped = (local.created(local.desired("Batch", name)) for name in names)
    local.cloud.tag(other, {TAG_PROJECT: "somebody else"}, ())
    local.cloud.tag(stripped, {}, list(stripped.tags))
    (found,) = local.found()
    assert isinstance(found, Found)
    known = found.attempt
    assert (found.mark, known.id, known.token, known.digest) == ("Batch/ours", ours.id, ours.token, ours.digest)
    assert (known.outcome, known.tags, known.place) == (Outcome.ACCEPTED, ours.tags, ours.place)
    assert [job.id for job in known.jobs] == [job.id for job in ours.jobs]
    unmarked = [f.attempt for f in local.found(unmarked=True) if isinstance(f, Found) and not f.attempt.token]
    assert [(run.id, run.execution) for run in unmarked] == [(stripped.id, {"device": "EMU_FREE"})]


def test_jobs_are_added_and_told_apart(local: Local) -> None:
    """Two of one content, one with a sequence of its own, and one that somebody else put there."""
    first = local.desired("Batch")
    batch = local.created(first)
    more = local.desired("Batch", jobs=[*SAMPLES["Batch"].spec["jobs"] * 2, OWN])
    added = (more.jobs or ())[1:]
    reply = local.cloud.add(more, batch, added)
    assert (reply.outcome, reply.id, reply.jobs) == (Outcome.ACCEPTED, batch.id, None)
    theirs = local.desired("Batch", jobs=[{"runs": 1, "variables": {"omega": 9.0}}])
    local.cloud.add(theirs, batch, theirs.jobs or ())
    seen = local.seen(replace(batch, jobs=(*batch.jobs, *added)))
    assert [(job.label, job.shown["runs"], bool(job.id), job.foreign) for job in seen.jobs] == [
        ("1", 100, True, False),
        ("2", 100, True, False),
        ("3", 7, True, False),
        ("", 1, True, True),
    ]


def test_an_answer_tells_the_jobs_of_a_plain_batch(local: Local) -> None:
    batch = local.created(local.desired("Batch"))
    local.wire.sent.clear()
    reply = local.cloud.add(local.desired("Batch"), batch, tuple(replace(job, id="") for job in batch.jobs))
    assert [job.digest for job in reply.jobs or ()] == [batch.jobs[0].digest] * 2
    assert len(local.wire.sent) == 1


def test_jobs_are_cancelled_one_by_one(local: Local) -> None:
    batch = local.created(local.desired("Batch", jobs=SAMPLES["Batch"].spec["jobs"] * 3))
    assert local.cloud.cancel_jobs(batch, batch.jobs[1:2]).outcome is Outcome.ACCEPTED
    assert local.cloud.cancel_jobs(batch, batch.jobs[1:2]).outcome is Outcome.ACCEPTED
    local.world.advance(10)
    phases = [job.phase for job in local.seen(batch).jobs]
    assert (phases[1], Phase.CANCELLED in (phases[0], phases[2])) == (Phase.CANCELLED, False)


def test_closing_twice_is_closing_once(local: Local) -> None:
    batch = local.created(local.desired("Batch"))
    assert local.seen(batch).accepting
    assert [local.cloud.close(batch).outcome for _ in range(2)] == [Outcome.ACCEPTED] * 2
    assert not local.seen(batch).accepting
    refused = local.cloud.add(local.desired("Batch"), batch, batch.jobs)
    assert (refused.outcome, refused.again) == (Outcome.REFUSED, False)


@every_kind
def test_an_unfinished_run_has_no_results(local: Local, kind: str) -> None:
    with pytest.raises(ResultMissing):
        local.cloud.results(kind, local.created(local.desired(kind)))


def test_workloads_that_are_not_listed_are_said_to_be_so(local: Local) -> None:
    local.world.set_switch("pasqal.workloads.list", "off")
    (said,) = local.found(kinds=frozenset({"Workload"}))
    assert isinstance(said, Unlisted)


def test_a_list_without_numbers_is_read_to_its_end(local: Local) -> None:
    made = [local.created(local.desired("Batch", f"b{number}")).id for number in range(5)]
    local.world.set_switch("pasqal.pagination", "off")
    local.world.set_switch("pasqal.page", "2")
    assert sorted(found.attempt.id for found in local.found() if isinstance(found, Found)) == sorted(made)


@pytest.mark.parametrize("effect", ["duplicate", "no-pagination", "reset", "garbage", "error-503", "throttle", "cut"])
def test_a_list_with_a_fault_is_read_all_the_same(local: Local, effect: str) -> None:
    made = [local.created(local.desired("Batch", f"b{number}")).id for number in range(3)]
    local.fault("ListBatches", effect)
    assert sorted(found.attempt.id for found in local.found() if isinstance(found, Found)) == sorted(made)


def test_every_device_of_the_local_cloud_can_be_named(local: Local) -> None:
    checked = local.cloud.check([local.desired("Batch"), local.desired("Batch", "b", device="fresnel")])
    assert checked.diagnostics == []
    free, charged = checked.prices.values()
    assert free.most == 0
    assert (charged.most, charged.currency) == (Decimal("333.3333"), "EUR"), "100 shots of 4 s at 3,000 EUR an hour"
    assert local.cloud.specs(["EMU_FREE", "FRESNEL"]).keys() == {"EMU_FREE", "FRESNEL"}


def test_the_mark_of_the_attempt_is_in_the_create_itself(local: Local) -> None:
    """So there is no moment in which a batch exists and can't be told to be ours."""
    made = local.created(local.desired("Batch"))
    assert [request.method for request in local.wire.sent] == ["POST"]
    assert local.seen(made).tags[TAG_RUN] == made.tags[TAG_RUN]
