"""Marks: what a tag can hold, read back; anything foreign is nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.address import Address, key_text
from reconciler.core.mark import RunMark, address_mark, read_address_mark, read_run_mark
from tests.core.strategies import addresses

TOKEN = "0123456789abcdef" * 4
_ALLOWED = re.compile(r"[A-Za-z0-9 +\-=._:/@]{1,256}")  # what AWS promises for tag values


@given(addresses())
def test_an_address_fits_a_tag_and_comes_back(address: Address) -> None:
    mark = address_mark(address)
    assert _ALLOWED.fullmatch(mark)
    assert read_address_mark(mark) == (address if "@@" not in mark else None)


def test_an_address_as_a_tag_stays_readable() -> None:
    point = Address("QuantumTask", "ghz", (("theta", "0.5"), ("who", '"né"')))
    assert address_mark(point) == "QuantumTask/ghz@5Btheta=0.5@2Cwho=@22n@C3@A9@22@5D"


@pytest.mark.parametrize(("length", "shortened"), [(227, False), (228, True)])
def test_the_longest_address_that_is_kept_whole(length: int, shortened: bool) -> None:
    # 256 = 15 for "QuantumTask/ghz", 6 for the escaped brackets, 2 for "k=" and 6 for the escaped quotes.
    value = key_text("1" + "x" * (length - 1))
    mark = address_mark(Address("QuantumTask", "ghz", (("k", value),)))
    assert ("@@" in mark) is shortened
    assert len(mark) <= 256
    assert (read_address_mark(mark) is None) is shortened


def test_shortened_marks_differ() -> None:
    marks = {address_mark(Address("QuantumTask", "ghz", (("k", key_text("x" * 300 + end)),))) for end in "ab"}
    assert len(marks) == 2
    assert all(mark.startswith("QuantumTask/ghz@@") for mark in marks)


def test_a_run_mark_comes_back() -> None:
    mark = RunMark("dev", 2, 3, TOKEN)
    assert str(mark) == f"dev/2/3/{TOKEN}"
    assert read_run_mark(str(mark)) == mark
    assert len(str(mark)) <= 256


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dev/1/1",
        f"dev/1/1/{TOKEN}/more",
        f"dev/one/1/{TOKEN}",
        f"dev/1/-1/{TOKEN}",
        f"dev/1/1/{TOKEN[:-1]}",
        f"dev/1/1/{'z' * 64}",
        f"dev/1/1/{TOKEN.upper()}",
    ],
)
def test_a_foreign_run_mark_is_nothing(text: str) -> None:
    assert read_run_mark(text) is None


@given(st.text(max_size=60))
def test_no_foreign_text_is_an_error(text: str) -> None:
    read_run_mark(text)
    address = read_address_mark(text)
    assert address is None or isinstance(address, Address)


def test_escaped_bytes_that_are_no_text_are_nothing() -> None:
    assert read_address_mark("QuantumTask/ghz@5Ba=@FF@5D") is None
