"""What came of a plan, in counts, and what to do about what did not end well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from reconciler.cli.event_stream import EventStream
from reconciler.cli.terminal import output
from reconciler.core.address import Address
from reconciler.core.event import Verb
from reconciler.core.state import Record
from reconciler.workflow.applied import Applied
from reconciler.workflow.plan import Planned
from reconciler.workflow.session import Session

_ALWAYS = ("added", "changed", "destroyed")


def summary(verb: str, session: Session, planned: Planned, applied: Applied, stream: EventStream) -> None:
    """The counts on standard output, then each refusal, doubt and skip with its reason."""
    plan = planned.plan
    counts = applied.counts(plan)
    jobs = {
        "added": _jobs(planned, Verb.CREATE, applied.submitted) + _jobs(planned, Verb.ADD, applied.added),
        "cancelled": _jobs(planned, Verb.CANCEL_JOBS, applied.withdrawn),
    }
    closed = len(applied.closed)
    out = output()
    more = {"jobs_added": jobs["added"], "jobs_cancelled": jobs["cancelled"], "closed": closed}
    stream.emit("applied", {**counts, **more})
    if stream.as_json or plan.empty:
        return
    runs = ", ".join(f"{n} {word}" for word, n in counts.items() if n or word in _ALWAYS)
    parts = [f"Runs: {runs}"]
    if any(jobs.values()):
        parts.append(f"jobs: {', '.join(f'{n} {word}' for word, n in jobs.items() if n)}")
    if closed:
        parts.append(f"batches: {closed} closed")
    done = not (applied.refused or applied.unknown or applied.skipped)
    out.line(f"\n{verb.capitalize()} {'complete' if done else 'incomplete'}! {'; '.join(parts)}.")
    for text in _problems(session, applied):
        out.error(text)


def _jobs(planned: Planned, verb: Verb, accepted: Sequence[Address]) -> int:
    """The jobs of the calls that were accepted: the first ones of an address, for the first failure ends its calls."""
    count = 0
    for change in planned.plan.changes:
        calls = (op for op in change.operations if op.verb is verb)
        count += sum(len(op.jobs) for op in islice(calls, accepted.count(change.address)))
    return count


def _problems(session: Session, applied: Applied) -> Iterator[str]:
    for address, why in sorted(applied.refused.items()):
        yield f"error: {address} was refused: {why}"
    for address, why in sorted(applied.unknown.items()):
        yield f"error: the outcome of {address} is unknown: {why}\n{_way_out(session, address, applied)}"
    for address, why in sorted(applied.skipped.items()):
        yield f"note: {address} was skipped: {why}"


def _way_out(session: Session, address: Address, applied: Applied) -> str:
    adopt, absent = (f"qctl state resolve '{address}' {how}" for how in ("--adopt ID", "--absent"))
    if session.kinds[address.kind].repeats:
        return (
            "  Run the same command again: it looks for the run first and can't pay twice. If you know better:\n"
            f"  {adopt}    or    {absent}"
        )
    seconds = int(session.cloud(address.kind).window.total_seconds())
    told = (
        "  Nothing is sent again while it is in doubt. Run the same command again: it looks for what may have been\n"
        f"  made, and takes it for absent if that can be searched for and does not show up within {seconds} s of the "
        "call.\n  If you know better:\n"
    )
    record = applied.state.records.get(str(address), Record())
    if any(a.adding is not None for a in record.attempts):  # its jobs are known by their content: no id to be named
        return f"{told}  {absent}"
    return f"{told}  {adopt}    or    {absent}"
