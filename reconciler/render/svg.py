"""Histograms as a picture: a standalone SVG without scripts, links or fonts of others."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from reconciler.render.histogram import choose
from reconciler.render.measure import columns, cut_middle
from reconciler.render.visible import visible

SHOWN = 32
_WIDTH, _PLOT = 760, 220  # pixels: the picture's width, the height of one plot
_LEFT, _RIGHT, _ABOVE = 64, 24, 64
_TOP, _BOTTOM = 56, 16  # the picture's title, the space at its end
_LETTER = 7.0  # width of a letter of a label
_SLOPE = math.sqrt(0.5)  # labels are turned by 45 degrees
_LONGEST_LABEL = 24
_STYLE = """
  text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; fill: #1f2933; }
  .title { font-size: 20px; font-weight: 600; }
  .name { font-size: 14px; font-weight: 600; }
  .note, .tick, .value { font-size: 11px; fill: #52606d; }
  .state { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 11px; }
  .grid { stroke: #e4e7eb; stroke-width: 1; }
  .axis { stroke: #9aa5b1; stroke-width: 1; }
  .bar { fill: #3e6fd8; }
  .simulated { stroke: #b44d12; stroke-width: 3; }
  .value { paint-order: stroke; stroke: #ffffff; stroke-width: 3px; }
"""


@dataclass(frozen=True, slots=True)
class Panel:
    """One histogram: its name, and how often each state was measured.

    `simulated` is drawn as a line at each bar, scaled to as many counts.
    """

    name: str
    counts: Mapping[str, int]
    simulated: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Plot:
    """A panel with its measures. `labels` fit below the bars; `below` is the height that they need."""

    name: str
    note: str
    states: tuple[tuple[str, int], ...]
    total: int
    labels: tuple[str, ...]
    turned: bool
    below: int
    simulated: Mapping[str, float]  # counts of as many shots, by state

    @property
    def height(self) -> int:
        return _ABOVE + _PLOT + self.below


def histogram_svg(panels: Sequence[Panel], *, title: str = "", ident: str = "") -> str:
    """The picture, one panel below the other. Each shows up to 32 states, the most frequent ones of more.

    `ident` tells several pictures in one page apart.
    """
    plots = [_plot(p) for p in panels]
    height = _TOP + sum(p.height for p in plots) + _BOTTOM
    name, told = visible(title) or "Measured states", "; ".join(_told(p) for p in plots) or "Nothing was measured."
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}"'
        f' role="img" aria-labelledby="{ident}title {ident}desc">',
        f'<title id="{ident}title">{escape(name)}</title>',
        f'<desc id="{ident}desc">{escape(told)}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text class="title" x="{_LEFT}" y="36">{escape(cut_middle(name, 60))}</text>',
    ]
    top = _TOP
    for plot in plots:
        lines += [f'<g transform="translate(0 {top})">', *_drawn(plot), "</g>"]
        top += plot.height
    return "\n".join([*lines, "</svg>", ""])


def _plot(panel: Panel) -> _Plot:
    total, trials = sum(panel.counts.values()), sum(panel.simulated.values())
    # What was simulated and never measured has a place too, without a bar.
    chosen = choose({**dict.fromkeys(panel.simulated, 0), **panel.counts}, SHOWN)
    states = tuple((visible(s), n) for s, n in chosen.states)
    slot = _slot(len(states))
    longest = max((columns(s) for s, _ in states), default=1)
    turned = longest * _LETTER > slot - 6
    # A turned label reaches to the left of its bar, and the first one must not leave the picture.
    room = int((_LEFT + slot / 2) / (_LETTER * _SLOPE)) if turned else longest
    labels = tuple(cut_middle(s, min(room, _LONGEST_LABEL)) for s, _ in states)
    below = math.ceil(max(map(columns, labels), default=1) * _LETTER * _SLOPE) + 34 if turned else 40
    note = f"{_many(total, 'count')}, {_many(len(panel.counts), 'state')}"
    note += f"; {chosen.remark}" if chosen.more else ""
    note += "; bars are measured, lines are simulated" if trials else ""
    simulated = {visible(s): n * total / trials for s, n in panel.simulated.items()}
    return _Plot(visible(panel.name), note, states, total, labels, turned, below, simulated)


def _told(plot: _Plot) -> str:
    states = ", ".join(f"{s}: {n}{_beside(plot, s)}" for s, n in plot.states)
    return f"{plot.name}: {plot.note}. {states}"


def _beside(plot: _Plot, state: str) -> str:
    return f" (simulated {plot.simulated.get(state, 0):.0f})" if plot.simulated else ""


def _slot(states: int) -> float:
    """The width that one state has."""
    return (_WIDTH - _LEFT - _RIGHT) / max(states, 1)


def _drawn(plot: _Plot) -> Iterator[str]:
    yield f'<text class="name" x="{_LEFT}" y="20">{escape(cut_middle(plot.name, 84))}</text>'
    yield f'<text class="note" x="{_LEFT}" y="38">{escape(plot.note)}</text>'
    shown = [max(n, math.ceil(plot.simulated.get(s, 0))) for s, n in plot.states]
    ticks = nice_ticks(max(shown, default=0))
    base = _ABOVE + _PLOT
    for tick in ticks:
        y = base - _PLOT * tick / ticks[-1]
        yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="tick" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick}</text>'
    for place, (state, count) in enumerate(plot.states):
        line = _line(plot, place, _PLOT * plot.simulated.get(state, 0) / ticks[-1]) if plot.simulated else ""
        yield from _bar(plot, place, state, count, _PLOT * count / ticks[-1], line)
    yield f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{base}" y2="{base}"/>'


def _bar(plot: _Plot, place: int, state: str, count: int, height: float, line: str) -> Iterator[str]:
    slot, base = _slot(len(plot.states)), _ABOVE + _PLOT
    wide = _width(slot)
    middle = _LEFT + slot * (place + 0.5)
    share = f"{count / plot.total:.2%}" if plot.total else "0%"
    told = f"{state}: {count} ({share}){_beside(plot, state)}"
    yield f'<g role="img" aria-label={quoteattr(told)}>'
    yield f"<title>{escape(told)}</title>"
    corner = min(2.0, height / 2)
    yield (
        f'<rect class="bar" x="{middle - wide / 2:.1f}" y="{base - height:.1f}" width="{wide:.1f}"'
        f' height="{height:.1f}" rx="{corner:.1f}"/>'
    )
    if line:
        yield line  # below the number, which it may cross
    if len(str(count)) * 6.5 + 6 <= slot:
        yield f'<text class="value" x="{middle:.1f}" y="{base - height - 5:.1f}" text-anchor="middle">{count}</text>'
    yield _label(plot.turned, middle, base, plot.labels[place])
    yield "</g>"


def _line(plot: _Plot, place: int, height: float) -> str:
    slot = _slot(len(plot.states))
    middle, half, y = _LEFT + slot * (place + 0.5), _width(slot) * 0.62, _ABOVE + _PLOT - height
    return f'<line class="simulated" x1="{middle - half:.1f}" x2="{middle + half:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _width(slot: float) -> float:
    """Of a bar."""
    return min(slot * 0.72, 56.0)


def _many(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def _label(turned: bool, middle: float, base: int, state: str) -> str:
    if not turned:
        return f'<text class="state" x="{middle:.1f}" y="{base + 18}" text-anchor="middle">{escape(state)}</text>'
    x, y = middle + 4, base + 14
    turn = f"rotate(-45 {x:.1f} {y})"
    return f'<text class="state" x="{x:.1f}" y="{y}" text-anchor="end" transform="{turn}">{escape(state)}</text>'


def nice_ticks(most: int) -> list[int]:
    """Whole numbers from 0 to at least `most`, in four to six even steps of 1, 2 or 5 times a power of ten."""
    rough = max(most, 1) / 5
    power = 10 ** math.floor(math.log10(rough)) if rough >= 1 else 1
    step = next(s * power for s in (1, 2, 5, 10) if s * power >= rough)
    return [step * i for i in range(math.ceil(max(most, 1) / step) + 1)]
