"""Simulate what was measured, and put the two side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reconciler.core.agreement import Agreement
from reconciler.core.declared import Declared
from reconciler.core.simulation import MOST_SHOTS, Expectation, Settings, Simulation, Trial
from reconciler.providers.kind import Trying
from reconciler.workflow.results import Fetched
from reconciler.workflow.session import Session
from reconciler.workflow.trials import Wanted, simulated, wanted_of

_SHOTS = 10_000  # so that the noise of our own sample is small beside that of most machines
_NO_COUNTS = "It measured no counts that could be compared."
_NO_TRIAL = "What it runs is not simulated on this machine."


@dataclass(frozen=True, slots=True)
class Compared:
    """A result with what its simulation came to, or a sentence why there is none."""

    fetched: Fetched
    found: Agreement | None = None
    problem: str = ""


def compare(session: Session, declared: Sequence[Declared], fetched: Sequence[Fetched]) -> list[Compared]:
    """Each result beside a simulation of the very run that it is of. Raises CloudUnavailable."""
    trials = dict(_trials(session, declared))
    wanted = [trials.get(_key(item)) if _measured(item) else None for item in fetched]
    made = iter(simulated(session, [w for w in wanted if w is not None]))
    return [_compared(item, next(made) if w is not None else None) for item, w in zip(fetched, wanted, strict=True)]


def _trials(session: Session, declared: Sequence[Declared]) -> Iterator[tuple[tuple[str, str], Wanted]]:
    """By address, and by the digest of a job."""
    for one in declared:
        kind = session.kinds[one.address.kind]
        if not isinstance(kind, Trying):
            continue
        resource = kind.desired(one, session.context)
        for trial in kind.trials(resource):
            job = trial.digest if resource.jobs is not None else ""
            yield (str(one.address), job), wanted_of(resource, trial, _expected(resource.expect, trial))


def _expected(stated: Expectation | None, trial: Trial) -> Expectation:
    """As the manifest says, but with more shots; and simulated even where a plan is to simulate nothing."""
    settings = stated.settings if stated and stated.settings else Settings()
    return Expectation(replace(settings, shots=min(MOST_SHOTS, max(_SHOTS, settings.shots))))


def _key(item: Fetched) -> tuple[str, str]:
    return str(item.address), item.job.digest if item.job is not None else ""


def _measured(item: Fetched) -> bool:
    return item.result is not None and bool(item.result.counts)


def _compared(item: Fetched, simulation: Simulation | None) -> Compared:
    if item.problem:
        return Compared(item, problem=item.problem)
    if item.result is None or not item.result.counts:
        return Compared(item, problem=_NO_COUNTS)
    if simulation is None:
        return Compared(item, problem=_NO_TRIAL)
    if simulation.failure:
        return Compared(item, problem=f"Not simulated: {simulation.failure}")
    from reconciler.simulate.agreement import agree  # numpy: only where there is something to compare

    return Compared(item, agree(item.result.counts, simulation.counts))
