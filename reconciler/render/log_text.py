"""What jobs said, for people. Their lines are strangers' text: nothing in them reaches a terminal as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from reconciler.render.table import table
from reconciler.render.visible import visible

Said = tuple[str, str, str]  # time, which instance or event, text
_METRICS = re.compile(r"Metrics - (.*)", re.DOTALL)
_PAIR = re.compile(r"\s*([^=;]+?)\s*=\s*([^;]*?)\s*(?:;|$)")
_MOST_COLUMNS = 12


def log_text(title: str, events: Iterable[Said], lines: Iterable[Said], *, cut: bool) -> str:
    """Events and lines by their times; the instance is named where there are several."""
    said = list(lines)
    several = len({stream for _, stream, _ in said}) > 1
    timed = [(at, f"[{kind}] {text}".rstrip()) for at, kind, text in events]
    timed += [(at, f"{stream}: {text}" if several else text) for at, stream, text in said]
    told = [f"{visible(at)}  {visible(text)}" for at, text in sorted(timed, key=lambda pair: pair[0])]
    if cut:
        told.append("There are more lines; the last ones are not shown.")
    return "\n".join([visible(title), *(f"  {line}" for line in told or ["Nothing was said yet."])])


def metrics_of(texts: Iterable[str]) -> Iterator[dict[str, str]]:
    """The metrics of each line that Braket's `log_metric` printed: `Metrics - loss=0.5; iteration_number=3;`."""
    for text in texts:
        found = _METRICS.search(text)
        pairs = dict(_PAIR.findall(found[1])) if found else {}
        if pairs:
            yield pairs


def metrics_text(title: str, metrics: Sequence[dict[str, str]], *, width: int = 100, colour: bool = False) -> str:
    """A table with a row for each line and a column for each name, in the order in which they came up."""
    names = list(dict.fromkeys(name for row in metrics for name in row))[:_MOST_COLUMNS]
    if not names:
        return f"{visible(title)}\n  No metrics were logged."
    rows = [[visible(row.get(name, "-")) for name in names] for row in metrics]
    return f"{visible(title)}\n{table(list(map(visible, names)), rows, width=width, colour=colour)}"
