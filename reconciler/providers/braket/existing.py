"""Tasks and limits that somebody else made: what the service tells of them, and what it never tells."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from reconciler.core.adoption import Existing
from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.spending_limit_verbs import SpendingLimitVerbs
from reconciler.providers.braket.task_reading import get_task, output_of, phase_of
from reconciler.providers.kind import Search

_ARN = re.compile(r"arn:aws[a-z-]*:braket:(?P<region>[a-z0-9-]{1,32}):\d{12}:(?P<sort>[a-z-]+)/[A-Za-z0-9._/-]{1,200}")
KINDS: Final[Mapping[str, str]] = {"quantum-task": "QuantumTask", "job": "HybridJob", "spending-limit": "SpendingLimit"}
"""The kind of object that an ARN names."""
_SETS = "braket.ir.openqasm.program_set"
_LANGUAGES = {"braket.ir.openqasm.program": "openqasm", "braket.ir.ahs.program": "ahs"}
_FOREVER = datetime(1970, 1, 1, tzinfo=UTC)


def arn_parts(text: str) -> tuple[str, str]:
    """The kind that an ARN names, and its region; both empty for another text."""
    found = _ARN.fullmatch(text)
    return (KINDS.get(found["sort"], ""), found["region"]) if found else ("", "")


def existing_task(client: BraketClient, place: Place, arn: str) -> Existing | None:
    """A task as GetQuantumTask tells it. Raises CloudUnavailable."""
    task = get_task(client, place.region, arn)
    if task is None:
        return None
    action = str((task.get("actionMetadata") or {}).get("actionType") or "")
    execution, hidden = _execution(task), {"program": "program", "inputs": "program"}
    if "experimentalCapabilities" not in execution:
        hidden["experimentalCapabilities"] = "experimentalCapabilities"
    language = _LANGUAGES.get(action) or ("ahs" if "/quera/" in task["deviceArn"] else "ir" if action else "openqasm")
    attempt = Attempt(
        token="",
        digest="",
        program="",
        generation=1,
        number=1,
        place=place,
        execution=execution,
        intended=str(task["createdAt"]),
        outcome=Outcome.ACCEPTED,
        id=arn,
        status=str(task["status"]),
        phase=phase_of(str(task["status"])),
        submitted=str(task["createdAt"]),
        ended=str(task.get("endedAt") or ""),
        output=output_of(task),
        failure=str(task.get("failureReason") or ""),
        tags=task.get("tags") or {},
    )
    refusal = (
        "it is a program set: several runs in one task, which no one declaration can name" if action == _SETS else ""
    )
    spec = {**execution, "program": {language: ""}}
    return Existing("QuantumTask", attempt, hidden, spec, {("program", language): ""}, refusal)


def existing_limit(verbs: SpendingLimitVerbs, place: Place, arn: str) -> Existing | None:
    """A spending limit, all of which a search tells. Raises CloudUnavailable."""
    search = Search("", _FOREVER, frozenset({place.region}), unmarked=True)
    attempt = next((f.attempt for f in verbs.discover(search, place.account) if f.attempt.id == arn), None)
    if attempt is None:
        return None
    period = {name: attempt.settings[name] for name in ("start", "end")}
    spec = {"device": attempt.execution["device"], "amount": attempt.settings["amount"], "period": period}
    return Existing("SpendingLimit", attempt, spec=spec)


def _execution(task: Mapping[str, Any]) -> dict[str, Any]:
    """In the words of a plan (quantum_task.py)."""
    execution: dict[str, Any] = {"device": task["deviceArn"], "shots": task["shots"]}
    if parameters := _parameters(task.get("deviceParameters")):
        execution["deviceParameters"] = parameters
    if enabled := (task.get("experimentalCapabilities") or {}).get("enabled"):
        execution["experimentalCapabilities"] = enabled
    return execution


def _parameters(text: Any) -> Any:
    """The parameters, which travel as JSON. A text that is none stays one, and equals nothing declared."""
    try:
        return json.loads(text) if text else {}
    except (ValueError, TypeError, RecursionError):
        return str(text)
