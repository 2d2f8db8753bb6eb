"""Wait for runs, and say how they ended: a wait that came to its end is not yet a run that did what was wanted."""

from __future__ import annotations

from collections.abc import Iterator, Set

from reconciler.cli.exits import Exit
from reconciler.cli.interrupt import stoppable
from reconciler.cli.terminal import output, view
from reconciler.core.address import Address, parse_address
from reconciler.core.attempt import Attempt
from reconciler.core.phase import Phase
from reconciler.core.state import State
from reconciler.workflow.apply import Applied
from reconciler.workflow.plan import Selection
from reconciler.workflow.session import Session
from reconciler.workflow.wait import wait


def wait_for(session: Session, wanted: Set[str], selection: Selection, timeout: float | None, *, as_json: bool) -> int:
    """Wait until all are finished. The exit code of it; `wanted` are the tokens of runs that must end well."""
    with stoppable() as stop, view(as_json) as progress:
        waited = wait(session, selection.holds, timeout, progress.tell, stop)
    out = output()
    bad = list(_ended_badly(waited.state, wanted, selection))
    for address, attempt in bad:
        out.error(f"error: {address} {_how(attempt)}")
    if waited.interrupted:
        return Exit.INTERRUPTED
    if waited.unfinished and not as_json:
        out.error(f"Still unfinished: {', '.join(map(str, waited.unfinished[:5]))}, {len(waited.unfinished)} in all.")
    if bad:  # before RUNNING: whoever waits again waits for the others, and would never hear of these
        return Exit.ERROR
    return Exit.RUNNING if waited.unfinished else Exit.DONE


def unfinished(state: State) -> frozenset[str]:
    """The tokens of runs that are not finished yet: what failed long ago is no news."""
    return frozenset(a.token for record in state.records.values() for a in record.attempts if a.open)


def wanted_of(seen: State, applied: Applied) -> frozenset[str]:
    """The runs that are unfinished after an apply or were submitted by it, without those that it cancelled itself."""
    before = {a.token for record in seen.records.values() for a in record.attempts}
    submitted = _tokens(applied.state, applied.submitted) - before  # some are read, and found finished, while applying
    return (unfinished(applied.state) | submitted) - (_tokens(seen, applied.cancelled) & unfinished(seen))


def _tokens(state: State, addresses: list[Address]) -> frozenset[str]:
    records = (state.records.get(str(address)) for address in addresses)
    return frozenset(a.token for record in records if record for a in record.attempts)


def _ended_badly(state: State, wanted: Set[str], selection: Selection) -> Iterator[tuple[Address, Attempt]]:
    """Only the latest attempt of what is declared counts: the others were replaced, and nobody misses them."""
    for text, record in sorted(state.records.items()):
        latest = record.attempts[-1] if record.attempts else None
        if not record.managed or latest is None or latest.token not in wanted:
            continue
        address = parse_address(text)
        if selection.holds(address) and not latest.open and latest.phase is not Phase.DONE:
            yield address, latest


def _how(attempt: Attempt) -> str:
    if attempt.missing:
        return f"is not found in the cloud any more: {attempt.id}."
    reason = f": {attempt.failure.rstrip('.')}" if attempt.failure else ", and the cloud gave no reason"
    return f"ended as {attempt.status}{reason}."
