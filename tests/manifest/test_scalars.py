"""Plain scalars mean what YAML 1.2's core schema says, not what YAML 1.1 said."""

from __future__ import annotations

import pytest

from reconciler.manifest.scalars import RefusedScalar, plain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-6", 1e-6),
        (".5", 0.5),
        ("1.", 1.0),
        ("-0.0", -0.0),
        ("+12", 12),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2024-01-01", "2024-01-01"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("True", True),
        ("tRue", "tRue"),
        ("~", None),
        ("", None),
        ("Null", None),
        ("nULL", "nULL"),
        ("-", "-"),
        ("1e", "1e"),
        ("１", "１"),
    ],
)
def test_core_schema(text: str, value: object) -> None:
    found = plain(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("text", [".inf", "-.Inf", ".NaN", "1e999", "9" * 5000])
def test_numbers_no_field_can_mean(text: str) -> None:
    with pytest.raises(RefusedScalar):
        plain(text)
