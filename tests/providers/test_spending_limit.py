"""The contract of clouds, for what lasts: verbs may be repeated, reading changes nothing, others' tags stay."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.event import Observed
from reconciler.core.mark import TAG_PROJECT
from reconciler.core.phase import Phase
from reconciler.core.resource import Scope, attempt_marks
from reconciler.core.uid import born
from reconciler.providers import KINDS
from reconciler.providers.braket.spending_limit_spec import plain_amount
from reconciler.providers.kind import CloudUnavailable, ResultMissing, Search
from tests.providers.bench import GARNET, THERE, Answer, Bench, error
from tests.providers.samples import CONTEXT, SAMPLES

SAMPLE = SAMPLES["SpendingLimit"]
SCOPE = Scope(CONTEXT.uid, CONTEXT.environment)
EVERYWHERE = Search(CONTEXT.uid, born(CONTEXT.uid), frozenset({THERE.region}), kinds=frozenset({"SpendingLimit"}))


def made(bench: Bench, number: int = 1, **changes: Any) -> Attempt:
    resource = KINDS["SpendingLimit"].desired(SAMPLE.declared("cap", **changes), CONTEXT)
    attempt = Attempt(resource.token(SCOPE, number), resource.digest, "p", 1, number, THERE, resource.execution)
    attempt = replace(attempt, tags={**resource.tags, **attempt_marks(SCOPE, resource.address, attempt)})
    reply = bench.cloud.create(resource, attempt.token, attempt.tags, THERE)
    now = bench.clock.now().isoformat()
    return replace(attempt, outcome=reply.outcome, id=reply.id, failure=reply.error, submitted=now, intended=now)


def seen(bench: Bench, attempt: Attempt) -> Observed:
    (event,) = bench.cloud.observe([("SpendingLimit/cap", attempt)])
    return event


def test_what_is_observed_is_what_was_made(bench: Bench) -> None:
    attempt = made(bench)
    assert seen(bench, attempt) == Observed(
        at="2026-01-15T12:00:00.000Z",
        address="SpendingLimit/cap",
        token=attempt.token,
        status="ACTIVE",
        phase=Phase.OPEN,
        submitted="2026-01-15T12:00:00.000Z",
        tags=attempt.tags,
        settings={
            "amount": "100.5",
            "start": "2026-01-15T12:00:00Z",
            "end": "2125-12-30T00:00:00Z",
            "spent": "0",
            "queued": "0",
        },
    )


def test_twice_with_one_token_is_one_limit(bench: Bench) -> None:
    assert made(bench).id == made(bench).id


def test_a_second_one_is_refused_in_the_services_words(bench: Bench) -> None:
    made(bench)
    second = made(bench, number=2)
    assert (second.outcome, second.failure) == (
        Outcome.REFUSED,
        f"ValidationException (400): A spending limit for device {GARNET} already exists",
    )


def test_reading_changes_nothing(bench: Bench) -> None:
    attempt = made(bench)
    bench.wire.sent.clear()
    first = seen(bench, attempt), list(bench.cloud.discover(EVERYWHERE))
    assert (seen(bench, attempt), list(bench.cloud.discover(EVERYWHERE))) == first
    assert {operation for operation, _ in bench.wire.sent} <= {"SearchSpendingLimits", "GetCallerIdentity"}


def test_updating_twice_is_updating_once(bench: Bench) -> None:
    attempt = made(bench)
    wanted = {"amount": "7", "start": "2026-02-01T00:00:00Z", "end": "2026-03-01T00:00:00Z"}
    for token in ("u1", "u1", "u2"):
        assert bench.cloud.update("SpendingLimit", attempt, wanted, token).outcome is Outcome.ACCEPTED
    assert {**(seen(bench, attempt).settings or {}), **wanted} == seen(bench, attempt).settings


def test_deleting_twice_is_deleting_once(bench: Bench) -> None:
    attempt = made(bench)
    for _ in range(2):
        assert bench.cloud.delete("SpendingLimit", attempt).outcome is Outcome.ACCEPTED
    assert list(bench.cloud.observe([("SpendingLimit/cap", attempt)])) == []  # the search may lag behind
    bench.world.advance(400)
    assert seen(bench, attempt).missing


def test_tagging_touches_no_other_key(bench: Bench) -> None:
    attempt = made(bench)
    bench.cloud.tag(attempt, {"theirs": "1", "ours": "1"}, ())
    assert bench.cloud.tag(attempt, {"ours": "2"}, ["owner", "never there"]).outcome is Outcome.ACCEPTED
    expected = {**attempt.tags, "theirs": "1", "ours": "2"}
    expected.pop("owner")
    assert seen(bench, attempt).tags == expected


def test_ours_is_found_by_its_marks_and_others_by_their_device_alone(bench: Bench) -> None:
    attempt = made(bench)
    (found,) = bench.cloud.discover(EVERYWHERE)
    assert (found.mark, found.attempt.token, found.attempt.digest) == (
        "SpendingLimit/cap",
        attempt.token,
        attempt.digest,
    )
    bench.cloud.tag(attempt, {TAG_PROJECT: "somebody else"}, ())
    (found,) = bench.cloud.discover(EVERYWHERE)
    assert (found.mark, found.attempt.token, found.attempt.digest) == ("", "", attempt.digest)
    assert found.attempt.owned == ()


def test_it_neither_runs_nor_measures(bench: Bench) -> None:
    attempt = made(bench)
    assert bench.cloud.cancel("SpendingLimit", attempt, "c").outcome is Outcome.REFUSED
    with pytest.raises(ResultMissing):
        bench.cloud.results("SpendingLimit", attempt)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, {}),
        Answer(200, {"spendingLimits": [{"spendingLimitArn": "arn:x"}]}),
        error(403, "AccessDeniedException"),
    ],
    ids=["no list", "half a limit", "no right"],
)
def test_what_is_no_answer_is_said_to_be_none(bench: Bench, answer: Answer) -> None:
    attempt = made(bench)
    bench.wire.answer("SearchSpendingLimits", *[answer] * 6)
    with pytest.raises(CloudUnavailable, match="search_spending_limits"):
        seen(bench, attempt)


@pytest.mark.parametrize("time", [1e300, "nan", "soon", None])
def test_a_time_that_is_none_is_a_setting_like_any_other(bench: Bench, time: Any) -> None:
    attempt = made(bench)
    (limit,) = bench.client.once(THERE.region, "search_spending_limits")["spendingLimits"]
    period = {"startAt": time, "endAt": time}
    bench.wire.answer("SearchSpendingLimits", Answer(200, {"spendingLimits": [{**limit, "timePeriod": period}]}))
    assert (seen(bench, attempt).settings or {})["start"] == str(time)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": "1.005"}, "at most two decimals"),
        ({"amount": "-1"}, "at most two decimals"),
        ({"amount": "12 EUR"}, "at most two decimals"),
        ({"amount": True}, "valid string"),
        ({"period": {"start": "2026-01-01T00:00:00", "end": "2027-01-01T00:00:00Z"}}, "time zone"),
        ({"period": {"start": "2027-01-01T00:00:00Z", "end": "2027-01-01T01:00:00+01:00"}}, "ends before it starts"),
        ({"period": {"start": "new year", "end": "2027-01-01T00:00:00Z"}}, "is written like"),
    ],
)
def test_what_can_be_no_limit_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        SAMPLE.declared(**changes)


@pytest.mark.parametrize(
    ("text", "plain"), [("3.00", "3"), ("100", "100"), ("0E-10", "0"), ("0.445", "0.445"), ("-1.20", "-1.2")]
)
def test_one_amount_has_one_form(text: str, plain: str) -> None:
    assert plain_amount(text) == plain
