# Imports Pulser (about a second): load this module only to check a sequence.
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from reconciler.core.declared import Path
from reconciler.core.sequence import SequenceJob
from reconciler.simulate.pulser_device import atoms_allowed, read_device
from reconciler.simulate.pulser_read import (
    CLOCK,
    Outcome,
    build_job,
    document_of,
    not_checked,
    open_sequence,
    remark_finding,
)
from reconciler.simulate.sequence_finding import Finding

# A job takes about 10 ms; jobs with the same values are built once.
_MAX_BUILDS = 500


def check(text: str, jobs: Sequence[SequenceJob], spec: str | None, device: str) -> list[Finding]:
    """See `check_physics`. The text and the jobs have passed `check_text`."""
    opened = open_sequence(text, spec, device)
    found = list(opened.findings)
    if opened.sequence is None:
        return found
    found += _check_limits(opened.sequence, jobs, spec, device)
    if not (opened.sequence.is_parametrized() or opened.sequence.is_register_mappable()):
        return found
    return found + _check_builds(partial(build_job, text, spec, device), jobs, _defaults(text))


def _check_limits(sequence: Any, jobs: Sequence[SequenceJob], spec: str | None, device: str) -> Iterator[Finding]:
    known, most = read_device(spec), atoms_allowed(spec, device)
    placed = None if sequence.is_register_mappable() else len(sequence.register.qubit_ids)
    if placed and most and placed > most:
        yield _too_many_atoms(placed, most, device)
    for job in jobs:
        atoms = len(job.variables.get("qubits", ()))
        if placed is None and most and atoms > most:
            yield replace(_too_many_atoms(atoms, most, device), job=job, path=("variables", "qubits"))
        runs = getattr(known, "max_runs", None)
        if runs and job.runs > runs:
            detail = f"The job has {job.runs:,} runs, and {device} takes at most {runs:,} in one job."
            remedy = "Ask for fewer runs, or write several jobs."
            yield Finding("sequence/too-many-runs", "error", detail, remedy, job, ("runs",))


def _too_many_atoms(atoms: int, most: int, device: str) -> Finding:
    detail = f"The sequence has {atoms} atoms, and {device} takes at most {most}."
    return Finding("sequence/too-many-atoms", "error", detail, "Use fewer atoms, or another device.")


def _defaults(text: str) -> dict[str, Any]:
    return {name: entry.get("value") for name, entry in document_of(text)["variables"].items()}


def _check_builds(
    build: Callable[[str], Outcome], jobs: Sequence[SequenceJob], defaults: Mapping[str, Any]
) -> list[Finding]:
    texts = [_text(job.variables) for job in jobs]
    chosen = set(list(dict.fromkeys(texts))[:_MAX_BUILDS])
    outcomes = [build(text) if text in chosen else Outcome() for text in texts]
    good = next((job.variables for job, each in zip(jobs, outcomes, strict=True) if not each.problem), defaults)
    found: list[Finding] = []
    for job, outcome in zip(jobs, outcomes, strict=True):
        if outcome.bug:
            found.append(not_checked(outcome.problem, job))
        elif outcome.problem:
            path = _culprit(build, job, good)
            detail = f"Pulser refuses the values of the job: {outcome.problem}"
            remedy = "Give values that the device allows."
            found.append(Finding("sequence/job-refused", "error", detail, remedy, job, path))
        found += [remark_finding(remark, job, _rounded(remark, job)) for remark in outcome.remarks]
    if len(set(texts)) > _MAX_BUILDS:
        found.append(not_checked(f"It has more than {_MAX_BUILDS} jobs of different values; the rest were left out."))
    return _once(found)


def _text(variables: Mapping[str, Any]) -> str:
    return json.dumps(dict(variables), sort_keys=True, default=dict)


def _culprit(build: Callable[[str], Outcome], job: SequenceJob, good: Mapping[str, Any]) -> Path:
    """The variable to blame: the only one, or the only one that mends the job when it takes a good value."""
    names = list(job.variables)
    if len(names) > 1:
        swapped = [name for name in names if name in good and good[name] != job.variables[name]]
        names = [name for name in swapped if not build(_text({**job.variables, name: good[name]})).problem]
    return ("variables", names[0]) if len(names) == 1 else ("variables",)


def _rounded(remark: str, job: SequenceJob) -> Path:
    """The variable that holds the duration of which Pulser speaks, if there is only one."""
    found = CLOCK.search(remark)
    if not found:
        return ()
    duration = float(found[1])
    places: list[Path] = []
    for name, value in job.variables.items():
        items = value if isinstance(value, list | tuple) else [value]
        matching = [index for index, item in enumerate(items) if isinstance(item, int | float) and item == duration]
        places += [
            ("variables", name, index) if isinstance(value, list | tuple) else ("variables", name) for index in matching
        ]
    return places[0] if len(places) == 1 else ()


def _once(findings: list[Finding]) -> list[Finding]:
    """What is said of several jobs, and of none of their values, is said once of the sequence."""
    times = Counter(each.detail for each in findings if not each.path)
    found: dict[object, Finding] = {}
    for number, each in enumerate(findings):
        common = not each.path and times[each.detail] > 1
        found.setdefault(each.detail if common else number, replace(each, job=None) if common else each)
    return list(found.values())
