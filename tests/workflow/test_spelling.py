"""`1` and `1.0` are one number: spelling a sweep anew pays nothing, with its state or without."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.address import Address, Scalar, key_text
from reconciler.core.change import Action
from reconciler.core.declared import Declared
from reconciler.core.state import Record, State
from reconciler.workflow.spelling import spelled_anew
from tests.workflow.bench import Project, task
from tests.workflow.test_moved import lose_state

_SWEEP = Address("QuantumTask", "sweep")


def _address(**values: Scalar) -> Address:
    return replace(_SWEEP, key=tuple(sorted((name, key_text(value)) for name, value in values.items())))


def _point(**values: Scalar) -> Declared:
    """One whose run depends on its values as numbers."""
    shots = 100 + sum(int(value) for value in values.values() if not isinstance(value, str))
    return replace(task("sweep", shots=shots), address=_address(**values))


def _state(*addresses: Address) -> State:
    return State("lineage", 1, "ghz", "default", records={str(address): Record() for address in addresses})


SPELLINGS = [
    ([{"n": 1}, {"n": 2}], [{"n": 1.0}, {"n": 2.0}]),
    ([{"n": 0.0}, {"n": 0.5}], [{"n": 0}, {"n": 0.5}]),
    ([{"n": -3, "m": 2.0}], [{"n": -3.0, "m": 2}]),
    ([{"n": 1, "text": "1"}], [{"n": 1.0, "text": "1"}]),
]


@pytest.mark.parametrize("lost", [False, True], ids=["state", "lost-state"])
@pytest.mark.parametrize(("before", "after"), SPELLINGS)
def test_what_is_paid_is_found(
    project: Project, before: list[dict[str, Any]], after: list[dict[str, Any]], lost: bool
) -> None:
    project.apply(*(_point(**values) for values in before))
    if lost:
        lose_state(project)
    points = [_point(**values) for values in after]
    plan = project.plan(*points).plan
    assert plan.added == plan.destroyed == 0
    project.apply(*points)
    assert project.tasks() == len(before)
    assert set(project.state.records) == {str(_address(**values)) for values in after}
    assert project.plan(*points).plan.empty
    project.apply(*(_point(**values) for values in before))  # and back
    assert project.plan(*(_point(**values) for values in before)).plan.empty
    assert project.tasks() == len(before)


def test_the_plan_says_what_was_moved(project: Project) -> None:
    project.apply(_point(n=1))
    (change,) = project.plan(_point(n=1.0)).plan.changes
    assert (change.action, change.reason) == (
        Action.UPDATE,
        "moved from QuantumTask/sweep[n=1], not run again",
    )


def test_a_text_is_no_number(project: Project) -> None:
    project.apply(_point(n="1"))
    assert [change.moved for change in project.plan(_point(n=1)).plan.changes] == ["", ""]


def test_a_point_that_is_declared_as_it_is_written_keeps_its_record() -> None:
    """Two documents can't have it, but two sweeps of one name after an overlay could."""
    both = [_point(n=1), _point(n=1.0)]
    assert [one.moved for one in spelled_anew(both, _state(_address(n=1)))] == [(), ()]


def test_nothing_is_made_anew_where_everything_is_on_record() -> None:
    declared = [_point(n=1), task("alone")]
    assert spelled_anew(declared, _state(_address(n=1))) is declared


@given(st.dictionaries(st.sampled_from("abc"), st.integers(-(2**53), 2**53), min_size=1), st.data())
def test_any_spelling_finds_any_other(values: dict[str, int], data: st.DataObject) -> None:
    def spelled(label: str) -> Address:
        chosen = {name: data.draw(st.sampled_from([value, float(value)]), label) for name, value in values.items()}
        return _address(**chosen)

    old, new = spelled("old"), spelled("new")
    declared = replace(task("sweep"), address=new)
    (found,) = spelled_anew([declared], _state(old))
    assert found.moved == (() if old == new else (old,))


@pytest.mark.parametrize("value", [0.5, 1e300, float(2**60), 2**60, True, "1", "1.0", "x"])
def test_what_has_one_spelling_has_no_other(value: Scalar) -> None:
    (found,) = spelled_anew([replace(task("sweep"), address=_address(n=value))], _state())
    assert found.moved == ()
