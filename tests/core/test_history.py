"""The log as a fold: who began, who ended, and what each command changed."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.core.account import account
from reconciler.core.attempt import Outcome
from reconciler.core.event import (
    Began,
    Concluded,
    Event,
    Finished,
    Managed,
    Moved,
    Verb,
    event_from_json,
    event_to_json,
)
from reconciler.core.history import Bounds, Ending, LogEntry, Origin, entry_from_json, entry_to_json, merged
from reconciler.core.reconcile_states import together, with_wishes_of
from reconciler.core.state import State, fold
from tests.store.samples import begun, intended

EMPTY = State("l", 0, "uid", "dev")
DONE = Finished("2026-01-01T00:01:00Z", "e1", Ending.COMPLETE, {"added": 1})


def endings(*events: Event) -> list[tuple[str, str]]:
    return [(entry.id, str(entry.ending)) for entry in fold(EMPTY, events).log]


def test_who_never_said_how_it_ended_is_interrupted_as_soon_as_another_one_begins() -> None:
    assert endings(begun("e1")) == [("e1", "unfinished")]
    assert endings(begun("e1"), begun("e2")) == [("e1", "interrupted"), ("e2", "unfinished")]
    assert endings(begun("e1"), DONE, begun("e2")) == [("e1", "complete"), ("e2", "unfinished")]


def test_an_attempt_belongs_to_the_command_that_sent_it_first() -> None:
    doubt = Concluded("t", "i0", "QuantumTask/t0", Verb.CREATE, "0", Outcome.UNKNOWN)
    state = fold(EMPTY, [begun("e1"), intended(0), doubt, begun("e2"), intended(0), intended(1)])
    assert [a.entry for a in state.records["QuantumTask/t0"].attempts] == ["e1"]
    assert [a.entry for a in state.records["QuantumTask/t1"].attempts] == ["e2"]
    assert state.records["QuantumTask/t0"].log == ("e1", "e2")


def test_what_nobody_began_is_in_no_command() -> None:
    state = fold(EMPTY, [begun("e1"), DONE, intended(0)])
    assert state.records["QuantumTask/t0"].log == ()
    assert state.records["QuantumTask/t0"].attempts[0].entry == ""


def test_a_renamed_address_keeps_its_log() -> None:
    events: list[Event] = [begun("e1"), intended(0), begun("e2"), Moved("t", "QuantumTask/t0", "QuantumTask/new")]
    assert fold(EMPTY, events).records["QuantumTask/new"].log == ("e1", "e2")


def test_letting_go_is_in_the_log_once() -> None:
    events: list[Event] = [begun("e1"), intended(0), Managed("t", "QuantumTask/t0", managed=False)]
    assert fold(EMPTY, events).records["QuantumTask/t0"].log == ("e1",)


def test_two_states_put_together_forget_no_command() -> None:
    old = fold(EMPTY, [begun("e1"), intended(0)])
    new = fold(old, [DONE, begun("e2", at="2026-01-02T00:00:00Z"), intended(5)])
    for whole in (together(new, old), together(old, new), with_wishes_of(new, old), with_wishes_of(old, new)):
        assert [(e.id, e.ending) for e in whole.log] == [("e1", Ending.COMPLETE), ("e2", Ending.UNFINISHED)]
        assert whole.records["QuantumTask/t0"].log == ("e1", "e2")


def test_of_an_entry_that_both_know_the_end_counts() -> None:
    first = begun("e1").entry
    ended = replace(first, ended="t", ending=Ending.COMPLETE)
    assert merged((first,), (ended,)) == merged((ended,), (first,)) == (ended,)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
TEXTS = st.dictionaries(TEXT, TEXT, max_size=2)
NUMBER = st.decimals(0, 10**6, allow_nan=False, places=5)
ENTRIES = st.builds(
    LogEntry,
    id=st.text(min_size=1, max_size=12, alphabet="abc"),
    operation=TEXT,
    begun=TEXT,
    who=TEXT,
    host=TEXT,
    version=TEXT,
    origin=st.builds(Origin, TEXT, TEXT, TEXT, TEXTS, TEXTS),
    fingerprint=TEXT,
    planned=st.lists(st.builds(Bounds, TEXT, NUMBER, NUMBER, st.integers(0, 9)), max_size=2).map(tuple),
    ended=TEXT,
    ending=st.sampled_from(Ending),
    counts=st.dictionaries(TEXT, st.integers(0, 10**9), max_size=2),
)


# An entry has many parts, each cheap; on a machine that is busy with other tests drawing them has taken a second.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ENTRIES)
def test_an_entry_comes_back_from_the_journal(entry: LogEntry) -> None:
    event = Began("t", entry)
    assert event_from_json(json.loads(json.dumps(event_to_json(event)))) == event


@pytest.mark.parametrize(
    "data",
    [{}, {"id": "e", "planned": [["USD", "x", "1", 0]]}, {"id": "e", "ending": "well"}, {"id": "e", "counts": []}],
)
def test_what_is_no_entry_is_refused(data: dict[str, object]) -> None:
    with pytest.raises((KeyError, ValueError, AttributeError)):
        entry_from_json(data)


def test_an_entry_is_small() -> None:
    """All are kept: ten thousand of the fullest ones must stay a few megabytes."""
    ci = {"system": "github", "commit": "0" * 40, "run": "1" * 11, "actor": "somebody", "ref": "refs/heads/main"}
    libraries = {"botocore": "1.44.8", "httpx": "0.28.1", "pulser-core": "1.9.1", "pulser-simulation": "1.9.1"}
    origin = Origin("0" * 40, "main", "0" * 64, ci, libraries)
    planned = (Bounds("USD", Decimal("1.30"), Decimal("2.30")), Bounds("EUR", Decimal(1), Decimal(2)))
    entry = replace(begun("e" * 12).entry, origin=origin, fingerprint="0" * 64, planned=planned, counts={"added": 9})
    assert len(json.dumps(entry_to_json(entry))) < 900


def test_of_two_logs_only_the_last_command_can_be_at_work() -> None:
    one = fold(EMPTY, [begun("e1"), begun("e2"), replace(DONE, id="e2")]).log
    rescued = fold(EMPTY, [begun("e1")]).log
    assert [e.ending for e in merged(one, rescued)] == [Ending.INTERRUPTED, Ending.COMPLETE]
    assert [e.ending for e in merged(rescued, one)] == [Ending.INTERRUPTED, Ending.COMPLETE]
    assert [e.ending for e in merged(rescued, rescued)] == [Ending.UNFINISHED]
    assert merged((), ()) == ()


def test_a_command_that_died_while_it_ended_did_what_is_on_record() -> None:
    """Its lock was taken away, or its disk was full: it could only say that it was interrupted."""
    accepted = Concluded("t", "i0", "QuantumTask/t0", Verb.CREATE, "0", Outcome.ACCEPTED, id="arn:0")
    state = fold(EMPTY, [begun("e1"), intended(0), accepted, Finished("t", "e1", Ending.INTERRUPTED, {})])
    assert [told.counts for told in account(state, None, "", 9).told] == [{"added": 1}]
