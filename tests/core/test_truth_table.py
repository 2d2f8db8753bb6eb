"""Every row and corner of docs/truth-table.md, one file each, compared whole."""

from __future__ import annotations

import pytest

from reconciler.core.change import Action
from tests.core.case import Case, decide, load_cases

CASES = load_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    assert decide(case.given) == case.expect, case.why


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_short_ways_say_what_the_long_way_says(case: Case) -> None:
    # Records that observing left untouched are recognised by identity, and may be decided faster.
    assert decide(case.given, unshared=True) == case.expect, case.why


def test_every_action_has_a_case() -> None:
    assert {case.expect["action"] for case in CASES if case.expect} == set(Action)


def test_every_case_says_why() -> None:
    assert [case.name for case in CASES if not case.why.endswith(".")] == []
