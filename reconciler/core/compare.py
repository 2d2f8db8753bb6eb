"""Field by field: what differs between a run and what is wanted."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.core.attempt import Attempt
from reconciler.core.change import FieldChange
from reconciler.core.fields import FieldClass
from reconciler.core.mark import TAG_MOVED
from reconciler.core.resource import Resource


def execution_changes(attempt: Attempt, resource: Resource) -> tuple[FieldChange, ...]:
    """The fields that make it another paid run, by name."""
    before, after = dict(attempt.execution), dict(resource.execution)
    before["run.generation"], after["run.generation"] = attempt.generation, resource.rules.generation
    names = sorted(before.keys() | after.keys())
    return tuple(
        FieldChange(name, FieldClass.EXECUTION, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )


def tag_changes(
    resource: Resource, attempt: Attempt, marks: Mapping[str, str]
) -> tuple[dict[str, str], tuple[str, ...], tuple[FieldChange, ...]]:
    """Tags to put, keys to drop, and both as fields. Only keys that we own are ever dropped."""
    wanted = {**resource.tags, **marks}
    put = {k: v for k, v in sorted(wanted.items()) if attempt.tags.get(k) != v}
    # A search that rebuilt a lost state knows of the usual marks alone. What carries none of ours keeps everybody's.
    ours = {*attempt.owned, TAG_MOVED} if marks else attempt.owned
    drop = tuple(k for k in sorted(ours) if k not in wanted and k in attempt.tags)
    fields = [FieldChange(f"tags.{k}", FieldClass.MUTABLE, attempt.tags.get(k), v) for k, v in put.items()]
    fields += [FieldChange(f"tags.{k}", FieldClass.MUTABLE, attempt.tags[k], None) for k in drop]
    return put, drop, tuple(fields)


def tags_stand(resource: Resource, attempt: Attempt, marks: Mapping[str, str]) -> bool:
    """Whether the run has just the tags that are wanted: then `tag_changes` has nothing to say."""
    return attempt.tags == {**resource.tags, **marks}
