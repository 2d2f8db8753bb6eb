"""Merge patches: RFC 7386 to the letter, and the same whichever comes first."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifest.layer import Layer, merged
from reconciler.manifest.place import ManifestText, Place

PLACE = Place(ManifestText("o.yaml", ""), 0, 0, 0)
_KEYS = st.sampled_from(["a", "b", "c"])
_SCALARS = st.none() | st.booleans() | st.integers(0, 3) | st.just([1, {"a": None}])
_VALUES = st.recursive(_SCALARS, lambda inner: st.dictionaries(_KEYS, inner, max_size=3), max_leaves=8)
PATCHES = st.dictionaries(_KEYS, _VALUES, max_size=3)
# The examples of the RFC's appendix A: target, patch, result.
RFC: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), RFC)
def test_the_examples_of_the_rfc(target: Any, patch: Any, result: Any) -> None:
    before = repr(target)
    assert merged(target, patch) == result
    assert repr(target) == before, "what is patched stays as it was: others share it"


def _layer(*patches: dict[str, Any]) -> tuple[Layer, int]:
    layer = Layer()
    clashes = [clash for at, patch in enumerate(patches) for clash in layer.add(patch, PLACE, (at,), str(at))]
    return layer, len(clashes)


@given(st.lists(PATCHES, min_size=1, max_size=3), PATCHES)
def test_patches_without_a_contradiction_may_come_in_any_order(patches: list[dict[str, Any]], value: Any) -> None:
    there, clashes = _layer(*patches)
    back, others = _layer(*reversed(patches))
    assert bool(clashes) == bool(others), "a contradiction is one from both sides"
    if not clashes:
        assert there.merge == back.merge
        one_by_one = value
        for patch in patches:
            one_by_one = merged(one_by_one, patch)
        assert merged(value, there.merge) == one_by_one, "together they do what they do one after the other"


@pytest.mark.parametrize(
    ("first", "second", "clashes"),
    [
        ({"a": 1}, {"a": 1}, 0),
        ({"a": 1}, {"a": 2}, 1),
        ({"a": 1}, {"a": True}, 1),
        ({"a": 1}, {"a": None}, 1),
        ({"a": {"b": 1}}, {"a": {"c": 1}}, 0),
        ({"a": {"b": 1}}, {"a": 1}, 1),
        ({"a": 1}, {"a": {"b": 1}}, 1),
        ({"a": {}}, {"a": {"b": 1}}, 0),
        ({"a": {"b": 1}}, {"a": {}}, 0),
        ({"a": {}}, {"a": 1}, 1),
        ({"a": [1]}, {"a": [2]}, 1),
        ({"a": {"b": {"c": 1}}}, {"a": {"b": None}}, 1),
    ],
)
def test_what_contradicts(first: dict[str, Any], second: dict[str, Any], clashes: int) -> None:
    assert _layer(first, second)[1] == clashes
    assert _layer(second, first)[1] == clashes
