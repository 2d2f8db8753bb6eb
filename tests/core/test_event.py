"""Events: each comes back from JSON as it was; what is no event is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from reconciler.core.attempt import Attempt, attempt_from_json, attempt_to_json
from reconciler.core.event import Event, InvalidEvent, Verb, event_from_json, event_to_json
from tests.core import samples
from tests.core.strategies import attempts, events


@given(events)
def test_an_event_comes_back_from_json(event: Event) -> None:
    back = event_from_json(json.loads(json.dumps(event_to_json(event))))
    assert back == event
    assert type(back) is type(event)


@given(attempts)
def test_an_attempt_comes_back_from_json(attempt: Attempt) -> None:
    assert attempt_from_json(json.loads(json.dumps(attempt_to_json(attempt)))) == attempt


def test_an_attempt_leaves_out_what_is_as_by_default() -> None:
    made = Attempt("t", "d", "p", 1, 1, samples.PLACE, {"shots": 1})
    assert attempt_to_json(made) == {
        "place": ["braket", "111122223333", "us-east-1"],
        "token": "t",
        "digest": "d",
        "program": "p",
        "generation": 1,
        "number": 1,
        "execution": {"shots": 1},
    }


MANAGED = {"event": "managed", "at": "t", "address": "K/a", "managed": True}
INTENDED = {"event": "intended", "at": "t", "intent": "i", "address": "K/a", "verb": "create", "token": "t"}


def test_fields_with_a_default_may_be_absent() -> None:
    assert getattr(event_from_json(INTENDED), "verb", None) is Verb.CREATE
    assert getattr(event_from_json(MANAGED), "removal", None) == ""


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"event": "dreamt"},
        {"event": ["managed"]},
        {**MANAGED, "more": 1},
        {"event": "managed"},
        {**INTENDED, "verb": "destroy"},
        {**INTENDED, "attempt": {}},
        {**INTENDED, "attempt": "a"},
        {**INTENDED, "attempt": {"place": ["braket"]}},
        {**INTENDED, "attempt": {**attempt_to_json(samples.attempt()), "phase": "elsewhere"}},
    ],
)
def test_what_is_no_event_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(InvalidEvent):
        event_from_json(data)
