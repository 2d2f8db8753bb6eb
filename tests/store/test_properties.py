"""What holds for any events: the journal and the state are two forms of one thing."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.attempt import Attempt, Outcome, attempt_from_json, attempt_to_json
from reconciler.core.event import (
    Adopted,
    Concluded,
    Event,
    Intended,
    Managed,
    Observed,
    Resolved,
    Verb,
    event_from_json,
    event_to_json,
)
from reconciler.core.phase import Phase
from reconciler.core.state import State, fold
from reconciler.store.format import Header, decode, encode
from reconciler.store.line import line, payload, scan
from reconciler.store.port import locked
from tests.store.power import ForgetfulDisk
from tests.store.samples import PLACE, holder, store_in

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
_TAGS = st.dictionaries(_TEXT, _TEXT, max_size=2)
_ADDRESS = st.sampled_from(["QuantumTask/a", "QuantumTask/b[x=0.5]", 'QuantumTask/c[y="ü\\n"]'])
_TOKEN = st.sampled_from(["t1", "t2", "t3"])
_VALUE = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT

_ATTEMPT = st.builds(
    Attempt,
    token=_TOKEN,
    digest=_TEXT,
    program=_TEXT,
    generation=st.integers(1, 3),
    number=st.integers(1, 3),
    place=st.just(PLACE),
    execution=st.dictionaries(_TEXT, _VALUE | st.lists(_VALUE, max_size=2), max_size=2),
    outcome=st.sampled_from(Outcome),
    id=_TEXT,
    status=_TEXT,
    phase=st.sampled_from(Phase),
    tags=_TAGS,
    owned=st.lists(_TEXT, max_size=2).map(tuple),
    missing=st.booleans(),
    touched=st.booleans(),
)
_MAYBE_TAGS = st.none() | _TAGS
_EVENT: st.SearchStrategy[Event] = st.one_of(
    st.builds(Intended, _TEXT, _TEXT, _ADDRESS, st.sampled_from(Verb), token=_TOKEN, attempt=st.none() | _ATTEMPT),
    st.builds(
        Concluded,
        _TEXT,
        _TEXT,
        _ADDRESS,
        st.sampled_from(Verb),
        _TOKEN,
        st.sampled_from(Outcome),
        id=_TEXT,
        error=_TEXT,
        tags=_MAYBE_TAGS,
        owned=st.lists(_TEXT, max_size=2).map(tuple),
    ),
    st.builds(
        Observed,
        _TEXT,
        _ADDRESS,
        _TOKEN,
        _TEXT,
        st.sampled_from(Phase),
        ended=_TEXT,
        failure=_TEXT,
        tags=_MAYBE_TAGS,
        missing=st.booleans(),
    ),
    st.builds(Adopted, _TEXT, _ADDRESS, _ATTEMPT),
    st.builds(Managed, _TEXT, _ADDRESS, st.booleans(), st.sampled_from(["", "cancel", "orphan"])),
    st.builds(Resolved, _TEXT, _ADDRESS, _TOKEN),
)
_EVENTS = st.lists(_EVENT, max_size=12)
_EMPTY = State("id0", 0, "uid-1", "dev")


@given(_ATTEMPT)
def test_an_attempt_survives_json(attempt: Attempt) -> None:
    assert attempt_from_json(json.loads(json.dumps(attempt_to_json(attempt)))) == attempt


@given(_EVENT)
def test_an_event_survives_json(event: Event) -> None:
    assert event_from_json(json.loads(json.dumps(event_to_json(event)))) == event


@given(_EVENTS)
def test_a_journal_comes_back(events: list[Event]) -> None:
    data = b"".join(line(i, i, payload(event)) for i, event in enumerate(events, start=1))
    assert [entry.event for entry in scan(data, "j", folded=0).entries] == events


@given(_EVENTS)
def test_a_state_survives_its_file(events: list[Event]) -> None:
    records = fold(_EMPTY, events).records
    header = Header("l", 1, "w", "0.1.0", "study", "uid-1", "dev", folded=len(events))
    assert decode(encode(header, records), "f") == (header, records)


@settings(deadline=None)
@given(st.lists(st.tuples(_EVENTS, st.booleans(), st.booleans()), max_size=4))
def test_wherever_it_is_saved_the_state_is_the_fold_of_all_events(parts: list[tuple[list[Event], bool, bool]]) -> None:
    """Each part: some events, whether the state is saved after them, whether another command takes over then."""
    disk, everything = ForgetfulDisk(), _EMPTY
    with tempfile.TemporaryDirectory() as folder:
        store = store_in(Path(folder), disk)
        for events, saved, handed_over in parts:
            with locked(store, holder()):
                store.append(*events)
                everything = fold(everything, events)
                snapshot = store.read()
                assert snapshot.state.records == everything.records
                if saved:
                    store.write(snapshot.state, snapshot.version)
            assert store.read().state.records == everything.records
            if handed_over:
                store = store_in(Path(folder), disk)
        assert store_in(Path(folder), disk).read().state.records == everything.records
