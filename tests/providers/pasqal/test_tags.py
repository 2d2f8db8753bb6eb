"""A set of texts as a mapping and back, and what a change of tags leaves alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.mark import MARKS, TAG_PROJECT, TAG_RUN
from reconciler.providers.pasqal.tags import decode, encode, replaced

_TEXTS = st.text(max_size=12) | st.sampled_from([*MARKS, *(f"{key}=x" for key in MARKS), "a=b", "qctl:run="])


@given(st.dictionaries(st.sampled_from(MARKS), st.text(min_size=1, max_size=12)), st.sets(st.text(max_size=12)))
def test_ours_come_back(marks: dict[str, str], plain: set[str]) -> None:
    tags = dict.fromkeys(plain, "") | marks
    assert decode(encode(tags)) == tags


@given(st.lists(_TEXTS))
def test_no_text_of_somebody_else_is_changed(texts: list[str]) -> None:
    """But for a bare mark's key beside that mark, which a mapping has no room for."""
    assert set(encode(decode(texts))) >= set(texts) - set(MARKS)
    assert set(encode(decode(texts))) <= set(texts)


@pytest.mark.parametrize(
    ("texts", "tags"),
    [
        ([], {}),
        (["a", "b=c", "a"], {"a": "", "b=c": ""}),
        (["qctl:run=r=1"], {TAG_RUN: "r=1"}),
        (["qctl:run=ours", "qctl:run=copied"], {TAG_RUN: "ours", "qctl:run=copied": ""}),
        (["qctl:run"], {"qctl:run": ""}),
        (["qctl:run="], {"qctl:run=": ""}),
        (["qctl:else=x"], {"qctl:else=x": ""}),
    ],
)
def test_texts_as_a_mapping(texts: list[str], tags: dict[str, str]) -> None:
    assert decode(texts) == tags


@pytest.mark.parametrize(
    ("current", "put", "drop", "after"),
    [
        (["theirs", "old"], {"new": ""}, ["old", "never there"], ["new", "theirs"]),
        (["qctl:run=copied", "x"], {TAG_RUN: "ours"}, [], ["qctl:run=ours", "x"]),
        (["qctl:run=ours", "x"], {}, [TAG_RUN], ["x"]),
        (["a=1", "ab=2"], {}, ["a"], ["a=1", "ab=2"]),
        (["twice", "twice"], {TAG_PROJECT: "p"}, [], ["qctl:project=p", "twice"]),
    ],
)
def test_a_change_of_tags(current: list[str], put: dict[str, str], drop: list[str], after: list[str]) -> None:
    assert replaced(current, put, drop) == after
