# Imports Pulser (about a second): load this module only to check a sequence.
import json
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from reconciler.core.declared import Path
from reconciler.core.sequence import SequenceJob
from reconciler.simulate.pulser_device import fit
from reconciler.simulate.pulser_library import LibraryFailed, pulser_at_work
from reconciler.simulate.sequence_bounds import CannotRun, NotRead, check_bounds
from reconciler.simulate.sequence_finding import Finding
from reconciler.simulate.sequence_text import read_sequence

CLOCK = re.compile(r"A duration of ([\d.]+) ns is not a multiple")

document_of = lru_cache(maxsize=8)(read_sequence)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of reading a sequence or of building a job: a problem or none, and what Pulser remarked."""

    problem: str = ""
    bug: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    sequence: Any
    findings: tuple[Finding, ...]


@lru_cache(maxsize=64)
def open_sequence(text: str, spec: str | None, device: str) -> Opened:
    """The sequence, on the device it would run on where it fits; None when there is nothing to go on with."""
    document = document_of(text)
    try:
        check_bounds(document, {})
        with pulser_at_work() as seen:
            from pulser import Sequence as PulserSequence

            sequence = PulserSequence.from_abstract_repr(text)
        remarks = _remarks(seen)
    except CannotRun as error:
        return Opened(None, (_refused(error),))
    found = [remark_finding(remark) for remark in remarks]
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
    return Opened(fitted, (*found, *more))


@lru_cache(maxsize=4096)
def build_job(text: str, spec: str | None, device: str, variables: str) -> Outcome:
    """`variables` is JSON text, so that it can be remembered."""
    values = json.loads(variables)
    try:
        check_bounds(document_of(text), values)
        sequence = open_sequence(text, spec, device).sequence
        with pulser_at_work() as seen:
            sequence.build(**values)
        return Outcome(remarks=_remarks(seen))
    except CannotRun as error:
        return Outcome(error.reason, isinstance(error, LibraryFailed | NotRead))


def _refused(error: CannotRun) -> Finding:
    if isinstance(error, LibraryFailed | NotRead):
        return not_checked(error.reason)
    detail = f"Pulser refuses the sequence: {error.reason}"
    return Finding("sequence/refused", "error", detail, "Change it in Pulser, and export it again.")


def not_checked(reason: str, job: SequenceJob | None = None) -> Finding:
    detail = f"The sequence could not be checked with Pulser. {reason}"
    return Finding("sequence/not-checked", "warning", detail, "Try it with Pulser yourself before paying for it.", job)


def _remarks(seen: Sequence[warnings.WarningMessage]) -> tuple[str, ...]:
    """In their order, each once. Other sorts of warnings are for those who write Pulser programs."""
    texts = (" ".join(str(each.message).split())[:300] for each in seen if each.category is UserWarning)
    return tuple(dict.fromkeys(texts))


def remark_finding(text: str, job: SequenceJob | None = None, path: Path = ()) -> Finding:
    if CLOCK.search(text):
        remedy = "Use a multiple of the clock period, or accept the longer time."
        return Finding("sequence/clock-rounding", "warning", text, remedy, job, path)
    return Finding(
        "sequence/remark", "warning", text, "Change the sequence in Pulser if you did not mean it.", job, path
    )
