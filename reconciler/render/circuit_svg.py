"""A circuit as a picture: a standalone SVG without scripts, links or fonts of others, in the colours of its page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from reconciler.core.digest import sha256
from reconciler.core.qasm.syntax import Pragma, Program
from reconciler.render.circuit_layout import Frame, Item, Layout, layout_of
from reconciler.render.measure import columns, cut_middle
from reconciler.render.visible import visible

_PITCH, _TOP = 48, 40  # pixels between wires, above the first
_LETTER, _SMALL = 7.6, 5.6  # widths of letters
_HALF = 15  # of a box
_GAP = 12
_LONGEST_MARK, _LONGEST_VALUES, _LONGEST_LABEL = 14, 16, 28
# Names of its own, for a page may hold many such pictures. A page may set --qc-ink, --qc-paper and --qc-frame.
_STYLE = """
.qc { color: var(--qc-ink, #1f2933); --qc-fill: var(--qc-paper, #ffffff); --qc-soft: var(--qc-frame, #3e6fd8); }
@media (prefers-color-scheme: dark) {
  .qc { color: var(--qc-ink, #e4e7eb); --qc-fill: var(--qc-paper, #17202a); --qc-soft: var(--qc-frame, #7fa6ff); }
}
.qc text { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 12px;
  fill: currentColor; }
.qc .qc-small { font-size: 9px; }
.qc .qc-note { font-family: system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif;
  font-size: 11px; opacity: .8; }
.qc .qc-wire, .qc .qc-line { stroke: currentColor; stroke-width: 1; fill: none; }
.qc .qc-wire { opacity: .45; }
.qc .qc-box { stroke: currentColor; stroke-width: 1; fill: var(--qc-fill); }
.qc .qc-dot { fill: currentColor; stroke: currentColor; }
.qc .qc-open { fill: var(--qc-fill); stroke: currentColor; }
.qc .qc-barrier { stroke: currentColor; stroke-width: 1.5; stroke-dasharray: 4 3; opacity: .7; }
.qc .qc-frame { stroke: var(--qc-soft); stroke-width: 1.2; stroke-dasharray: 6 3; fill: var(--qc-soft);
  fill-opacity: .06; }
.qc .qc-label { fill: var(--qc-soft); font-size: 10px; }
"""


def circuit_svg(program: Program, *, title: str = "") -> str:
    """The picture of a program, folded if it is large. Whatever the text holds, the picture is sound."""
    layout = layout_of(program)
    xs, right = _columns(layout)
    notes = _notes(program, layout)
    height = _TOP + max(1, len(layout.wires)) * _PITCH - _PITCH // 2 + 16 * len(notes) + 14
    width = max(right + 16, 220.0, *(16 + columns(note) * 6.2 for note in notes), 0.0)
    name = visible(title) or "Circuit"
    key = f"qc-{sha256(name + program.text)[:12]}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qc" width="{width:.0f}" height="{height}"'
        f' viewBox="0 0 {width:.0f} {height}" role="img" aria-labelledby="{key}-t {key}-d">',
        f'<title id="{key}-t">{escape(name)}</title>',
        f'<desc id="{key}-d">{escape(_told(layout, notes))}</desc>',
        f"<style>{_STYLE}</style>",
        *_wires(layout, right),
        *(line for frame in layout.frames for line in _frame(frame, xs)),
        *(line for item in layout.items for line in _item(item, xs)),
    ]
    y = _TOP + max(1, len(layout.wires)) * _PITCH - _PITCH // 2 + 16
    for number, note in enumerate(notes):
        lines.append(f'<text class="qc-note" x="8" y="{y + 16 * number}">{escape(note)}</text>')
    return "\n".join([*lines, "</svg>", ""])


def _columns(layout: Layout) -> tuple[list[tuple[float, float]], float]:
    """Of each column its left edge and its width; and where the wires end."""
    widths = [2.0 * _HALF] * layout.columns
    for item in layout.items:
        widths[item.column] = max(widths[item.column], _width(item))
    for frame in layout.frames:
        widths[frame.first] = max(widths[frame.first], columns(_label(frame)) * 6.2 + 8)
    x = 16 + max((columns(_wire(name)) for name in layout.wires), default=1) * _LETTER + 8
    found: list[tuple[float, float]] = []
    for wide in widths:
        found.append((x, wide))
        x += wide + _GAP
    return found, x + 8


def _width(item: Item) -> float:
    if item.look == "measure":
        return max(2.0 * _HALF, columns(_values(item)) * _SMALL + 4)
    if item.look != "gate" or item.mark in ("plus", "cross", ""):
        return 2.0 * _HALF
    return max(2.0 * _HALF, columns(_mark(item)) * _LETTER + 10, columns(_values(item)) * _SMALL + 8)


def _mark(item: Item) -> str:
    return cut_middle(visible(item.mark), _LONGEST_MARK)


def _values(item: Item) -> str:
    return cut_middle(visible(item.values.replace("pi", "π")), _LONGEST_VALUES)


def _label(frame: Frame) -> str:
    return cut_middle(visible(" ".join(frame.label.split())), _LONGEST_LABEL)


def _wire(name: str) -> str:
    return cut_middle(visible(name), 16)


def _y(row: int) -> int:
    return _TOP + row * _PITCH


def _wires(layout: Layout, right: float) -> Iterator[str]:
    left = 16 + max((columns(_wire(name)) for name in layout.wires), default=1) * _LETTER
    for row, name in enumerate(layout.wires):
        yield f'<text x="{left - 6:.1f}" y="{_y(row) + 4}" text-anchor="end">{escape(_wire(name))}</text>'
        yield f'<line class="qc-wire" x1="{left:.1f}" x2="{right:.1f}" y1="{_y(row)}" y2="{_y(row)}"/>'
    if layout.more:
        yield f'<text class="qc-small" x="{right:.1f}" y="{_TOP - 26}" text-anchor="end">… {layout.more:,} more</text>'


def _frame(frame: Frame, xs: Sequence[tuple[float, float]]) -> Iterator[str]:
    inset = min(frame.depth, 4) * 2
    left, top = xs[frame.first][0] - 4, _y(frame.top) - 25 + inset
    last = xs[max(frame.last, frame.first)]
    wide, high = last[0] + last[1] + 4 - left, _y(frame.bottom) + 23 - inset - top
    yield f"<g><title>{escape(visible(frame.label))}</title>"
    yield (
        f'<rect class="qc-frame" x="{left:.1f}" y="{top}" width="{wide:.1f}" height="{high}" rx="4"/>'
        f'<text class="qc-label" x="{left + 4:.1f}" y="{top + 12}">{escape(_label(frame))}</text></g>'
    )


def _item(item: Item, xs: Sequence[tuple[float, float]]) -> Iterator[str]:
    left, wide = xs[item.column]
    x = left + wide / 2
    top, bottom = item.span
    yield f"<g><title>{escape(visible(item.text))}</title>"
    if item.look == "barrier":
        yield f'<line class="qc-barrier" x1="{x:.1f}" x2="{x:.1f}" y1="{_y(top) - 20}" y2="{_y(bottom) + 20}"/>'
    elif top != bottom:
        yield f'<line class="qc-line" x1="{x:.1f}" x2="{x:.1f}" y1="{_y(top)}" y2="{_y(bottom)}"/>'
    for row in item.controls:
        yield f'<circle class="qc-dot" cx="{x:.1f}" cy="{_y(row)}" r="4"/>'
    for row in item.open:
        yield f'<circle class="qc-open" cx="{x:.1f}" cy="{_y(row)}" r="4"/>'
    for row in item.rows if item.look != "barrier" else ():
        yield from _element(item, x, _y(row), _width(item))
    yield "</g>"


def _element(item: Item, x: float, y: int, wide: float) -> Iterator[str]:
    """What stands on one row."""
    if item.look == "measure":
        yield _box(x, y, 2.0 * _HALF)
        yield _line(f"M {x - 9:.1f} {y + 5} A 9 9 0 0 1 {x + 9:.1f} {y + 5} M {x:.1f} {y + 5} L {x + 7:.1f} {y - 7}")
        if item.values:
            yield _small(x, y + _HALF + 8, _values(item))
    elif item.look == "reset":
        yield _box(x, y, 2.0 * _HALF)
        yield f'<text x="{x:.1f}" y="{y + 4}" text-anchor="middle">|0⟩</text>'
    elif item.mark == "plus":
        yield f'<circle class="qc-open" cx="{x:.1f}" cy="{y}" r="9"/>'
        yield _line(f"M {x - 9:.1f} {y} H {x + 9:.1f} M {x:.1f} {y - 9} V {y + 9}")
    elif item.mark == "cross":
        left, right = x - 6, x + 6
        yield _line(f"M {left:.1f} {y - 6} L {right:.1f} {y + 6} M {left:.1f} {y + 6} L {right:.1f} {y - 6}")
    else:
        yield _box(x, y, wide)
        lift = 0 if item.values else 4
        yield f'<text x="{x:.1f}" y="{y + lift}" text-anchor="middle">{escape(_mark(item))}</text>'
        if item.values:
            yield _small(x, y + 10, _values(item))


def _line(path: str) -> str:
    return f'<path class="qc-line" d="{path}"/>'


def _box(x: float, y: int, wide: float) -> str:
    return (
        f'<rect class="qc-box" x="{x - wide / 2:.1f}" y="{y - _HALF}" width="{wide:.1f}" height="{2 * _HALF}" rx="3"/>'
    )


def _small(x: float, y: int, text: str) -> str:
    return f'<text class="qc-small" x="{x:.1f}" y="{y}" text-anchor="middle">{escape(text)}</text>'


def _notes(program: Program, layout: Layout) -> list[str]:
    """What has no place on the wires."""
    found: list[str] = []
    if layout.hidden:
        found.append(f"… {layout.hidden:,} more qubits are not drawn.")
    if layout.more:
        found.append(f"… {layout.more:,} more operations are not drawn.")
    results = [part.text for part in program.statements if isinstance(part, Pragma) and " result " in f" {part.text} "]
    if results:
        texts = ", ".join(text.partition("result")[2].strip() for text in results)
        found.append(cut_middle(visible(f"Results: {texts}"), 90))
    if program.broken is not None:
        found.append(cut_middle(visible(f"The program breaks off here: {program.broken.reason}"), 90))
    return found


def _told(layout: Layout, notes: Sequence[str]) -> str:
    """The circuit in words, for those who don't see it; of a long one the beginning."""
    said = [visible(" ".join(item.text.split())) for item in layout.items[:100]]
    rest = len(layout.items) - len(said)
    wires = f"{len(layout.wires)} qubits: {', '.join(map(_wire, layout.wires))}."
    steps = " ".join(dict.fromkeys(said)) or "Nothing is done with them."
    return " ".join([wires, steps, *([f"And {rest} more."] if rest > 0 else []), *notes])
