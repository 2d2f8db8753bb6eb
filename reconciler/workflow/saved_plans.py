"""Plans that are kept: what one binds, and what became of that since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from reconciler.core.address import parse_address
from reconciler.core.codec import to_plain
from reconciler.core.declared import Declared
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.digest import canonical, sha256
from reconciler.core.plan import Plan
from reconciler.core.saved_plan import Asked, Basis, SavedPlan, decisions_changed, stale, texts_changed, world_changed
from reconciler.manifest.fingerprint import manifests_now, programs_in, programs_now
from reconciler.manifest.variables import ENVIRONMENT_PREFIX
from reconciler.store.port import Snapshot
from reconciler.workflow.observe import Refresh
from reconciler.workflow.plan import Planned
from reconciler.workflow.selection import Selection
from reconciler.workflow.session import Session, timestamp

_TOLD = 20  # so many differences are told one by one


@dataclass(frozen=True, slots=True)
class Texts:
    """What a plan is read from: the folder, the files named with -f, what is declared, and values from outside."""

    root: Path
    given: Sequence[Path]
    declared: Sequence[Declared]
    names: Sequence[str]  # of the project's variables
    variables: Mapping[str, str]
    surroundings: Mapping[str, str]

    def basis(self) -> Basis:
        """The part of a basis that is on this machine."""
        files = manifests_now(self.root, self.given or None) | programs_in(self.declared)
        values = {name: self._value(name) for name in self.names}
        return Basis(files, {name: sha256(value) for name, value in values.items() if value is not None})

    def _value(self, name: str) -> str | None:
        return self.variables.get(name, self.surroundings.get(ENVIRONMENT_PREFIX + name))


def save(
    session: Session, planned: Planned, texts: Texts, selection: Selection, refresh: Refresh, valid: timedelta
) -> SavedPlan:
    """The plan with what it was made from."""
    now = session.clock.now()
    return SavedPlan(
        uid=session.context.uid,
        tool_version=session.version,
        made=timestamp(now),
        expires=timestamp(now + valid),
        fingerprint=planned.plan.fingerprint,
        plan=planned.plan,
        basis=_world(planned, texts.basis()),
        asked=_asked(selection, refresh),
    )


def too_late(session: Session, saved: SavedPlan, texts: Texts) -> list[Diagnostic]:
    """Why it may not be applied, as far as that can be told without the state and the clouds."""
    changed = [*_wrong_place(session, saved), *_aged(session, saved), *texts_changed(saved.basis, texts.basis())]
    return [stale(why) for why in _bounded(changed)]


def files_changed(saved: SavedPlan, root: Path, given: Sequence[Path]) -> list[Diagnostic]:
    """Which files differ, as far as that can be told of a project whose manifests can't be read."""
    now = manifests_now(root, given or None)
    now |= programs_now(root, saved.basis.files.keys() - now.keys())
    return [stale(why) for why in _bounded(list(texts_changed(saved.basis, replace(saved.basis, files=now))))]


def differences(saved: SavedPlan, planned: Planned) -> list[Diagnostic]:
    """What changed in the state, at the clouds, and in what would be done. Empty: it may be applied."""
    changed = list(world_changed(saved.basis, _world(planned, saved.basis)))
    if saved.fingerprint != planned.plan.fingerprint:
        changed += decisions_changed(saved.plan, planned.plan)
        changed = changed or ["What would be done is no longer the same."]
    return [stale(why) for why in _bounded(changed)]


def unexpected(plan: Plan, expected: str) -> list[Diagnostic]:
    """Empty if it is the plan of this fingerprint."""
    if plan.fingerprint == expected:
        return []
    detail = f"The plan that was approved has the fingerprint {expected[:80]}, and the present one {plan.fingerprint}."
    return [stale(detail)]


def selection_of(saved: SavedPlan) -> Selection:
    """The addresses that it is about. Raises InvalidAddress."""
    asked = saved.asked
    return Selection(*(frozenset(map(parse_address, part)) for part in (asked.targets, asked.excluded, asked.forced)))


def refresh_of(saved: SavedPlan) -> Refresh:
    """How live states were read. Raises ValueError."""
    return Refresh(saved.asked.refresh)


def _wrong_place(session: Session, saved: SavedPlan) -> Iterator[str]:
    context = session.context
    if saved.uid != context.uid:
        yield f"The plan is of the project {saved.plan.project} with uid {saved.uid}; this one has {context.uid}."
    if saved.plan.environment != context.environment:
        yield f"The plan is of environment {saved.plan.environment}, and this is {context.environment}."
    if saved.tool_version != session.version:
        yield f"The plan was made by qctl {saved.tool_version}, and this is {session.version}."


def _aged(session: Session, saved: SavedPlan) -> Iterator[str]:
    now = session.clock.now()
    if saved.is_over(now):
        yield f"The plan was good until {saved.expires}, and it is {timestamp(now)}."


def _world(planned: Planned, basis: Basis) -> Basis:
    prices = {table.name: table.digest for table in planned.plan.price_lists}
    devices = {name: standing.bound for name, standing in planned.devices.items()}
    return replace(basis, state=_state(planned.snapshot), prices=prices, devices=devices)


def _state(snapshot: Snapshot) -> dict[str, str]:
    state = snapshot.state
    if snapshot.version is None and not state.records:
        return {}  # nothing was ever saved: its lineage is a new one each time
    content = sha256(canonical(to_plain(state.records)))
    return {
        "lineage": state.lineage,
        "serial": str(state.serial),
        "version": snapshot.version or "",
        "content": content,
    }


def _asked(selection: Selection, refresh: Refresh) -> Asked:
    parts = (selection.targets, selection.excluded, selection.forced)
    targets, excluded, forced = (tuple(sorted(map(str, part))) for part in parts)
    return Asked(targets, excluded, forced, str(refresh))


def _bounded(changed: Sequence[str]) -> list[str]:
    rest = len(changed) - _TOLD
    return [*changed[:_TOLD], f"{rest} more differences are not listed."] if rest > 1 else list(changed)
