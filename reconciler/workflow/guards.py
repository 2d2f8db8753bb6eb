"""What bounds the runs on a device is put in place before them, though no manifest says that they wait for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from reconciler.core.address import Address
from reconciler.core.change import Change
from reconciler.core.event import PAYING, Verb

Edges = Mapping[Address, Set[Address]]
_MADE = (Verb.CREATE, Verb.UPDATE)


def guarded(changes: Iterable[Change], edges: Edges) -> dict[Address, Set[Address]]:
    """The edges, and for each paid run one to the limit of its device that the same plan makes or changes.

    Unless the limit waits for that run: then it can't come first.
    """
    guards: dict[str, list[Address]] = {}
    runs: list[tuple[Address, str]] = []
    for change in changes:
        device = _guarded_device(change)
        if device:
            guards.setdefault(device, []).append(change.address)
        runs += [
            (op.resource.address, str(op.resource.execution.get("device", "")))
            for op in change.operations
            if op.verb in PAYING and op.resource is not None and op.resource.settings is None
        ]
    result: dict[Address, Set[Address]] = dict(edges)
    for run, device in runs:
        first = {guard for guard in guards.get(device, ()) if run not in _reached(guard, edges)}
        if first:
            result[run] = {*result.get(run, ()), *first}
    return result


def _guarded_device(change: Change) -> str:
    """The device that a limit made or changed here bounds; empty for everything else."""
    for op in change.operations:
        if op.verb in _MADE:
            made = op.resource if op.verb is Verb.CREATE else change.attempt
            if made is not None and made.settings:
                return str(made.execution.get("device", ""))
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
