"""What runs measured, for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from reconciler.core.address import Address
from reconciler.core.job import Job
from reconciler.render.json_form import any_json
from reconciler.simulate.result import TaskResult
from reconciler.workflow.results import Fetched

_DEEPEST = 100
_NO_JSON = "what it gave back can't be shown as JSON; --out saves it as it is"


def results_json(addresses: Iterable[Address], fetched: Sequence[Fetched]) -> dict[str, Any]:
    """By address: a run, or a batch with its jobs in the order of the manifest."""
    found: dict[str, list[Fetched]] = {str(address): [] for address in addresses}
    for item in fetched:
        found[str(item.address)].append(item)
    return {text: _run(items[0]) if items[0].job is None else _batch(items) for text, items in found.items() if items}


def name_of(item: Fetched) -> str:
    """`QuantumTask/ghz`, `Batch/sweep omega=1.0`, `Batch/sweep job 3`."""
    if item.job is None:
        return str(item.address)
    label = item.job.label or item.job.id
    return f"{item.address} {'job ' if label.isdecimal() else ''}{label}"


def document_text(document: Any) -> str | None:
    """A result that measures nothing, as JSON; None where it is none (NaN), or deeper than anybody reads."""
    try:
        return None if _is_deep(document) else any_json(document)
    except ValueError:
        return None


def _is_deep(document: Any) -> bool:
    """Read by a parser in C it may have thousands of levels, and writing it would break somewhere on the way."""
    level = [document]
    for _ in range(_DEEPEST):
        held = [v.values() if isinstance(v, dict) else v for v in level if isinstance(v, dict | list)]
        level = [value for values in held for value in values]
        if not level:
            return False
    return True


def _run(item: Fetched) -> dict[str, Any]:
    data: dict[str, Any] = {"problem": item.problem or None}
    if item.attempt is not None:
        data |= {"id": item.attempt.id, "status": item.attempt.status, "output": item.attempt.output}
    if item.result is not None:
        data |= _measured(item.result)
    elif item.raw and not item.problem:
        good = document_text(item.document) is not None
        data |= {"document": item.document} if good else {"problem": _NO_JSON, "document": None}
    return data


def _batch(items: Sequence[Fetched]) -> dict[str, Any]:
    missing = sum(bool(item.problem) for item in items)
    problem = f"{missing} of {len(items)} jobs have no result" if missing else None
    return {"problem": problem, "jobs": [_of_job(item, item.job) for item in items if item.job is not None]}


def _of_job(item: Fetched, job: Job) -> dict[str, Any]:
    data: dict[str, Any] = {"label": job.label, "shown": dict(job.shown), "id": job.id or None, "status": job.status}
    data |= {"batch": item.attempt.id if item.attempt else None, "problem": item.problem or None}
    return data | _measured(item.result) if item.result is not None else data


def _measured(result: TaskResult) -> dict[str, Any]:
    return {
        "shots": result.shots,
        "counts": None if result.counts is None else dict(result.counts),
        "probabilities": dict(result.probabilities),
        "measured_qubits": list(result.measured_qubits),
        "result_types": [
            {"type": v.type, "observable": v.observable, "targets": list(v.targets), "value": v.value}
            for v in result.result_types
        ],
    }
