"""What a request to run sequences must hold to."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from reconciler.emulator.pasqal.jsend import Refused, invalid

_NO_VARIABLES = "The batch sequence is not parametrized and expects no variables."  # the service's own words
_MOST_RUNS = 2**31 - 1


class NewJob(NamedTuple):
    """A job to be made. `sequence` is its own, None: the batch's."""

    runs: int
    variables: dict[str, Any]
    sequence: str | None
    parent_id: str | None = None


def check_jobs(document: Any, batch_sequence: str | None, may_be_empty: bool, *place: str) -> list[NewJob]:
    """Raises Refused 422 with all findings."""
    if not isinstance(document, list):
        raise invalid("The value is not a valid list.", *place)
    if not document and not may_be_empty:
        raise invalid("At least one job is required.", *place)
    expects_none = _expects_no_variables(batch_sequence)
    findings: list[dict[str, Any]] = []
    for index, job in enumerate(document):
        for where, message in _problems(job, batch_sequence is not None, expects_none):
            findings.append({"loc": [*place, index, *where], "msg": message, "type": "value_error"})
    if findings:
        raise Refused(422, findings)
    return [NewJob(job["runs"], job.get("variables") or {}, job.get("sequence")) for job in document]


def _problems(job: Any, batch_sequence: bool, expects_none: bool) -> list[tuple[tuple[str, ...], str]]:
    if not isinstance(job, dict):
        return [((), "The value is not a valid dict.")]
    runs, variables, sequence = job.get("runs"), job.get("variables"), job.get("sequence")
    found: list[tuple[tuple[str, ...], str]] = []
    if type(runs) is not int:
        found.append((("runs",), "The value is not a valid integer."))
    elif not 1 <= runs <= _MOST_RUNS:
        found.append((("runs",), f"The value must be from 1 to {_MOST_RUNS}."))
    if variables is not None and not isinstance(variables, dict):
        found.append((("variables",), "The value is not a valid dict."))
    if sequence is not None and not isinstance(sequence, str):
        found.append((("sequence",), "The value is not a valid string."))
    elif sequence is not None and not is_storable(sequence):
        found.append((("sequence",), "The value is not valid Unicode."))
    if sequence and variables:
        found.append(((), "A job cannot have both sequence and variables."))
    if not sequence and not batch_sequence:
        found.append((("sequence",), "The batch has no sequence, so the job needs its own."))
    if variables and not sequence and expects_none:
        found.append(((), _NO_VARIABLES))
    return found


def check_tags(document: Any, *place: str) -> list[str]:
    """Raises Refused 422 for what is not a list of different strings."""
    if not isinstance(document, list) or not all(isinstance(tag, str) for tag in document):
        raise invalid("The value is not a valid list of strings.", *place)
    if len(set(document)) != len(document):
        raise invalid("The list has duplicated items.", *place)
    return document


def is_storable(text: str) -> bool:
    """Whether a text can be written in UTF-8: JSON can name half a character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def device_in(sequence: str | None) -> str | None:
    """The name of the device that a readable sequence is written for."""
    device = _members(sequence).get("device")
    name = device.get("name") if isinstance(device, dict) else None
    return name if isinstance(name, str) else None


def _expects_no_variables(sequence: str | None) -> bool:
    members = _members(sequence)
    return members.get("variables") == {} and not _is_mappable(members.get("register"))


def _is_mappable(register: Any) -> bool:
    """Whether the places of the atoms are left to the variable `qubits`: such atoms have no coordinates."""
    return isinstance(register, Sequence) and any(isinstance(atom, dict) and "x" not in atom for atom in register)


def _members(sequence: str | None) -> dict[str, Any]:
    try:
        document = json.loads(sequence or "{}")
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
