"""One moment of applying or waiting as one line."""

from __future__ import annotations

from reconciler.core.progress import Heartbeat, Progress, Stage
from reconciler.render.visible import visible

_STARTED = {
    "create": "submitting",
    "cancel": "cancelling",
    "tag": "updating tags",
    "add": "adding jobs to",
    "cancel-jobs": "cancelling jobs of",
    "close": "closing",
    "update": "updating",
    "delete": "deleting",
    "simulate": "simulating",
}
_AGAIN = {"add": "adding jobs", "cancel-jobs": "cancelling jobs"}  # no id follows
_DONE = {
    "create": "submitted",
    "cancel": "cancel accepted",
    "tag": "tags updated",
    "add": "jobs added to",
    "cancel-jobs": "cancel of jobs accepted by",
    "close": "closed",
    "update": "updated",
    "delete": "deleted",
    "adopt": "imported",
    "reuse": "already paid, taken back into care",
    "forget": "forgotten, stays on record",
    "simulate": "simulated",
}
_ENDS = {Stage.REFUSED: "refused", Stage.UNKNOWN: "outcome unknown", Stage.SKIPPED: "skipped"}
PROBLEMS = frozenset(_ENDS)


def progress_text(progress: Progress) -> str:
    """`QuantumTask/ghz: submitted arn:... (2 of 10)`."""
    said = _words(progress)
    if progress.lasting and progress.step == "create":  # only runs are submitted
        said = said.replace("submitting", "creating").replace("submitted", "created")
    words = [said, *([progress.id] if progress.id and progress.stage is not Stage.STATUS else [])]
    detail = f": {progress.detail}" if progress.detail else ""
    count = f" ({progress.done} of {progress.total})" if progress.total and _ends(progress.stage) else ""
    return visible(f"{progress.address}: {' '.join(words)}{detail}{count}")


def heartbeat_text(heartbeat: Heartbeat) -> str:
    """`Still waiting for 2 runs, 5 min so far.`"""
    runs = f"{heartbeat.waiting:,} run{'' if heartbeat.waiting == 1 else 's'}"
    return f"Still waiting for {runs}, {heartbeat.seconds // 60:,} min so far."


def _ends(stage: Stage) -> bool:
    return stage is Stage.DONE or stage in PROBLEMS


def _words(progress: Progress) -> str:
    step, stage = progress.step, progress.stage
    if stage is Stage.STATUS:
        return progress.status or "status unknown"
    if stage is Stage.STARTED:
        return _STARTED.get(step, f"{step} started")
    if stage is Stage.RETRYING:
        return f"{_AGAIN.get(step) or _STARTED.get(step, step)} again"
    if stage is Stage.LOOKING:
        return "looking, nothing is sent again"
    if stage is Stage.DONE:
        # A submission always has an id; without one it was only written down.
        return _DONE.get(step, "recorded") if progress.id or step != "create" else "recorded"
    return _ENDS[stage] if step in ("create", "wait") else f"{step.replace('-', ' ')} {_ENDS[stage]}"
