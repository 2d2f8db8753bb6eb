"""Rounds of an agent, told."""

from __future__ import annotations

from reconciler.core.cycle import calls_told
from reconciler.core.event import Verb


def test_calls_are_told_in_words() -> None:
    assert calls_told({}) == ""
    assert calls_told({"create": 2, "update": 1}) == "2 created, 1 updated"
    counted = set(Verb) - {Verb.TAG, Verb.DELETE}  # these are counted as updates and cancels
    assert all(calls_told({verb: 1}) != f"1 {verb}" for verb in counted)
