"""Rescue files that nobody brought home: they may know runs that the state does not, and those are paid."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.diagnostic import Diagnostic, Severity
from reconciler.core.state import State
from reconciler.core.suggest import few
from reconciler.store.port import Snapshot
from reconciler.workflow.session import Session


def told_rescues(session: Session, snapshot: Snapshot) -> Iterator[Diagnostic]:
    """A warning for each that knows an accepted run, or a job, that is not on record; and for each that can't be read.

    What was pushed, or found by its token meanwhile, is on record: such a file tells nothing new, and may stay.
    """
    known = None
    for path, state in session.rescues():
        if state is None:
            yield _told(path, "It can't be read here, so nobody knows what it knows.")
            continue
        known = known or _runs(snapshot.state)
        lost = [id_ for run, id_ in _runs(state).items() if run not in known]
        if lost:
            yield _told(path, f"It knows what was accepted and is not on record: {few(lost)}.")


def _told(path: str, what: str) -> Diagnostic:
    detail = f"The rescue file {path} was not brought home. {what}"
    remedy = f"Run `qctl state push {path}` before you apply. Delete the file if nothing in it is needed."
    return Diagnostic("state/rescue", "Rescue file left", detail, remedy, severity=Severity.WARNING)


def _runs(state: State) -> dict[tuple[str, str], str]:
    """Every run and job that was accepted, by what tells it from all others, with the id that people know it by."""
    accepted = [a for record in state.records.values() for a in record.attempts if a.exists]
    jobs = {(a.token, job.id): job.id for a in accepted for job in a.jobs if job.id}
    return {**{(a.token, ""): a.id for a in accepted}, **jobs}
