"""Machine output."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import PurePosixPath
from types import MappingProxyType

import pytest

from reconciler.core.plan import plan_to_json
from reconciler.render.json_form import dumps
from tests.render.samples import every_action


def test_the_same_meaning_is_the_same_text() -> None:
    assert (
        dumps({"b": 1, "a": [1, 2]}) == dumps({"a": (1, 2), "b": 1}) == '{\n  "a": [\n    1,\n    2\n  ],\n  "b": 1\n}'
    )
    assert dumps({"b": 1, "a": 2}, indent=None) == '{"a": 2, "b": 1}'


def test_values_of_ours() -> None:
    value = {"m": MappingProxyType({"x": Decimal("1.30")}), "s": frozenset({"b", "a"}), "p": PurePosixPath("a/b")}
    assert dumps(value, indent=None) == '{"m": {"x": "1.30"}, "p": "a/b", "s": ["a", "b"]}'


def test_it_is_ascii_and_reads_back() -> None:
    text = dumps({"é\x9b\u202e\x1b": "日"})
    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text) == {"é\x9b\u202e\x1b": "日"}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_no_number_that_other_readers_refuse(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        dumps([value])


def test_an_unknown_type_is_not_guessed() -> None:
    with pytest.raises(TypeError, match="object has no machine form"):
        dumps(object())


def test_a_plan_has_a_machine_form() -> None:
    assert json.loads(dumps(plan_to_json(every_action())))["counts"]["add"] == 3
