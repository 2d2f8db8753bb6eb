"""What the API's words for a status mean. They are plain texts: its own client does not know all of them."""

from __future__ import annotations

from typing import Any

from reconciler.core.phase import Phase
from reconciler.providers.pasqal.errors import cut

_PHASES = {
    "CANCELING": Phase.CLOSING,
    "DONE": Phase.DONE,
    "TIMED_OUT": Phase.DONE,  # of an open batch: all its jobs had ended, and none was added in time
    "ERROR": Phase.FAILED,
    "CANCELED": Phase.CANCELLED,
}
RUNNING = "RUNNING"


def phase_of(status: str) -> Phase:
    """A status that we don't know is not finished: nothing is done about it."""
    return _PHASES.get(status, Phase.OPEN)


def status_of(item: Any) -> str:
    """The word of a batch, job or workload."""
    status = item.get("status")
    return cut(status) if isinstance(status, str) else ""


def failure_of(item: Any) -> str:
    """Its errors in one line."""
    errors = item.get("errors")
    if not isinstance(errors, list):
        return cut(errors) if isinstance(errors, str) else ""
    return cut("; ".join(_words(error) for error in errors[:5]))


def _words(error: Any) -> str:
    if isinstance(error, dict):
        said = [error.get(key) for key in ("code", "message", "msg", "description")]
        return ": ".join(text for text in said if isinstance(text, str)) or "an error without words"
    return str(error)
