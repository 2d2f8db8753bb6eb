"""What every cloud promises: verbs may be repeated, reading changes nothing, and what is not ours stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.mark import TAG_PROJECT
from reconciler.core.phase import Phase
from reconciler.core.resource import Resource, Scope, attempt_marks
from reconciler.core.uid import born
from reconciler.providers import KINDS
from reconciler.providers.kind import ResultMissing, Search
from tests.providers.bench import Bench
from tests.providers.samples import CONTEXT, SAMPLES

SCOPE = Scope(CONTEXT.uid, CONTEXT.environment)
READS = ("Get", "Search", "List")
# Of a cloud whose creates take a token; the other one is in tests/providers/pasqal. What lasts has tests of its own.
LASTING = ("SpendingLimit", "TagSet", "Bucket")
every_kind = pytest.mark.parametrize("name", [name for name in SAMPLES if KINDS[name].repeats and name not in LASTING])


def _resource(name: str, which: str = "run") -> Resource:
    sample = SAMPLES[name]
    return KINDS[name].desired(sample.declared(which, **sample.lasting), CONTEXT)


def _intended(bench: Bench, resource: Resource) -> Attempt:
    place = bench.cloud.place(resource)
    made = Attempt(resource.token(SCOPE, 1), resource.digest, resource.program, 1, 1, place, resource.execution)
    return replace(made, tags={**resource.tags, **attempt_marks(SCOPE, resource.address, made)})


def _created(bench: Bench, name: str, which: str = "run") -> Attempt:
    resource = _resource(name, which)
    attempt = _intended(bench, resource)
    reply = bench.cloud.create(resource, attempt.token, attempt.tags, attempt.place, ())
    assert reply.outcome is Outcome.ACCEPTED, reply.error
    now = bench.clock.now().isoformat()
    return replace(attempt, id=reply.id, outcome=reply.outcome, submitted=now, intended=now)


def _tags(bench: Bench, name: str, attempt: Attempt) -> Mapping[str, Any]:
    (seen,) = bench.cloud.observe([(f"{name}/x", attempt)])
    assert seen.tags is not None
    return seen.tags


@every_kind
def test_twice_with_one_token_is_one_run(bench: Bench, name: str) -> None:
    assert _created(bench, name).id == _created(bench, name).id
    status = bench.world.status()
    assert status["tasks"] + status["hybrid_jobs"] == 1


@every_kind
def test_another_token_is_another_run(bench: Bench, name: str) -> None:
    assert _created(bench, name, "one").id != _created(bench, name, "two").id


@every_kind
def test_reading_changes_nothing(bench: Bench, name: str) -> None:
    attempt = _created(bench, name)
    bench.wire.sent.clear()
    first = list(bench.cloud.observe([(f"{name}/x", attempt)]))
    search = Search(CONTEXT.uid, born(CONTEXT.uid), frozenset([attempt.place.region]))
    found = list(bench.cloud.discover(search))
    assert list(bench.cloud.observe([(f"{name}/x", attempt)])) == first
    assert (
        list(bench.cloud.discover(Search(CONTEXT.uid, born(CONTEXT.uid), frozenset([attempt.place.region])))) == found
    )
    assert all(operation.startswith(READS) for operation, _ in bench.wire.sent)


@every_kind
def test_what_is_observed_is_what_was_made(bench: Bench, name: str) -> None:
    attempt = _created(bench, name)
    (seen,) = bench.cloud.observe([(f"{name}/x", attempt)])
    assert (seen.address, seen.token, seen.phase, seen.tags) == (f"{name}/x", attempt.token, Phase.OPEN, attempt.tags)


@every_kind
def test_the_end_of_a_finished_run_is_no_error(bench: Bench, name: str) -> None:
    attempt = _created(bench, name)
    bench.world.advance(3600)
    assert bench.cloud.cancel(name, attempt, "c" * 64).outcome is Outcome.ACCEPTED


@every_kind
def test_cancelling_twice_is_cancelling_once(bench: Bench, name: str) -> None:
    attempt = _created(bench, name)
    assert [bench.cloud.cancel(name, attempt, "c" * 64).outcome for _ in range(2)] == [Outcome.ACCEPTED] * 2
    bench.world.advance(10)
    (seen,) = bench.cloud.observe([(f"{name}/x", attempt)])
    assert seen.phase is Phase.CANCELLED


@every_kind
def test_tagging_touches_no_other_key(bench: Bench, name: str) -> None:
    attempt = _created(bench, name)
    bench.cloud.tag(attempt, {"theirs": "1", "ours": "1"}, ())
    assert bench.cloud.tag(attempt, {"ours": "2"}, ["owner", "never there"]).outcome is Outcome.ACCEPTED
    expected = {**attempt.tags, "theirs": "1", "ours": "2"}
    expected.pop("owner")
    assert _tags(bench, name, attempt) == expected


@every_kind
def test_only_ours_is_found(bench: Bench, name: str) -> None:
    ours, other, stripped = (_created(bench, name, which) for which in ("ours", "other", "stripped"))
    bench.cloud.tag(other, {TAG_PROJECT: "somebody else"}, ())
    bench.cloud.tag(stripped, {}, list(stripped.tags))
    found = list(bench.cloud.discover(Search(CONTEXT.uid, born(CONTEXT.uid), frozenset([ours.place.region]))))
    assert [(f.mark, f.attempt.id, f.attempt.token) for f in found] == [(f"{name}/ours", ours.id, ours.token)]
    known = found[0].attempt
    assert (known.digest, known.generation, known.number, known.place) == (ours.digest, 1, 1, ours.place)
    assert (known.outcome, known.tags) == (Outcome.ACCEPTED, ours.tags)


@every_kind
@pytest.mark.parametrize("observed", [False, True])
def test_an_unfinished_run_has_no_results(bench: Bench, name: str, observed: bool) -> None:
    attempt = _created(bench, name)
    if observed:
        (seen,) = bench.cloud.observe([(f"{name}/x", attempt)])
        attempt = replace(attempt, output=seen.output)
    with pytest.raises(ResultMissing):
        bench.cloud.results(name, attempt)


@every_kind
def test_regions_are_told_without_a_call(bench: Bench, name: str) -> None:
    device = str(_resource(name).execution["device"])
    bench.wire.sent.clear()
    assert bench.cloud.place(_resource(name)).region in bench.cloud.regions([device])
    assert {operation for operation, _ in bench.wire.sent} <= {"GetCallerIdentity"}
