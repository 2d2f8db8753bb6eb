# Imports Pulser (about a second): load this module only to check a sequence.
import json
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

from reconciler.core.declared import Path
from reconciler.core.sequence import SequenceJob
from reconciler.simulate.pulser_device import atoms_allowed, fit, read_device
from reconciler.simulate.pulser_library import LibraryFailed, pulser_at_work
from reconciler.simulate.sequence_bounds import CannotRun, NotRead, check_bounds
from reconciler.simulate.sequence_finding import Finding
from reconciler.simulate.sequence_text import read_sequence

# A job takes about 10 ms; jobs with the same values are built once.
_MAX_BUILDS = 500
_CLOCK = re.compile(r"A duration of ([\d.]+) ns is not a multiple")
# What Pulser says of our own way of asking, and not of the sequence.
_NOISE = ("Building a non-parametrized", "Switching a sequence", "No declared variables", "In version v1.4.0")


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of reading a sequence or of building a job: a problem or none, and what Pulser remarked."""

    problem: str = ""
    bug: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Opened:
    sequence: Any
    findings: tuple[Finding, ...]


def check(text: str, jobs: Sequence[SequenceJob], spec: str | None, device: str) -> list[Finding]:
    """See `check_physics`. The text and the jobs have passed `check_text`."""
    opened = _open(text, spec, device)
    found = list(opened.findings)
    if opened.sequence is None:
        return found
    found += _check_limits(opened.sequence, jobs, spec, device)
    if not (opened.sequence.is_parametrized() or opened.sequence.is_register_mappable()):
        return found
    return found + _check_builds(partial(_build, text, spec, device), jobs, _defaults(text))


@lru_cache(maxsize=64)
def _open(text: str, spec: str | None, device: str) -> _Opened:
    """The sequence, on the device it would run on where it fits; None when there is nothing to go on with."""
    document = read_sequence(text)
    try:
        check_bounds(document, {})
        with pulser_at_work() as seen:
            from pulser import Sequence as PulserSequence

            sequence = PulserSequence.from_abstract_repr(text)
        remarks = _remarks(seen)
    except CannotRun as error:
        return _Opened(None, (_refused(error),))
    found = [_remark(remark) for remark in remarks]
    if sequence.is_empty():
        detail = (
            "The sequence has channels, but no pulse and no delay. A QPU refuses it, and there is nothing to measure."
        )
        found.append(Finding("sequence/empty", "error", detail, "Add a pulse before exporting the sequence."))
    if document.get("measurement") is None:
        detail = "The sequence does not say in which basis it is measured. It is uploaded as it is, and may fail there."
        found.append(
            Finding("sequence/unmeasured", "warning", detail, "Call `sequence.measure()` before exporting it.")
        )
    fitted, more = fit(sequence, spec, device)
    return _Opened(fitted, (*found, *more))


@lru_cache(maxsize=4096)
def _build(text: str, spec: str | None, device: str, variables: str) -> _Outcome:
    """`variables` is JSON text, so that it can be remembered."""
    values = json.loads(variables)
    try:
        check_bounds(read_sequence(text), values)
        with pulser_at_work() as seen:
            _open(text, spec, device).sequence.build(**values)
        return _Outcome(remarks=_remarks(seen))
    except CannotRun as error:
        return _Outcome(error.reason, isinstance(error, LibraryFailed | NotRead))


def _refused(error: CannotRun) -> Finding:
    if isinstance(error, LibraryFailed | NotRead):
        return _not_checked(error.reason)
    detail = f"Pulser refuses the sequence: {error.reason}"
    return Finding("sequence/refused", "error", detail, "Change it in Pulser, and export it again.")


def _not_checked(reason: str, job: SequenceJob | None = None) -> Finding:
    detail = f"The sequence could not be checked with Pulser. {reason}"
    return Finding("sequence/not-checked", "warning", detail, "Try it with Pulser yourself before paying for it.", job)


def _remarks(seen: Sequence[warnings.WarningMessage]) -> tuple[str, ...]:
    """In their order, each once. Other sorts of warnings are for those who write Pulser programs."""
    texts = (" ".join(str(each.message).split())[:300] for each in seen if each.category is UserWarning)
    return tuple(dict.fromkeys(text for text in texts if not text.startswith(_NOISE)))


def _remark(text: str, job: SequenceJob | None = None, path: Path = ()) -> Finding:
    if _CLOCK.search(text):
        remedy = "Use a multiple of the clock period, or accept the longer time."
        return Finding("sequence/clock-rounding", "warning", text, remedy, job, path)
    return Finding(
        "sequence/remark", "warning", text, "Change the sequence in Pulser if you did not mean it.", job, path
    )


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
    return {name: entry.get("value") for name, entry in read_sequence(text)["variables"].items()}


def _check_builds(
    build: Callable[[str], _Outcome], jobs: Sequence[SequenceJob], defaults: Mapping[str, Any]
) -> list[Finding]:
    texts = [json.dumps(dict(job.variables), sort_keys=True) for job in jobs]
    chosen = set(list(dict.fromkeys(texts))[:_MAX_BUILDS])
    outcomes = [build(text) if text in chosen else _Outcome() for text in texts]
    good = next((job.variables for job, each in zip(jobs, outcomes, strict=True) if not each.problem), defaults)
    found: list[Finding] = []
    for job, outcome in zip(jobs, outcomes, strict=True):
        if outcome.bug:
            found.append(_not_checked(outcome.problem, job))
        elif outcome.problem:
            path = _culprit(build, job, good)
            detail = f"Pulser refuses the values of the job: {outcome.problem}"
            remedy = "Give values that the device allows."
            found.append(Finding("sequence/job-refused", "error", detail, remedy, job, path))
        found += [_remark(remark, job, _rounded(remark, job)) for remark in outcome.remarks]
    if len(set(texts)) > _MAX_BUILDS:
        found.append(_not_checked(f"It has more than {_MAX_BUILDS} jobs of different values; the rest were left out."))
    return _once(found)


def _culprit(build: Callable[[str], _Outcome], job: SequenceJob, good: Mapping[str, Any]) -> Path:
    """The variable to blame: the only one, or the only one that mends the job when it takes a good value."""
    names = list(job.variables)
    if len(names) > 1:
        swapped = [name for name in names if name in good and good[name] != job.variables[name]]
        names = [
            name
            for name in swapped
            if not build(json.dumps({**job.variables, name: good[name]}, sort_keys=True)).problem
        ]
    return ("variables", names[0]) if len(names) == 1 else ("variables",)


def _rounded(remark: str, job: SequenceJob) -> Path:
    """The variable that holds the duration of which Pulser speaks, if there is only one."""
    found = _CLOCK.search(remark)
    if not found:
        return ()
    duration = float(found[1])
    places: list[Path] = []
    for name, value in job.variables.items():
        items = value if isinstance(value, list) else [value]
        matching = [index for index, item in enumerate(items) if isinstance(item, int | float) and item == duration]
        places += [("variables", name, index) if isinstance(value, list) else ("variables", name) for index in matching]
    return places[0] if len(places) == 1 else ()


def _once(findings: list[Finding]) -> list[Finding]:
    """What is said of several jobs, and of none of their values, is said once of the sequence."""
    times = Counter(each.detail for each in findings if not each.path)
    found: dict[object, Finding] = {}
    for number, each in enumerate(findings):
        common = not each.path and times[each.detail] > 1
        found.setdefault(each.detail if common else number, replace(each, job=None) if common else each)
    return list(found.values())
