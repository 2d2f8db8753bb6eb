"""What goes wrong in a campaign: faults of the clouds and of the state, and the moments at which commands die."""

from __future__ import annotations

import random
from typing import Any, Final

LATEST: Final = 240
"""Seconds: no cloud takes longer to show what it accepted, for beyond its window nothing is promised."""

POINTS: Final = (
    *("after-lock", "before-journal", "after-journal", "after-outcome", "before-state", "after-state-temp"),
    *("after-state", "after-journal-empty", "before-unlock"),
    *(
        f"{when}-{verb}"
        for verb in ("create", "add", "cancel", "tag", "cancel-jobs", "close", "update", "delete")
        for when in ("before", "after")
    ),
)
_STATUSES = (408, 429, 500, 502, 503, 504)
_ANYWHERE = (
    *("throttle", "error-500", "error-500-after", "error-503", "status", "status-after"),
    *("reset", "lost", "timeout", "garbage", "garbage-after", "cut", "unreachable"),
)
_OF_CLOUDS = ("late", "hide")
_OF_PASQAL = ("lag", "duplicate", "no-pagination")
# What pays stands twice.
_OPERATIONS = {
    "braket": (
        *("*", "CreateQuantumTask", "CreateQuantumTask", "CreateJob", "CreateJob", "CancelQuantumTask", "CancelJob"),
        *("SearchQuantumTasks", "SearchJobs", "GetQuantumTask", "GetJob", "TagResource", "CreateSpendingLimit"),
        *("SearchSpendingLimits", "UpdateSpendingLimit", "DeleteSpendingLimit"),
    ),
    "pasqal": (
        *("*", "CreateBatch", "CreateBatch", "AddJobs", "AddJobs", "CreateWorkload", "CreateWorkload"),
        *("ListBatches", "ListJobs", "ListWorkloads", "GetBatch", "GetJob", "GetWorkload", "CancelBatch"),
        *("CancelJobs", "CancelWorkload", "CloseBatch", "SetBatchTags"),
    ),
    "s3": ("PUT", "PUT", "GET", "DELETE", "HEAD"),
}


def drawn_fault(chance: random.Random, *, stored: bool) -> dict[str, Any]:
    """A rule of a fault script; `stored`: the state is in a bucket, which fails as well."""
    service = chance.choice(("braket", "braket", "pasqal", "pasqal", *(("s3",) if stored else ())))
    effects = [*_ANYWHERE, *(_OF_CLOUDS if service != "s3" else ()), *(_OF_PASQAL if service == "pasqal" else ())]
    effect = chance.choice(effects)
    rule: dict[str, Any] = {"service": service, "operation": chance.choice(_OPERATIONS[service]), "effect": effect}
    if effect in ("status", "status-after"):
        rule["status"] = chance.choice(_STATUSES)
    if effect in ("late", "hide", "lag"):
        rule["seconds"] = chance.choice((20, 120, LATEST))
    rule["skip"] = chance.choice((0, 0, 0, 1, 2))
    if chance.random() < 0.4:
        rule["always"] = True
    return rule
