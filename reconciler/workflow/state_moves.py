"""States that are brought home, put back, and moved: each a new save, in which nothing that was paid is forgotten."""

# ruff: noqa: N818 - errors are named after the problem, as in the rest of the package

from __future__ import annotations

from dataclasses import dataclass, replace

from reconciler.core.address import Address
from reconciler.core.event import Moved
from reconciler.core.reconcile_states import forgets, together, with_wishes_of
from reconciler.core.state import State, fold
from reconciler.core.suggest import did_you_mean
from reconciler.store.copies import StateMoved
from reconciler.store.errors import LockInfo, StoreError
from reconciler.store.port import Archive, Snapshot, locked
from reconciler.store.rescue import Rescued
from reconciler.workflow.noting import begin, noted


class PushRefused(StoreError):
    """A state that would lose something of the one that stands."""

    def __init__(self, why: str) -> None:
        super().__init__(
            "state/push-refused",
            "State was not pushed",
            f"{why}. Nothing was changed.",
            "If you mean it, --force takes its addresses and their care from the file, as a new save; runs that only "
            "the present state knows stay on record even then.",
        )


class MoveRefused(StoreError):
    """A move that would mix two things into one."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__("state/move-refused", "State was not moved", f"{why}. Nothing was changed.", remedy)


@dataclass(frozen=True, slots=True)
class Saved:
    """A state as it was saved by one of these."""

    state: State
    serial: int
    events: int = 0  # that were recorded on the way


def push_rescued(store: Archive, info: LockInfo, timeout: float, rescued: Rescued, *, force: bool) -> Saved:
    """Bring a rescue file home: its unsaved events happened, so they are recorded; the rest is compared."""
    with locked(store, info, timeout):
        snapshot = store.read()
        if snapshot.version is None:
            there = rescued.state if not snapshot.state.records else together(rescued.state, snapshot.state)
            return _save(store, info, there)
        # What was never saved has a lineage that nobody else was ever told.
        if rescued.state.serial and snapshot.state.lineage != rescued.state.lineage and not force:
            raise PushRefused("The file is of another lineage: it is not about the state that stands here")
        before = snapshot.state
        store.append(*rescued.events)
        snapshot = store.read()
        saved = _save(store, info, together(snapshot.state, rescued.state), snapshot)
        # A second time they tell nothing new.
        return replace(saved, events=len(rescued.events) if snapshot.state.records != before.records else 0)


def push_state(store: Archive, info: LockInfo, timeout: float, pushed: State, *, force: bool) -> Saved:
    """Save a state that was pulled. Never goes back, and never forgets."""
    with locked(store, info, timeout):
        snapshot = store.read()
        standing = snapshot.state
        if snapshot.version is None and not standing.records:
            return _save(store, info, pushed)
        if force:
            return _save(store, info, with_wishes_of(standing, pushed), snapshot)
        if snapshot.version is not None and pushed.lineage != standing.lineage:
            raise PushRefused("The file is of another lineage: it is not an earlier or later form of this state")
        if pushed.serial < standing.serial:
            raise PushRefused(f"The file has serial {pushed.serial}, and {standing.serial} stands: that would go back")
        if forgets(pushed, standing):
            raise PushRefused("The file lacks runs that the state has: saving it would forget what was paid")
        return _save(store, info, together(pushed, standing), snapshot)


def restore(store: Archive, info: LockInfo, timeout: float, serial: int) -> Saved:
    """Put an earlier save back, as a new one that still knows every attempt."""
    with locked(store, info, timeout):
        snapshot = store.read()
        past = store.past(serial)
        back = with_wishes_of(snapshot.state, past)
        if snapshot.version is None:  # somebody deleted the state: what comes back is the same one, and not a new one
            back = replace(back, lineage=past.lineage)
        return _save(store, info, back, snapshot)


def move_address(store: Archive, info: LockInfo, timeout: float, at: str, source: Address, target: Address) -> None:
    """Give what is on record at one address another one, as `moved:` in a manifest does."""
    with locked(store, info, timeout):
        records = store.read().state.records
        if str(source) not in records:
            remedy = did_you_mean(str(source), records, "See `qctl state list --all`.")
            raise MoveRefused(f"Nothing is remembered of {source}", remedy)
        if str(target) in records:
            raise MoveRefused(f"{target} has a record of its own", "Choose another address.")
        if source.kind != target.kind:
            raise MoveRefused(f"{source} and {target} are of different kinds", "Choose an address of the same kind.")
        began = begin(info)
        store.append(began, Moved(at, str(source), str(target)))
        snapshot = store.read()
        store.write(noted(snapshot.state, began), snapshot.version)


def migrate(source: Archive, target: Archive, info: LockInfo, timeout: float, place: str) -> Saved:
    """Move a state with its journal to another store, and leave word at the old one. Can be repeated at any point."""
    try:
        here = source.read()
    except StateMoved as moved:
        if moved.to != place:
            raise
        return _already(target)
    if here.version is None and not here.state.records:
        raise MoveRefused(
            "There is no state where it is to come from", "Check --from: local:FOLDER or s3://BUCKET/KEY."
        )
    with locked(source, info, timeout), locked(target, info, timeout):
        here = source.read()
        target.welcome()  # if it lived there once, and comes back
        there = target.read()
        if there.version is not None and there.state.lineage != here.state.lineage:
            why = "Another state stands where it is to go"
            raise MoveRefused(why, "Choose an empty place, or move that state away first.")
        saved = _save(target, info, together(here.state, there.state), there)
        if forgets(target.read().state, here.state):
            raise MoveRefused("What arrived is not what was sent", "Run the command again.")
        source.retire(place)
    return saved


def _already(target: Archive) -> Saved:
    state = target.read().state
    return Saved(state, state.serial)


def _save(store: Archive, info: LockInfo, state: State, standing: Snapshot | None = None) -> Saved:
    if standing is not None and standing.version is not None:
        # It follows what stands there, whatever it was before.
        state = replace(state, lineage=standing.state.lineage, serial=max(state.serial, standing.state.serial))
    began = begin(info)
    store.write(noted(fold(state, [began]), began), standing.version if standing else None)
    saved = store.read().state
    return Saved(saved, saved.serial)
