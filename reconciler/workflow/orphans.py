"""Runs on the accounts that no declared or remembered address has. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from reconciler.core.attempt import Attempt
from reconciler.core.declared import Declared
from reconciler.core.mark import TAG_PROJECT, TAG_RUN, read_run_mark
from reconciler.core.phase import UNFINISHED
from reconciler.core.state import State
from reconciler.providers.kind import CloudUnavailable, Found, Search, Unlisted
from reconciler.workflow.discover import wanted
from reconciler.workflow.moved import former_names
from reconciler.workflow.observe import check_account, check_mode, placed
from reconciler.workflow.session import Session
from reconciler.workflow.spelling import spelled_anew
from reconciler.workflow.whose import Owners

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_RUN = "the marks on it contradict each other: somebody edited or copied its tags"


@dataclass(frozen=True, slots=True)
class Orphan:
    """A run that nobody here has. `why` is a sentence; `address` is there if its marks are ours and name one."""

    kind: str
    attempt: Attempt
    why: str
    address: str = ""

    @property
    def unfinished(self) -> bool:
        """Whether it is work on its way; a lasting object is none."""
        return self.attempt.phase in UNFINISHED and not self.attempt.settings

    @property
    def lasting(self) -> bool:
        """Whether it stays until somebody deletes it."""
        return bool(self.attempt.settings)


@dataclass(slots=True)
class Orphans:
    """The runs, unfinished ones first and then the newest, and what could not be looked through."""

    runs: list[Orphan] = field(default_factory=list)
    unavailable: dict[str, str] = field(default_factory=dict)


def orphans(session: Session, state: State, declared: Sequence[Declared], clouds: Iterable[str]) -> Orphans:
    """Search these clouds wherever runs can be. Raises CloudUnavailable if none can be read, and WrongAccount."""
    check_mode(session, state)
    kinds = session.kinds
    resources = [kinds[d.address.kind].desired(d, session.context) for d in declared]
    want = wanted(resources, former_names(spelled_anew(declared, state)))
    owners = Owners(session.scope, dict(want.by_address), dict(want.by_mark), want.former)
    owners.remember(state)
    owners.ids |= {d.imports.id for d in declared if d.imports is not None}
    result = Orphans()
    failed: list[CloudUnavailable] = []
    asked = sorted(clouds)
    for name in asked:
        try:
            result.runs += _on_cloud(session, name, state, owners, want.by_address, result.unavailable)
        except CloudUnavailable as error:
            failed.append(error)
            result.unavailable[name] = str(error)
    if failed and len(failed) == len(asked):
        raise failed[0]
    result.runs.sort(key=lambda o: o.attempt.submitted, reverse=True)
    result.runs.sort(key=lambda o: not o.unfinished)
    return result


def _on_cloud(
    session: Session,
    name: str,
    state: State,
    owners: Owners,
    declared: Mapping[str, object],
    unavailable: dict[str, str],
) -> Iterator[Orphan]:
    cloud = session.clouds[name]
    if known := placed(name, state):
        check_account(cloud, known)
    mine = frozenset(kind.name for kind in session.kinds.values() if kind.cloud == name)
    regions = frozenset(cloud.regions(session.context.devices.values()))
    everywhere = frozenset(cloud.everywhere())
    search = Search(session.context.uid, _EVER, regions, unmarked=True, maybe=everywhere - regions, kinds=mine)
    seen: set[str] = set()
    for item in cloud.discover(search):
        if isinstance(item, Unlisted):
            unavailable[item.kind] = item.reason
        elif item.attempt.id not in owners.ids and item.attempt.id not in seen:
            seen.add(item.attempt.id)
            yield from _orphan(session, owners, declared, item)


def _orphan(session: Session, owners: Owners, declared: Mapping[str, object], item: Found) -> Iterator[Orphan]:
    attempt, tags = item.attempt, item.attempt.tags
    if tags.get(TAG_PROJECT, session.context.uid) != session.context.uid:
        return  # another project's, which has a record of its own
    mark = read_run_mark(tags.get(TAG_RUN, ""))
    if mark is not None and mark.environment != session.context.environment:
        return
    if not attempt.token:
        why = "some of our marks on it are gone" if TAG_PROJECT in tags or mark else "made without qctl"
        yield Orphan(item.kind, attempt, why)
        return
    address = owners.address_of(item)
    if address is None:
        yield Orphan(item.kind, attempt, _RUN)
    elif address in declared:
        yield Orphan(item.kind, attempt, f"submitted for {address}, and not on record: a lost state", address)
    else:
        yield Orphan(item.kind, attempt, f"submitted for {address}, which is neither declared nor on record", address)
