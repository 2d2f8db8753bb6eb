"""Histograms as a picture: well-formed, harmless, readable without seeing it."""

from __future__ import annotations

from xml.etree import ElementTree as Tree

import pytest

from reconciler.render.svg import Panel, histogram_svg, nice_ticks

NAMESPACE = "{http://www.w3.org/2000/svg}"
GHZ = Panel("QuantumTask/ghz[theta=0.5]", {"000": 489, "010": 8, "101": 6, "111": 497})


def _read(text: str) -> Tree.Element:
    return Tree.fromstring(text)  # noqa: S314 - our own text, written a line above


def _bars(picture: Tree.Element) -> list[Tree.Element]:
    return [e for e in picture.iter(f"{NAMESPACE}rect") if e.get("class") == "bar"]


def test_the_heights_of_bars_are_in_proportion() -> None:
    heights = [float(bar.get("height", 0)) for bar in _bars(_read(histogram_svg([GHZ])))]
    assert heights == pytest.approx([220 * n / 500 for n in (489, 8, 6, 497)], abs=0.06)


def test_it_can_be_read_without_seeing_it() -> None:
    picture = _read(histogram_svg([GHZ], title="ghz-study"))
    assert picture.get("role") == "img"
    assert picture.findtext(f"{NAMESPACE}title") == "ghz-study"
    described = picture.findtext(f"{NAMESPACE}desc")
    assert described == "QuantumTask/ghz[theta=0.5]: 1000 counts, 4 states. 000: 489, 010: 8, 101: 6, 111: 497"
    assert "000: 489 (48.90%)" in [e.text for e in picture.iter(f"{NAMESPACE}title")]


def test_a_panel_for_each_address() -> None:
    one, two = (_read(histogram_svg([GHZ] * n)) for n in (1, 2))
    assert len(_bars(two)) == 2 * len(_bars(one))
    assert int(two.get("height", 0)) > int(one.get("height", 0)) + 220


def test_no_text_from_outside_means_anything() -> None:
    attack = "</text><script>alert(1)</script>\"'&\x1b\ufffe"
    text = histogram_svg([Panel(attack, {attack: 1})], title=attack)
    picture = _read(text)
    tags = {e.tag.removeprefix(NAMESPACE) for e in picture.iter()}
    assert tags <= {"svg", "title", "desc", "style", "rect", "text", "g", "line"}
    assert not any(name.startswith("on") or "href" in name for e in picture.iter() for name in e.attrib)
    assert picture.findtext(f"{NAMESPACE}title") == "</text><script>alert(1)</script>\"'&\\x1b\\ufffe"


@pytest.mark.parametrize("states", [1, 5, 32, 100])
@pytest.mark.parametrize("letters", [1, 5, 12, 60])
def test_labels_stay_in_the_picture(states: int, letters: int) -> None:
    panel = Panel("p", {f"{i:0{letters}d}"[-letters:].rjust(letters, "0") + "x" * 3: i + 1 for i in range(states)})
    picture = _read(histogram_svg([panel]))
    labels = [e for e in picture.iter(f"{NAMESPACE}text") if e.get("class") == "state"]
    for label in labels:
        reach = len(label.text or "") * 7 * (0.7071 if label.get("transform") else 0.5)
        assert float(label.get("x", 0)) - reach >= 0
        below = float(label.get("y", 0)) + (reach if label.get("transform") else 0)
        assert below <= int(picture.get("height", 0)) - 56 - 16  # the title above, the space at the end


def test_of_many_states_the_most_frequent_and_a_remark() -> None:
    picture = _read(histogram_svg([Panel("p", {f"{i:08b}": i + 1 for i in range(100)})]))
    assert len(_bars(picture)) == 32
    assert "5050 counts, 100 states; … 68 more states, 2346 counts" in [e.text for e in picture.iter()]


def test_an_empty_picture() -> None:
    assert _read(histogram_svg([])).findtext(f"{NAMESPACE}desc") == "Nothing was measured."
    assert _bars(_read(histogram_svg([Panel("p", {})]))) == []


@pytest.mark.parametrize(
    ("most", "ticks"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (4, [0, 1, 2, 3, 4]),
        (7, [0, 2, 4, 6, 8]),
        (497, [0, 100, 200, 300, 400, 500]),
        (501, [0, 200, 400, 600]),
        (10_000_000, [0, 2_000_000, 4_000_000, 6_000_000, 8_000_000, 10_000_000]),
    ],
)
def test_ticks_are_round_whole_numbers(most: int, ticks: list[int]) -> None:
    assert nice_ticks(most) == ticks


def test_one_of_a_kind_is_not_called_many() -> None:
    drawn = histogram_svg([Panel("bell", {"11": 1})])
    assert "1 count, 1 state<" in drawn
