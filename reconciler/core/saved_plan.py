"""A plan that was kept to be reviewed: what it decided, and all that it was made from. Applied as it is, or not at all.

Whoever applies it plans anew, from the same texts, and compares: the file is a claim, and nothing is done because a
file says so. Of what it was made from it keeps digests, so that a refusal can say what changed, and no values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.core.diagnostic import Diagnostic
from reconciler.core.plan import Plan

# What became of something that a plan was made with: told of price tables and devices.
_USES = {"removed": "no longer asked for", "added": "asked for now", "edited": "another one"}


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan was made from. All values are digests, but for names, times and statuses.

    `state` has lineage, serial, version and content; it is empty while nothing was ever saved. `prices` are by the
    table's name, `devices` by the device, with what was known of it.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    state: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, str] = field(default_factory=dict)
    devices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """With which options it was made; applying uses the same. Addresses as texts."""

    targets: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    forced: tuple[str, ...] = ()
    refresh: str = "open"


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """The plan with its basis. `made` and `expires` are ISO 8601 in UTC; `uid` is the project's."""

    uid: str
    tool_version: str
    made: str
    expires: str
    fingerprint: str
    plan: Plan
    basis: Basis
    asked: Asked = field(default_factory=Asked)

    def is_over(self, now: datetime) -> bool:
        """Whether it may no longer be applied, because of its age alone."""
        return now > datetime.fromisoformat(self.expires)


def texts_changed(before: Basis, now: Basis) -> Iterator[str]:
    """What differs in the manifests, the programs they name, and the variables: sentences, sorted."""
    for name, what in _different(before.files, now.files):
        yield f"The file {name} was {what}."
    for name, what in _different(before.variables, now.variables):
        yield f"The variable {name} {'has another value' if what == 'edited' else f'was {what}'}."


def world_changed(before: Basis, now: Basis) -> Iterator[str]:
    """What differs in the state, the prices and the devices."""
    if before.state != now.state:
        yield _state_changed(before.state, now.state)
    for name, what in _different(before.prices, now.prices):
        yield f"The price table {name} is {_USES[what]}."
    for name, what in _different(before.devices, now.devices):
        yield from _device_changed(name, what, before.devices.get(name, {}), now.devices.get(name, {}))


def decisions_changed(before: Plan, now: Plan) -> Iterator[str]:
    """Which addresses would be treated otherwise, or cost something else. In no words at all where none would."""
    old = {c.address: c for c in before.changes if c.changes_anything}
    new = {c.address: c for c in now.changes if c.changes_anything}
    for address in sorted(old.keys() | new.keys()):
        was, is_ = old.get(address), new.get(address)
        if was is None or is_ is None:
            found = was or is_
            verb = "would no longer" if is_ is None else "would now"
            yield f"{address} {verb} be treated as {found.action if found else ''}."
        elif was.action != is_.action:
            yield f"{address} would be treated as {is_.action}, and not as {was.action}."
        elif was.price != is_.price:
            yield f"{address} has another price."
        elif [(op.verb, op.token, op.id) for op in was.operations] != [
            (op.verb, op.token, op.id) for op in is_.operations
        ]:
            yield f"{address} would be changed by other calls."


def stale(detail: str) -> Diagnostic:
    """One thing that changed since."""
    remedy = "Plan again, and have the new plan reviewed."
    return Diagnostic("plan/stale", "Plan is stale", f"{detail} Nothing was done.", remedy)


def _different(before: Mapping[str, object], now: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name in sorted(before.keys() | now.keys()):
        if name not in now:
            yield name, "removed"
        elif name not in before:
            yield name, "added"
        elif before[name] != now[name]:
            yield name, "edited"


def _state_changed(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    if before.get("lineage") != now.get("lineage") and before and now:
        return "The state is another one: it has another lineage."
    was, is_ = before.get("serial", "none"), now.get("serial", "none")
    if was != is_:
        return f"The state was saved by another command: its serial is {is_}, and was {was}."
    return "The state was changed by another command, or holds what one left unfinished."


def _device_changed(name: str, what: str, before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    if what != "edited":
        yield f"The device {name} is {_USES[what]}."
        return
    for fact, _ in _different(before, now):
        if fact == "status":
            yield f"The device {name} is {now.get(fact, 'unknown')} now, and was {before.get(fact, 'unknown')}."
        else:
            yield f"The device {name} offers something else: its limits, gates, windows or prices changed."
