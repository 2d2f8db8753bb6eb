import math
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from reconciler.core.declared import Path
from reconciler.core.sequence import SequenceJob
from reconciler.simulate.sequence_finding import Finding

_SHOWN = 12


def check_job(document: Mapping[str, Any], job: SequenceJob) -> list[Finding]:
    """Whether a job gives each variable of its sequence a value of its type and size, and nothing else.

    `document` follows Pulser's schema, or is a JSON object of any form where the schema is not at hand.
    """
    declared = _mapping(document.get("variables"))
    qubits = _mappable(document)
    if not declared and not qubits:
        return _not_parametrized(job)
    given = {name: value for name, value in job.variables.items() if not (qubits and name == "qubits")}
    found = [*_missing(declared, given, job), *_unknown(declared, given, job)]
    for name in (name for name in given if name in declared):
        found += _check_value(_mapping(declared[name]), given[name], ("variables", name), job)
    return [*found, *(_check_qubits(document, qubits, job) if qubits else ())]


def _not_parametrized(job: SequenceJob) -> list[Finding]:
    if not job.variables:
        return []
    detail = (
        f"The job gives {_names(job.variables)}, but its sequence declares no variables. Pasqal refuses such a job."
    )
    remedy = "Remove the job's variables, or name a sequence that has them."
    return [Finding("sequence/not-parametrized", "error", detail, remedy, job, ("variables",))]


def _missing(declared: Mapping[str, Any], given: Mapping[str, Any], job: SequenceJob) -> Iterator[Finding]:
    names = [name for name in declared if name not in given]
    if names:
        detail = f"The sequence declares {_names(names)}, and the job gives no value. Nothing can run without it."
        place: Path = ("variables",) if job.variables else ()
        yield Finding(
            "sequence/missing-variable", "error", detail, "Give it a value in the job's variables.", job, place
        )


def _unknown(declared: Mapping[str, Any], given: Mapping[str, Any], job: SequenceJob) -> Iterator[Finding]:
    for name in (name for name in given if name not in declared):
        near = get_close_matches(str(name), declared, 1)
        detail = f"The sequence declares no variable {_quoted(name)}, so this value would change nothing."
        if name == "qubits":
            detail = "The atoms of this sequence have fixed places, so `qubits` would change nothing."
        remedy = f"Write {near[0]!r}." if near else f"Remove it, or use one of {_names(declared)}."
        yield Finding("sequence/unknown-variable", "error", detail, remedy, job, ("variables", name))


def _check_value(declared: Mapping[str, Any], value: Any, path: Path, job: SequenceJob) -> Iterator[Finding]:
    name, default = _quoted(path[-1]), declared.get("value")
    size = len(default) if isinstance(default, list) else 1
    items = value if isinstance(value, list | tuple) else [value]
    if len(items) != size:
        detail = f"The variable {name} has {_count(size)}, and the job gives {len(items)}."
        remedy = f"Write a list of {size} numbers." if size > 1 else "Write one number."
        yield Finding("sequence/variable-size", "error", detail, remedy, job, path)
    for index, item in enumerate(items):
        problem = _problem(item, whole=declared.get("type") == "int")
        if problem:
            detail = f"The variable {name} takes {problem[0]}; {_quoted(item)} is {problem[1]}."
            place = (*path, index) if isinstance(value, list | tuple) else path
            yield Finding("sequence/variable-type", "error", detail, f"Write {problem[0]}.", job, place)


def _problem(item: Any, *, whole: bool) -> tuple[str, str] | None:
    """What is wanted, and what this is instead."""
    wanted = "a whole number" if whole else "a number"
    if isinstance(item, bool) or not isinstance(item, int | float):
        return wanted, "none"
    if not math.isfinite(item):
        return wanted, "not finite"
    if whole and item != int(item):
        return wanted, "none, and Pulser would cut it off"
    return None


def _mappable(document: Mapping[str, Any]) -> list[str]:
    """The names of the atoms that a job has to place; empty for a register with places."""
    register = document.get("register")
    entries = register if isinstance(register, list) else []
    return [str(entry["qid"]) for entry in entries if isinstance(entry, dict) and "qid" in entry]


def _check_qubits(document: Mapping[str, Any], names: Sequence[str], job: SequenceJob) -> Iterator[Finding]:
    given = job.variables.get("qubits")
    if "qubits" not in job.variables:
        detail = "The atoms of this sequence have no places: each job says on which traps of the layout they are."
        remedy = f"Add `qubits: {{{names[0]}: <trap>}}` to the job's variables; a trap is a number of the layout."
        yield Finding("sequence/missing-qubits", "error", detail, remedy, job, ("variables",) if job.variables else ())
        return
    problem = _qubits_problem(given, names, _traps(document))
    if problem:
        remedy = f"Map the first atoms of {_names(names)} to traps, each to another one."
        yield Finding("sequence/qubits", "error", problem, remedy, job, ("variables", "qubits"))


def _qubits_problem(given: Any, names: Sequence[str], traps: int) -> str:
    if not isinstance(given, Mapping) or not given:
        return "`qubits` is a mapping of atoms to traps."
    if any(isinstance(trap, bool) or not isinstance(trap, int) for trap in given.values()):
        return "A trap in `qubits` is no whole number."
    if set(given) != set(names[: len(given)]):
        return f"`qubits` places {_names(given)}, but Pulser places the first atoms of {_names(names)} without gaps."
    if len(set(given.values())) < len(given):
        return "`qubits` puts two atoms on one trap."
    if traps and not all(0 <= trap < traps for trap in given.values()):
        return f"A trap in `qubits` is not in the layout: its traps are 0 to {traps - 1}."
    return ""


def _traps(document: Mapping[str, Any]) -> int:
    coordinates = _mapping(document.get("layout")).get("coordinates")
    return len(coordinates) if isinstance(coordinates, list) else 0


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _count(size: int) -> str:
    return f"{size} values" if size > 1 else "one value"


def _names(names: Any) -> str:
    listed = [_quoted(name) for name in names]
    return ", ".join(listed[:_SHOWN]) + (f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else "")


def _quoted(value: Any) -> str:
    return repr(value)[:80]
