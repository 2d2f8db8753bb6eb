import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from reconciler.emulator.braket import job, job_find, job_lifecycle, spending_limit
from reconciler.emulator.braket.context import Context
from reconciler.emulator.braket.job import Job
from reconciler.emulator.braket.lifecycle import TERMINAL, status
from reconciler.emulator.braket.spending_limit import SpendingLimit
from reconciler.emulator.braket.task import Task, find, save_tags
from reconciler.emulator.wire.error import invalid

# The limits of tags everywhere on AWS.
_MOST, _LONGEST_KEY, _LONGEST_VALUE, _RESERVED = 50, 128, 256, "aws:"


def check_tags(tags: Mapping[str, str]) -> None:
    """Raises ServiceError ValidationException for tags that no AWS resource can have."""
    if len(tags) > _MOST:
        raise invalid(f"A resource can't have more than {_MOST} tags")
    for key, value in tags.items():
        if key.lower().startswith(_RESERVED):
            raise invalid(f"Tag key {key} is not allowed: the prefix {_RESERVED} is reserved")
        if not 1 <= len(key) <= _LONGEST_KEY:
            raise invalid(f"A tag key must have 1 to {_LONGEST_KEY} characters")
        if len(value) > _LONGEST_VALUE:
            raise invalid(f"The value of tag {key} must have at most {_LONGEST_VALUE} characters")


def tag_resource(context: Context, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    tags, save = _editable(context, asked["resourceArn"])
    check_tags(asked["tags"])
    check_tags(tags | asked["tags"])
    save(tags | asked["tags"])
    return {}


def untag_resource(context: Context, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    tags, save = _editable(context, asked["resourceArn"])
    gone = set(asked["tagKeys"])
    save({key: value for key, value in tags.items() if key not in gone})
    return {}


def list_tags(context: Context, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"tags": json.loads(_find(context, asked["resourceArn"]).tags)}


def _editable(context: Context, arn: str) -> tuple[dict[str, str], Callable[[Mapping[str, str]], None]]:
    """The tags of what an ARN names, and what saves others."""
    found = _find(context, arn)
    if isinstance(found, SpendingLimit):
        return json.loads(found.tags), partial(spending_limit.save_tags, context.connection, arn)
    is_job = isinstance(found, Job)
    state = job_lifecycle.status(found, context.now) if isinstance(found, Job) else status(found, context.now)
    if state in TERMINAL and context.switches.text("tags.terminal") == "refuse":
        raise invalid(f"Tags of a {'job' if is_job else 'quantum task'} in the {state} status can't be changed")
    return json.loads(found.tags), partial(job.save_tags if is_job else save_tags, context.connection, arn)


def _find(context: Context, arn: str) -> Task | Job | SpendingLimit:
    if ":job/" in arn:
        return job_find.find(context, arn)
    return spending_limit.find(context, arn) if ":spending-limit/" in arn else find(context, arn)
