"""Dataclasses to plain data and back: what was kept is what it was, and anybody's data is refused in words."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt
from reconciler.core.change import Action, Change, FieldChange
from reconciler.core.codec import NOT_PLAIN, NotPlain, from_plain, to_plain
from reconciler.core.event import Verb
from reconciler.core.fields import FieldClass
from reconciler.core.money import Price
from reconciler.core.operation import Operation
from reconciler.core.plan import Plan, plan_to_json
from reconciler.render.plan_text import plan_text
from tests.core import samples
from tests.core.strategies import addresses, attempts, texts

_amounts = st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=4)
_prices = st.none() | st.builds(Price, _amounts, _amounts, texts, st.sampled_from(["USD", "EUR"]))
_fields = st.builds(FieldChange, texts, st.sampled_from(FieldClass), st.none() | st.integers(), st.none() | texts)


@st.composite
def _operations(draw: st.DrawFn) -> Operation:
    verb = draw(st.sampled_from([Verb.CREATE, Verb.TAG, Verb.CANCEL]))
    made = Operation(verb, draw(addresses()), draw(texts), draw(texts), draw(st.integers(0, 3)))
    return replace(made, resource=samples.resource()) if verb is Verb.CREATE else made


_changes = st.builds(
    Change,
    addresses(),
    st.sampled_from(Action),
    texts,
    st.lists(_fields, max_size=2).map(tuple),
    st.lists(_operations(), max_size=2).map(tuple),
    st.none() | attempts,
    price=_prices,
    warning=texts,
    declared=st.booleans(),
)
_plans = st.builds(
    Plan,
    texts,
    texts,
    st.lists(_changes, max_size=3).map(tuple),
    st.dictionaries(addresses(), st.frozensets(addresses(), max_size=2), max_size=2),
    notes=st.lists(texts, max_size=2).map(tuple),
)

# Whole plans are large to draw; a busy machine is no reason to fail.
_PATIENT = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | texts, lambda s: st.lists(s) | st.dictionaries(texts, s)
)


@_PATIENT
@given(_plans)
def test_a_plan_survives_its_round_trip(plan: Plan) -> None:
    back = from_plain(Plan, json.loads(json.dumps(to_plain(plan))))
    assert back == plan
    assert plan_to_json(back) == plan_to_json(plan)
    assert plan_text(back, full=True) == plan_text(plan, full=True)


@given(attempts)
def test_an_attempt_survives_its_round_trip(attempt: Attempt) -> None:
    assert from_plain(Attempt, json.loads(json.dumps(to_plain(attempt)))) == attempt


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | texts, lambda s: st.lists(s) | st.dictionaries(texts, s))
)
def test_anybodys_data_is_a_plan_or_refused(data: Any) -> None:
    with suppress(NotPlain):
        assert isinstance(from_plain(Plan, data), Plan)


@dataclass(frozen=True)
class _Small:
    address: Address
    amount: Decimal
    pair: tuple[int, str] = (1, "a")
    ratio: float = 0.5
    secret: Any = field(default=None, metadata=NOT_PLAIN)


_GOOD = {"address": "QuantumTask/a", "amount": "1.50"}


def test_what_is_no_data_and_what_is_default_is_left_out() -> None:
    value = _Small(Address("QuantumTask", "a"), Decimal("1.50"), secret=object())
    assert to_plain(value) == _GOOD
    assert from_plain(_Small, _GOOD) == replace(value, secret=None)


@pytest.mark.parametrize(
    "more",
    [
        {"address": "nothing of ours"},
        {"amount": 1.5},
        {"amount": "much"},
        {"pair": [1]},
        {"pair": ["1", "a"]},
        {"pair": [True, "a"]},
        {"ratio": "half"},
        {"secret": "x"},
        {"unknown": 1},
    ],
)
def test_data_of_another_shape_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(NotPlain):
        from_plain(_Small, _GOOD | more)


def test_a_number_may_be_written_whole() -> None:
    assert from_plain(_Small, _GOOD | {"ratio": 1}).ratio == 1.0


def test_what_has_no_plain_form_is_refused() -> None:
    with pytest.raises(NotPlain, match="object has no plain form"):
        to_plain({"a": object()})
