"""What runs need is put in place before them, though no manifest says that they wait for it.

The limit that bounds the runs on a device, and the bucket that takes their results.
"""

from __future__ import annotations

from collections.abc import Iterable, Set

from reconciler.core.address import Address
from reconciler.core.change import Change
from reconciler.core.event import PAYING, Verb
from reconciler.core.graph import Edges

_BUCKET = "output.bucket"  # as runs name it in their delivery
_MADE = (Verb.CREATE, Verb.UPDATE)


def guarded(changes: Iterable[Change], edges: Edges) -> dict[Address, Set[Address]]:
    """The edges, and for each paid run one to the limit of its device, and to its bucket, that the same plan makes.

    Unless that waits for the run: then it can't come first. What is changed comes first as well.
    """
    guards: dict[str, list[Address]] = {}
    runs: list[tuple[Address, tuple[str, ...]]] = []
    for change in changes:
        if guarded_thing := _guarded(change):
            guards.setdefault(guarded_thing, []).append(change.address)
        runs += [
            (op.resource.address, (str(op.resource.execution.get("device", "")), op.resource.delivery.get(_BUCKET, "")))
            for op in change.operations
            if op.verb in PAYING and op.resource is not None and op.resource.settings is None
        ]
    result: dict[Address, Set[Address]] = dict(edges)
    for run, needs in runs:
        near = [guard for need in needs for guard in guards.get(need, ())]
        first = {guard for guard in near if run not in _reached(guard, edges)}
        if first:
            result[run] = {*result.get(run, ()), *first}
    return result


def _guarded(change: Change) -> str:
    """The device that a limit made or changed here bounds, or the bucket's name; empty for everything else."""
    for op in change.operations:
        if op.verb in _MADE:
            made = op.resource if op.verb is Verb.CREATE else change.attempt
            if made is not None and made.settings:
                return str(made.execution.get("device") or made.execution.get("name") or "")
    return ""


def _reached(start: Address, edges: Edges) -> Set[Address]:
    """Everything that it waits for."""
    todo, reached = [start], {start}
    while todo:
        for address in edges.get(todo.pop(), ()):
            if address not in reached:
                reached.add(address)
                todo.append(address)
    return reached
