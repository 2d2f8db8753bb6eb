"""The fold: its laws for any journal, and each transition by name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.event import Adopted, Concluded, Event, Intended, Managed, Observed, Resolved, Verb
from reconciler.core.phase import Phase
from reconciler.core.state import State, fold
from tests.core import samples
from tests.core.strategies import journals

EMPTY = samples.state()
AT = str(samples.GHZ)
PENDING = replace(
    samples.attempt(outcome=Outcome.PENDING, id="", status="", submitted="", tags={}, owned=()), intended="first"
)
TOKEN = PENDING.token
INTENT = Intended("first", "i1", AT, Verb.CREATE, TOKEN, PENDING)
ACCEPTED = Concluded("then", "i1", AT, Verb.CREATE, TOKEN, Outcome.ACCEPTED, id="arn:1")
REFUSED = Concluded("then", "i1", AT, Verb.CREATE, TOKEN, Outcome.REFUSED, error="no such device")
UNKNOWN = Concluded("then", "i1", AT, Verb.CREATE, TOKEN, Outcome.UNKNOWN, error="reset")
TAGGED = Concluded("t", "i2", AT, Verb.TAG, TOKEN, Outcome.ACCEPTED, tags={"a": "b"}, owned=("a",))


def _ids(state: State) -> dict[tuple[str, str], str]:
    return {(address, a.token): a.id for address, r in state.records.items() for a in r.attempts if a.exists}


def _attempt(*events: Event) -> Attempt:
    (found,) = fold(EMPTY, events).records[AT].attempts
    return found


@given(journals, journals)
def test_an_id_once_known_is_never_unlearnt(before: list[Event], after: list[Event]) -> None:
    early = fold(EMPTY, before)
    late = fold(early, after)
    assert _ids(early).items() <= _ids(late).items()


@given(journals, st.integers(0, 12))
def test_folding_in_two_parts_is_folding_at_once(events: list[Event], cut: int) -> None:
    assert fold(fold(EMPTY, events[:cut]), events[cut:]) == fold(EMPTY, events)


@given(journals)
def test_a_journal_gives_the_same_state_twice(events: list[Event]) -> None:
    once = fold(EMPTY, events)
    assert fold(EMPTY, events) == once
    assert EMPTY.records == {}


@given(journals, journals)
def test_no_attempt_leaves_the_record(before: list[Event], after: list[Event]) -> None:
    early = fold(EMPTY, before)
    late = fold(early, after)
    for address, record in early.records.items():
        tokens = [a.token for a in late.records[address].attempts]
        assert tokens[: len(record.attempts)] == [a.token for a in record.attempts]
        assert len(set(tokens)) == len(tokens)


@pytest.mark.parametrize("doubt", [(INTENT,), (INTENT, UNKNOWN), (INTENT, UNKNOWN, INTENT, UNKNOWN)])
def test_the_window_counts_from_the_latest_call(doubt: tuple[Event, ...]) -> None:
    repeated = replace(INTENT, at="second", attempt=replace(PENDING, intended="second"))
    assert _attempt(*doubt, repeated).intended == "second"
    assert _attempt(*doubt, repeated, UNKNOWN).intended == "second", "the repetition may be what made the run"


@pytest.mark.parametrize(
    ("events", "outcome", "doubtful"),
    [
        ((INTENT,), Outcome.PENDING, True),
        ((INTENT, UNKNOWN), Outcome.UNKNOWN, True),
        ((INTENT, REFUSED), Outcome.REFUSED, False),
        ((INTENT, ACCEPTED), Outcome.ACCEPTED, False),
        ((INTENT, UNKNOWN, ACCEPTED), Outcome.ACCEPTED, False),
        ((INTENT, UNKNOWN, REFUSED), Outcome.REFUSED, False),
        ((INTENT, ACCEPTED, UNKNOWN), Outcome.ACCEPTED, False),
        ((INTENT, ACCEPTED, REFUSED), Outcome.ACCEPTED, False),
        ((INTENT, ACCEPTED, INTENT), Outcome.ACCEPTED, False),
        ((INTENT, UNKNOWN, INTENT), Outcome.PENDING, True),
        ((INTENT, REFUSED, INTENT), Outcome.PENDING, True),
        ((INTENT, Resolved("t", AT, TOKEN)), Outcome.REFUSED, False),
        ((INTENT, ACCEPTED, Resolved("t", AT, TOKEN)), Outcome.ACCEPTED, False),
        ((INTENT, Adopted("t", AT, samples.attempt())), Outcome.ACCEPTED, False),
    ],
)
def test_what_is_known_of_a_submission(events: tuple[Event, ...], outcome: Outcome, doubtful: bool) -> None:
    found = _attempt(*events)
    assert (found.outcome, found.doubtful) == (outcome, doubtful)


def test_acceptance_brings_the_id_and_forgets_the_error() -> None:
    found = _attempt(INTENT, UNKNOWN, ACCEPTED)
    assert (found.id, found.submitted, found.failure) == ("arn:1", "then", "")


def test_a_refused_attempt_that_is_intended_again_starts_anew() -> None:
    second = replace(PENDING, intended="second")
    assert _attempt(INTENT, REFUSED, replace(INTENT, attempt=second)) == second


def test_adopting_another_run_with_the_same_token_changes_nothing() -> None:
    found = samples.attempt(id="arn:1")
    assert _attempt(Adopted("t", AT, found), Adopted("t", AT, replace(found, id="arn:copied"))) == found


def test_a_call_without_an_outcome_is_read_again() -> None:
    intent = Intended("t", "i2", AT, Verb.TAG, TOKEN)
    assert _attempt(INTENT, ACCEPTED, intent).touched
    assert not _attempt(INTENT, ACCEPTED, intent, TAGGED).touched
    assert not _attempt(INTENT, ACCEPTED, intent, replace(TAGGED, outcome=Outcome.REFUSED, tags=None)).touched
    assert _attempt(INTENT, ACCEPTED, intent, replace(TAGGED, outcome=Outcome.UNKNOWN, tags=None)).touched
    seen = Observed("t", AT, TOKEN, "QUEUED", Phase.OPEN, tags={})
    assert not _attempt(INTENT, ACCEPTED, intent, seen).touched
    assert _attempt(INTENT, ACCEPTED, intent, replace(seen, tags=None)).touched, "that look saw no tags"


def test_what_ended_does_not_begin_again() -> None:
    """A look that was taken earlier may be recorded later, by a command that waited."""
    done = Observed("t", AT, TOKEN, "COMPLETED", Phase.DONE, tags={"a": "b"})
    late = Observed("t", AT, TOKEN, "RUNNING", Phase.OPEN)
    assert _attempt(INTENT, ACCEPTED, done, late) == _attempt(INTENT, ACCEPTED, done)


def test_an_accepted_tag_call_tells_the_tags() -> None:
    found = _attempt(INTENT, ACCEPTED, TAGGED)
    assert (found.tags, found.owned) == ({"a": "b"}, ("a",))


def test_observing_keeps_what_the_cloud_did_not_say() -> None:
    first = Observed("t", AT, TOKEN, "RUNNING", Phase.OPEN, "s", "", "s3://b/x", "", {"a": "b"})
    last = Observed("t", AT, TOKEN, "COMPLETED", Phase.DONE, ended="e")
    found = _attempt(INTENT, ACCEPTED, first, last)
    assert (found.submitted, found.ended, found.output, found.tags) == ("s", "e", "s3://b/x", {"a": "b"})
    assert (found.status, found.phase) == ("COMPLETED", Phase.DONE)


def test_missing_keeps_the_last_words_and_ends_when_it_is_seen_again() -> None:
    gone = Observed("t", AT, TOKEN, "", Phase.OPEN, missing=True)
    seen = Observed("t", AT, TOKEN, "RUNNING", Phase.OPEN)
    lost = _attempt(INTENT, ACCEPTED, seen, gone)
    assert (lost.missing, lost.status, lost.open, lost.exists) == (True, "RUNNING", False, True)
    assert _attempt(INTENT, ACCEPTED, gone, seen).open


def test_events_about_nobody_change_nothing() -> None:
    strangers: list[Event] = [
        ACCEPTED,
        Observed("t", AT, TOKEN, "RUNNING", Phase.OPEN),
        Resolved("t", AT, TOKEN),
        TAGGED,
    ]
    assert fold(EMPTY, strangers) == EMPTY


def test_leaving_the_manifest_keeps_the_attempts() -> None:
    record = fold(EMPTY, [INTENT, ACCEPTED, Managed("t", AT, managed=False)]).records[AT]
    assert (record.managed, record.removal, len(record.attempts)) == (False, "cancel", 1)


def test_a_rule_of_removal_stays_until_another_is_told() -> None:
    rule = Managed("t", AT, managed=True, removal="orphan")
    record = fold(EMPTY, [INTENT, rule, Managed("t", AT, managed=False)]).records[AT]
    assert (record.managed, record.removal) == (False, "orphan")
    assert fold(EMPTY, [INTENT, rule, INTENT]).records[AT].managed
