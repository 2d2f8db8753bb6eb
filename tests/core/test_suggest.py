"""Words for people."""

from __future__ import annotations

import pytest

from reconciler.core.suggest import few


@pytest.mark.parametrize(
    ("names", "text"), [([], ""), (["a"], "a"), (["a", "b", "c"], "a, b, c"), (list("abcde"), "a, b, c and 2 more")]
)
def test_of_many_a_few_are_named(names: list[str], text: str) -> None:
    assert few(names) == text
