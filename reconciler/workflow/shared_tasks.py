"""Runs that share one task: what is done to one of them is done to all, so it is done for all or for none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt
from reconciler.core.change import Action, Change
from reconciler.core.digest import canonical
from reconciler.core.event import Verb
from reconciler.core.operation import Operation
from reconciler.core.phase import Phase
from reconciler.core.program_set import Member, program_set
from reconciler.core.state import Record, State
from reconciler.providers.kind import Bundler
from reconciler.workflow.bundled import Bundled, submission, without
from reconciler.workflow.session import Session

Shared = Sequence[tuple[str, Attempt]]
Called = dict[str, tuple[Change, Operation]]
_MANY_TAGS = (
    "Its tags stay as they are: the runs of its program set are declared with different ones, and are one task."
)


def keep_together(session: Session, seen: State, result: Bundled) -> None:
    """Repeat, cancel and tag shared tasks as the one thing that they are."""
    tasks = _tasks(seen)
    addresses = {str(address): address for address in result.changes} if tasks else {}
    for shared in tasks.values():
        mine = [addresses[text] for text, _ in shared if text in addresses]
        _repeat(session, shared, mine, result)
        _cancel(shared, mine, seen, result)
        _tag(shared, mine, result)


def siblings(state: State, attempt: Attempt) -> list[tuple[str, Attempt]]:
    """The other runs of its task, with their addresses."""
    if not attempt.group:
        return []
    runs = ((text, a) for text, record in state.records.items() for a in record.attempts)
    return [(text, a) for text, a in runs if a.group == attempt.group and a.token != attempt.token]


def _tasks(seen: State) -> Mapping[str, Shared]:
    tasks: dict[str, list[tuple[str, Attempt]]] = {}
    for address, record in seen.records.items():
        for attempt in record.attempts:
            if attempt.group:
                tasks.setdefault(attempt.group, []).append((address, attempt))
    return tasks


def _calls(result: Bundled, mine: Sequence[Address], verb: Verb, tokens: set[str]) -> Called:
    """By the token of the run that it is about, each such call at these addresses."""
    calls = ((result.changes[address], op) for address in mine for op in result.changes[address].operations)
    return {op.token: (change, op) for change, op in calls if op.verb is verb and op.token in tokens}


def _repeat(session: Session, shared: Shared, mine: Sequence[Address], result: Bundled) -> None:
    """A doubtful set is repeated as it was sent, or not at all: its token stands for all its members."""
    doubtful = {attempt.token: attempt for _, attempt in shared if attempt.doubtful}
    again = _calls(result, mine, Verb.CREATE, set(doubtful))
    if again and not _repeated(session, shared, doubtful, again, result):
        _blocked(again, result)


def _repeated(
    session: Session, shared: Shared, doubtful: Mapping[str, Attempt], again: Called, result: Bundled
) -> bool:
    """Whether all of it is declared still, and in the plan as it was sent."""
    ordered = sorted(again.values(), key=lambda call: doubtful[call[1].token].member)
    members = [Member(c.address, op.token, op.number, op.resource) for c, op in ordered if op.resource is not None]
    made = program_set(session.scope, members)
    if made.token != shared[0][1].group:
        return False
    cloud = session.cloud(members[0].address.kind)
    fee = cloud.bundles([m.resource for m in members]).fee if isinstance(cloud, Bundler) else None
    result.together(made, "", fee)
    return True


def _blocked(again: Called, result: Bundled) -> None:
    why = "it was sent in one program set with others that are not declared as they were, or not chosen"
    for change, _ in again.values():
        reason = f"{change.reason.partition(';')[0]}; {why}"
        result.changes[change.address] = replace(change, action=Action.BLOCKED, reason=reason, operations=())


def _cancel(shared: Shared, mine: Sequence[Address], seen: State, result: Bundled) -> None:
    """One task can't be ended for some of its runs: it goes on until nobody wants any of them."""
    alive = {attempt.token for _, attempt in shared if attempt.open and attempt.phase is not Phase.CLOSING}
    ending = _calls(result, mine, Verb.CANCEL, alive)
    if not ending:
        return
    if len(ending) < len(alive):
        for change, op in ending.values():
            record = seen.records.get(str(change.address), Record())
            result.changes[change.address] = _spared(result.changes[change.address], op, record)
        return
    asks, *others = sorted(ending.values(), key=lambda call: call[0].address)
    for change, op in others:
        reason = f"{change.reason}; ended with its program set, by the call at {asks[0].address}"
        result.changes[change.address] = replace(change, operations=without(change, [op]), reason=reason)


def _spared(change: Change, op: Operation, record: Record) -> Change:
    """The change without this end of a run, and with the action that is left."""
    head, _, tail = change.reason.rpartition("; ")
    told = head if tail.endswith("is cancelled") else change.reason
    reason = f"{told}; the task runs on, for it holds runs that are still wanted"
    left = replace(change, operations=without(change, [op]), reason=reason)
    if submission(left) is not None:
        return replace(left, action=Action.CREATE)
    if not change.declared:
        return (
            replace(left, action=Action.FORGET) if record.managed else replace(left, action=Action.NONE, managed=None)
        )
    if left.count(Verb.TAG):
        return replace(left, action=Action.UPDATE)
    return replace(left, action=Action.REUSE if left.managed else Action.NONE)


def _tag(shared: Shared, mine: Sequence[Address], result: Bundled) -> None:
    """One call tags all of them."""
    tokens = {attempt.token for _, attempt in shared}
    tagging = _calls(result, mine, Verb.TAG, tokens)
    if not tagging:
        return
    changes = [result.changes[address] for address in mine]
    standing = [c for c in changes if c.declared and c.attempt and c.attempt.token in tokens]
    if len({canonical(_tags_after(change)) for change in standing}) > 1:
        for change, op in tagging.values():
            result.changes[change.address] = _untagged(change, op)
        return
    _, *others = sorted(tagging.values(), key=lambda call: call[0].address)
    for change, op in others:
        result.changes[change.address] = replace(change, operations=without(change, [op]))


def _tags_after(change: Change) -> dict[str, str]:
    """Ours, as this plan would leave them."""
    if change.attempt is None:
        return {}
    tags = {key: value for key, value in change.attempt.tags.items() if key in change.attempt.owned}
    for op in change.operations:
        tags = {key: value for key, value in {**tags, **op.put}.items() if key not in op.drop}
    return tags


def _untagged(change: Change, op: Operation) -> Change:
    fields = tuple(field for field in change.fields if not field.name.startswith("tags."))
    left = replace(change, operations=without(change, [op]), fields=fields, warning=change.warning or _MANY_TAGS)
    return replace(left, action=Action.NONE) if change.action is Action.UPDATE and not fields else left
