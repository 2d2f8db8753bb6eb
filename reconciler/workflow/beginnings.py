"""What is told where nothing is on record: nearly always somebody expected more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.core.diagnostic import Diagnostic, Severity
from reconciler.core.suggest import did_you_mean
from reconciler.store.port import Snapshot
from reconciler.workflow.session import Session

_NAMED = 5


def told_beginning(session: Session, snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Why there may be nothing: somebody deleted it, or nobody meant this environment. At most one of them."""
    if snapshot.gone:
        yield _gone(snapshot.gone)
    elif not snapshot.state.records and session.beside is not None:
        beside = session.beside()
        if beside:
            yield _first_use(session.context.environment, beside)


def _gone(serial: int) -> Diagnostic:
    """Runs with our tags are found again; what only the state knew is not, and would be paid once more."""
    return Diagnostic(
        "state/gone",
        "State was deleted",
        f"There is no saved state, but earlier ones are kept, up to serial {serial}: somebody deleted it. "
        "What only it knew, such as runs without qctl's tags, would be paid again.",
        f"`qctl state restore {serial}` brings it back. If it was meant to go, read every `+` first.",
        severity=Severity.WARNING,
    )


def _first_use(environment: str, beside: Mapping[str, int | None]) -> Diagnostic:
    """Each environment pays for its own runs, so a mistyped name would pay for all of them again."""
    detail = (
        f"Nothing is on record for the environment {environment}; {_listed(beside)}. "
        "Each environment pays for its own runs."
    )
    close = did_you_mean(environment, beside, "")
    remedy = f"{close} Name the one that you mean with --env. A new environment goes on with this plan.".lstrip()
    return Diagnostic("environment/first-use", "First use of an environment", detail, remedy, severity=Severity.WARNING)


def _listed(beside: Mapping[str, int | None]) -> str:
    told = [f"{name} {_has(count)}" for name, count in list(beside.items())[:_NAMED]]
    more = [f"{len(beside) - _NAMED} more have a state"] if len(beside) > _NAMED else []
    *first, last = [*told, *more]
    return f"{', '.join(first)} and {last}" if first else last


def _has(count: int | None) -> str:
    if count is None:
        return "has a state"
    return f"has {count:,} resource{'' if count == 1 else 's'}"
