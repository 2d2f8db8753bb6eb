"""The log of a state, for people. Names of people, hosts and branches are anybody's texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.core.account import Told
from reconciler.core.history import Bounds, Ending, LogEntry
from reconciler.core.money import amount
from reconciler.core.spending import Spent
from reconciler.render.measure import fill
from reconciler.render.table import table
from reconciler.render.visible import visible

_HEAD = ("WHEN", "COMMAND", "WHO", "COMMIT", "OUTCOME", "DONE", "COST")
_NONE = "-"
_SHORT = 12  # characters of a commit
_LONGEST = 60  # of a name in the table
_SAID = {Ending.UNFINISHED: "not finished: it runs, or broke off"}


def history_text(lines: Sequence[Told], width: int = 100, *, colour: bool = False) -> str:
    """A line for each command, newest first."""
    return table(_HEAD, [_row(line) for line in lines], width=width, colour=colour)


def _row(line: Told) -> list[str]:
    entry = line.entry
    commit = entry.origin.commit[:_SHORT] or _NONE
    when = entry.begun[:19].replace("T", " ")
    return [when, entry.operation, _short(_who(entry)), commit, entry.ending, _counts(line.counts), _cost(line)]


def history_details(lines: Sequence[Told]) -> str:
    """Everything of each command, newest first."""
    return "\n\n".join("\n".join(_block(line)) for line in lines)


def _block(line: Told) -> Iterator[str]:
    entry = line.entry
    yield visible(f"{entry.operation} {entry.id}: {_SAID.get(entry.ending, entry.ending)}")
    for name, text in _facts(line):
        if text:
            yield f"  {fill(name, 11)} = {visible(text)}"


def _facts(line: Told) -> Iterator[tuple[str, str]]:
    entry, origin = line.entry, line.entry.origin
    yield "begun", entry.begun
    yield "ended", entry.ended or "unknown"
    yield "who", f"{entry.who} on {entry.host}"
    yield "qctl", entry.version
    yield "commit", origin.commit or "unknown"
    yield "branch", origin.branch
    yield "manifests", origin.manifests
    yield "ci", ", ".join(f"{name} {text}" for name, text in origin.ci.items())
    yield "plan", entry.fingerprint
    yield "done", _counts(line.counts)
    yield "planned", _sums(entry.planned)
    yield "submitted", _sums(line.submitted)
    yield "actual", _spent(line.actual)
    shown = line.addresses[:10]
    more = len(line.addresses) - len(shown)
    yield "addresses", ", ".join(shown) + (f" and {more} more" if more else "")


def _who(entry: LogEntry) -> str:
    ci = entry.origin.ci
    if ci.get("actor"):
        return f"{ci['actor']} ({ci.get('system', 'ci')})"
    return f"{entry.who}@{entry.host}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()) or _NONE


def _cost(line: Told) -> str:
    """What was approved where all of it was done; of others what they sent."""
    done = line.entry.ending is Ending.COMPLETE
    return _sums(line.entry.planned if done else line.submitted) or _NONE


def _sums(bounds: Sequence[Bounds]) -> str:
    return "; ".join(map(_sum, bounds))


def _sum(one: Bounds) -> str:
    unknown = f"{one.unknown} {'price' if one.unknown == 1 else 'prices'} unknown" if one.unknown else ""
    if not one.currency:
        return unknown
    least, most = amount(one.least, one.currency), amount(one.most, one.currency)
    known = least if least == most else f"{least} to {most}"
    return f"{known}, {unknown}" if unknown else known


def _spent(spent: Spent) -> str:
    known = [amount(value, currency) for currency, value in sorted(spent.known.items())]
    return ", ".join([*known, *([f"{spent.unknown} unknown"] if spent.unknown else [])])


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
