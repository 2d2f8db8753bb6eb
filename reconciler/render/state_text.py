"""What qctl remembers, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.state import Record
from reconciler.render.job_table import batch_facts, jobs_table, progress_of
from reconciler.render.measure import fill
from reconciler.render.table import table
from reconciler.render.value import flat, value_text
from reconciler.render.visible import visible

_HEAD = ("ADDRESS", "STATUS", "ATTEMPTS", "SUBMITTED", "ID")
_NONE = "-"


def state_table(records: Mapping[str, Record], *, width: int = 100, colour: bool = False) -> str:
    """A line for each address in the order given: how its latest attempt stands."""
    if not records:
        return "Nothing is on record."
    return table(_HEAD, [_row(text, r) for text, r in records.items()], width=width, colour=colour)


def _row(address: str, record: Record) -> list[str]:
    if not record.attempts:
        return [address, "not submitted", "0", _NONE, _NONE]
    last = record.attempts[-1]
    return [address, standing(last), str(len(record.attempts)), last.submitted or _NONE, last.id or _NONE]


def standing(attempt: Attempt) -> str:
    """The cloud's word for an accepted attempt, ours for all others; of a batch with how many jobs are done."""
    if attempt.doubtful:
        return "unknown"
    if attempt.outcome is Outcome.REFUSED:
        return "refused"
    if attempt.missing:
        return "missing"
    status = " ".join(filter(None, (attempt.status or "submitted", progress_of(attempt))))
    if attempt.adding is not None:
        return f"{status}, {len(attempt.adding.jobs)} unknown"
    return f"{status}, place {attempt.queue} in the queue" if attempt.queue else status


def record_text(address: str, record: Record) -> str:
    """Everything ever attempted at one address, oldest first."""
    care = (
        f"in qctl's care; when no longer declared: {record.removal}" if record.managed else "no longer in qctl's care"
    )
    blocks = [f"{visible(address)}  ({visible(care)})"]
    if not record.attempts:
        return f"{blocks[0]}\n  Nothing was ever submitted."
    return "\n\n".join([*blocks, *(_attempt(a) for a in record.attempts)])


def _attempt(attempt: Attempt) -> str:
    rows = [(visible(name), text) for name, text in _facts(attempt)]
    widest = max(len(name) for name, _ in rows)
    head = f"  attempt {attempt.number} of generation {attempt.generation}: {visible(standing(attempt))}"
    lines = [head, *(f"    {fill(name, widest)} = {text}" for name, text in rows)]
    if attempt.jobs:
        lines += ["    jobs:", *(f"      {line}" for line in jobs_table(attempt.jobs).split("\n"))]
    return "\n".join(lines)


def _facts(attempt: Attempt) -> Iterator[tuple[str, str]]:
    place = attempt.place
    facts = {
        "id": attempt.id,
        "program set": f"run {attempt.member + 1} of this task" if attempt.group else "",
        "paid in": f"environment {attempt.shared}, whose run it is" if attempt.shared else "",
        "place": f"{place.cloud}, account {place.account}, {place.region}",
        "intended": attempt.intended,
        "submitted": attempt.submitted,
        "ended": attempt.ended,
        "output": attempt.output,
        "failure": attempt.failure,
        "digest": attempt.digest,
        "program": attempt.program,
        "token": attempt.token,
    }
    yield from ((name, visible(text)) for name, text in (*facts.items(), *batch_facts(attempt)) if text)
    named = {key: value for key, value in attempt.tags.items() if value}
    plain = sorted(attempt.tags.keys() - named.keys())  # of a set of tags: each is there, and has no value
    members = (("tags", plain),) if plain else ()
    for name, value in (*flat("execution", attempt.execution), *members, *flat("tags", named)):
        if value != {}:
            yield name, value_text(value, 200)
