"""Histograms as text."""

from __future__ import annotations

import pytest

from reconciler.render.histogram import bar, histogram_text
from reconciler.render.measure import columns
from reconciler.render.paint import OURS
from tests.render.conftest import Expected

GHZ = {"111": 497, "000": 489, "010": 1, "101": 13}


def test_states_in_their_order_with_bars(expected: Expected) -> None:
    assert histogram_text("QuantumTask/ghz  (1000 shots)", GHZ) == expected("histogram.txt")


def test_without_block_characters(expected: Expected) -> None:
    text = histogram_text("QuantumTask/ghz  (1000 shots)", GHZ, width=60, unicode=False)
    assert text == expected("histogram_ascii.txt")
    assert text.isascii()


def test_of_many_states_the_most_frequent(expected: Expected) -> None:
    counts = {f"{i:08b}": i + 1 for i in range(128)}
    assert histogram_text("many", counts, width=60) == expected("histogram_many.txt")


@pytest.mark.parametrize(
    ("states", "remark"), [(16, ""), (17, "… 1 more state, 1 count"), (18, "… 2 more states, 3 counts")]
)
def test_sixteen_states_are_shown(states: int, remark: str) -> None:
    text = histogram_text("t", {f"{i:05b}": i + 1 for i in range(states)})
    assert len(text.split("\n")) == 2 + 16 + bool(remark)
    assert text.endswith(remark)


def test_equally_frequent_states_are_in_their_order() -> None:
    text = histogram_text("t", {f"{i:05b}": 7 for i in reversed(range(20))})
    assert [line.split()[0] for line in text.split("\n")[2:-1]] == [f"{i:05b}" for i in range(16)]


@pytest.mark.parametrize("width", [40, 60, 100])
def test_it_fits_its_width(width: int) -> None:
    text = histogram_text("t", {"0" * 200 + str(i): 10**i for i in range(6)}, width=width)
    assert max(map(columns, text.split("\n"))) <= width


def test_colour_changes_no_letter() -> None:
    coloured = histogram_text("t", GHZ, colour=True)
    assert "\x1b[36m█" in coloured
    assert OURS.sub("", coloured) == histogram_text("t", GHZ)


@pytest.mark.parametrize(
    ("share", "drawn"),
    [(0.0, ""), (0.001, "▏"), (0.125, "█"), (0.5, "████"), (0.51, "████▏"), (0.99, "███████▉"), (1.0, "████████")],
)
def test_bars_are_exact_to_an_eighth(share: float, drawn: str) -> None:
    assert bar(share, 8, unicode=True) == drawn


def test_states_from_outside_are_harmless() -> None:
    text = histogram_text("t\x1b[2J", {"0\x1b[2J\n": 1})
    assert text.replace("\n", "").isprintable()
    assert len(text.split("\n")) == 3


def test_nothing_measured() -> None:
    assert histogram_text("t", {}) == "t\n  STATE  COUNT    PROB"
