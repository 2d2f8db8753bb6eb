"""The rules of AWS for names, each with what it takes and what it refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.core.aws_names import (
    MAX_OWN_TAGS,
    check_bucket,
    check_prefix,
    check_tag_count,
    check_tag_key,
    check_tag_value,
    tag_texts,
)


@pytest.mark.parametrize(
    ("check", "good"),
    [
        (check_tag_key, "team/lab-3"),
        (check_tag_key, "k" * 128),
        (check_tag_value, ""),
        (check_tag_value, "ä" * 256),
        (check_tag_value, "${{ QuantumTask/bell.arn }}"),
        (check_bucket, "abc"),
        (check_bucket, "my.results-2026"),
        (check_bucket, "${{ var.bucket }}"),
        (check_prefix, "ghz/run"),
    ],
)
def test_taken(check: Callable[[str], str], good: str) -> None:
    assert check(good) == good


@pytest.mark.parametrize(
    ("check", "bad", "why"),
    [
        (check_tag_key, "", "1 to 128"),
        (check_tag_key, "k" * 129, "1 to 128"),
        (check_tag_key, "AWS:team", "belong to AWS"),
        (check_tag_key, "qctl:run", "with qctl: to qctl"),
        (check_tag_key, "a[b]", "hold letters"),
        (check_tag_value, "v" * 257, "at most 256"),
        (check_tag_value, "<b>", "hold letters"),
        (check_bucket, "ab", "3 to 63"),
        (check_bucket, "Results", "small letters"),
        (check_bucket, "10.0.0.1", "no IP address"),
        (check_bucket, "a..b", "3 to 63"),
        (check_prefix, "/runs", "no slash"),
        (check_prefix, "runs/", "no slash"),
        (check_prefix, "a//b", "empty part"),
    ],
)
def test_refused(check: Callable[[str], str], bad: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        check(bad)


def test_tags_must_leave_room_for_ours() -> None:
    full = {f"k{n}": "" for n in range(MAX_OWN_TAGS)}
    assert check_tag_count(full) == full
    with pytest.raises(ValueError, match="at most 45"):
        check_tag_count({**full, "one-more": ""})


def test_numbers_and_booleans_become_text() -> None:
    assert tag_texts({"n": 1, "x": 0.5, "b": True, "s": "t"}) == {"n": "1", "x": "0.5", "b": "true", "s": "t"}
    assert tag_texts(["no mapping"]) == ["no mapping"], "the model says what is wrong with it"
