from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from reconciler.core.json_position import find_position
from reconciler.core.sequence import SequenceJob
from reconciler.simulate.pulser_library import MISSING
from reconciler.simulate.sequence_expression import variables_used
from reconciler.simulate.sequence_finding import Finding
from reconciler.simulate.sequence_schema import schema_folder, violation
from reconciler.simulate.sequence_text import SequenceUnreadable, read_sequence
from reconciler.simulate.sequence_variables import check_job

__all__ = ["Finding", "check_physics", "check_text"]

_EXPORT = "Write the file with Pulser: `sequence.to_abstract_repr()`."


def check_text(text: str, jobs: Sequence[SequenceJob]) -> list[Finding]:
    """What is wrong with a sequence as a text, and with the variables its jobs give. Neither Pulser nor numpy loads.

    Where Pulser is not installed there is no schema to check with: the variables are checked all the same, and a
    warning `sequence/not-checked` says so.
    """
    document, about = _read(text, schema_folder())
    if any(finding.severity == "error" for finding in about):
        return list(about)
    return [*about, *(finding for job in jobs for finding in check_job(document, job))]


def check_physics(text: str, jobs: Sequence[SequenceJob], spec: str | None, device: str) -> list[Finding]:
    """What Pulser says of a sequence, of each job's values, and of the device type they are meant for.

    `spec` is the device of the cloud as JSON text; without it nothing is compared with the device but the number of
    atoms. What `check_text` has found is not found again, and a job it refuses is left out.
    Empty where Pulser is not installed, which `check_text` says.
    """
    known = check_text(text, jobs)
    if any(finding.job is None for finding in known):  # errors, or that Pulser is not installed
        return []
    refused = {finding.job.path for finding in known if finding.job is not None}
    # Imported here because Pulser loads with it, which takes a second.
    from reconciler.simulate.pulser_check import check

    return check(text, [job for job in jobs if job.path not in refused], spec, device)


@lru_cache(maxsize=64)
def _read(text: str, folder: Path | None) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """The document, and what is wrong with it; an empty one if it cannot be read."""
    try:
        document = read_sequence(text)
    except SequenceUnreadable as error:
        detail = f"The sequence cannot be read as JSON. {error.reason}"
        return {}, (Finding(error.code, "error", detail, _EXPORT, line=error.line, column=error.column),)
    return document, tuple(_check_document(text, document, folder))


def _check_document(text: str, document: dict[str, Any], folder: Path | None) -> Iterator[Finding]:
    foreign = _not_pulser(document)
    if foreign:
        yield Finding("sequence/not-pulser", "error", foreign, _EXPORT, line=1, column=1)
        return
    if document.get("version", "1") != "1":
        detail = f"The sequence is of version {str(document['version'])[:40]!r}; Pulser's schema is of version '1'."
        yield _placed("sequence/version", detail, "Write the file with a Pulser that qctl knows.", text, ("version",))
        return
    if folder is None:
        detail = f"Only the names, types and sizes of the variables are checked. {MISSING}"
        yield Finding("sequence/not-checked", "warning", detail, "Install Pulser: pip install 'qctl[simulate]'")
    found = violation(document, folder) if folder else None
    if found is not None:
        detail = f"The sequence does not follow Pulser's schema{_at(found.path)}: {found.reason}."
        yield _placed("sequence/schema", detail, _EXPORT + _newer(document), text, found.path)
        return
    declared = document.get("variables")
    for name, path in variables_used(document.get("operations"), ("operations",)):
        if not isinstance(declared, dict) or name not in declared:
            detail = f"The sequence uses the variable {name[:80]!r}{_at(path)}, which it does not declare."
            yield _placed("sequence/undeclared-variable", detail, _EXPORT, text, path)
            return


def _not_pulser(document: dict[str, Any]) -> str:
    if "__module__" in document or "_build" in document:
        return "This is Pulser's old form of a sequence, which Pasqal Cloud does not take."
    if "operations" not in document and "register" not in document:
        return "This JSON is no Pulser sequence: it has neither a register nor operations."
    return ""


def _placed(code: str, detail: str, remedy: str, text: str, path: tuple[str | int, ...]) -> Finding:
    line, column = find_position(text, path)
    return Finding(code, "error", detail, remedy, line=line, column=column)


def _at(path: tuple[str | int, ...]) -> str:
    return (
        " at " + "".join(f"[{part}]" if isinstance(part, int) else f".{part[:40]}" for part in path)[1:] if path else ""
    )


def _newer(document: dict[str, Any]) -> str:
    """A sequence of a later Pulser may follow a later schema."""
    try:
        here = version("pulser-core")
    except PackageNotFoundError:
        return ""
    made = str(document.get("pulser_version", ""))[:20]
    if _number(made) <= _number(here):
        return ""
    return f" It was written by Pulser {made}, and Pulser {here} is installed: a newer one may know this form."


def _number(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:3] if part.isdecimal())
