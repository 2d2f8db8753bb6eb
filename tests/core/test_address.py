"""Addresses: text and back, and one text for one meaning."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.address import Address, InvalidAddress, Scalar, key_text, parse_address
from tests.core.strategies import addresses, scalars


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (1.0, "1.0"),
        (1e-6, "1e-06"),
        (True, "true"),
        ("true", '"true"'),
        ("null", '"null"'),
        ("plain-1.x", "plain-1.x"),
        ("1", '"1"'),
        ("", '""'),
        ('say "x"]', '"say \\"x\\"]"'),
        ("a,b=c", '"a,b=c"'),
        ("naïve", '"naïve"'),
        (math.inf, "inf"),
        ("inf", '"inf"'),
        ("nan", '"nan"'),
    ],
)
def test_a_key_value_as_text(value: Scalar, text: str) -> None:
    assert key_text(value) == text


@given(addresses())
def test_every_address_comes_back(address: Address) -> None:
    assert parse_address(str(address)) == address


@given(scalars, scalars)
def test_two_values_never_share_a_text(one: Scalar, other: Scalar) -> None:
    same = type(one) is type(other) and (one == other or repr(one) == repr(other))
    if repr(one) != repr(other):
        assert key_text(one) != key_text(other)
    elif same:
        assert key_text(one) == key_text(other)


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = parse_address(text)
    except InvalidAddress:
        return
    assert parse_address(str(address)) == address


def test_keys_are_sorted_by_name() -> None:
    assert str(parse_address("QuantumTask/ghz[b=2,a=1]")) == "QuantumTask/ghz[a=1,b=2]"


def test_the_base_of_a_point_is_its_sweep() -> None:
    assert parse_address("QuantumTask/ghz[a=1]").base == Address("QuantumTask", "ghz")
    assert Address("QuantumTask", "ghz").base == Address("QuantumTask", "ghz")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ghz",
        "quantumTask/ghz",
        "QuantumTask/",
        "QuantumTask/Ghz",
        "QuantumTask/ghz-",
        "QuantumTask/" + "g" * 64,
        "QuantumTask/ghz[",
        "QuantumTask/ghz[]",
        "QuantumTask/ghz[a]",
        "QuantumTask/ghz[a=]",
        "QuantumTask/ghz[a=1,]",
        "QuantumTask/ghz[a=1",
        "QuantumTask/ghz[a=1]x",
        'QuantumTask/ghz[a="x]',
        "QuantumTask/ghz\n",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidAddress, match="is no address"):
        parse_address(text)
