"""Search the clouds for runs with our marks that we don't remember, and end doubts. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from reconciler.core.address import parse_address
from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.event import Adopted, Concluded, Event, Intended, Managed, Verb
from reconciler.core.mark import MARKS, address_mark
from reconciler.core.phase import UNFINISHED
from reconciler.core.program_set import is_set, members_of
from reconciler.core.resource import Resource
from reconciler.core.state import State
from reconciler.core.uid import born
from reconciler.providers.kind import Cloud, Found, Search, Unlisted
from reconciler.workflow.observe import check_account, doubt_is_over, placed
from reconciler.workflow.session import Session
from reconciler.workflow.set_adoption import adopted_members, sent, sweep_of
from reconciler.workflow.unmarked import by_content, in_question
from reconciler.workflow.whose import Owners

# Clocks differ; a project made a day ahead of ours still finds its runs.
_SKEW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The desired resources, by address text and by the mark that they leave on a cloud."""

    by_address: Mapping[str, Resource]
    by_mark: Mapping[str, Resource]
    former: Mapping[str, str] = field(default_factory=dict)  # older names of addresses


def wanted(resources: Sequence[Resource], former: Mapping[str, str] | None = None) -> Wanted:
    """Index the desired side. `former` maps the texts of older addresses to what they are called now."""
    by_mark = {address_mark(r.address): r for r in resources}
    return Wanted({str(r.address): r for r in resources}, by_mark, former or {})


@dataclass(slots=True)
class Discovered:
    """What a search came to. `unmatched`: kinds whose runs can't be searched for, and why."""

    events: list[Event] = field(default_factory=list)
    unmatched: dict[str, str] = field(default_factory=dict)


def discover(session: Session, state: State, want: Wanted) -> Discovered:
    """Runs with our marks that we don't remember, and the end of doubts. Raises CloudUnavailable and WrongAccount."""
    owners = Owners(session.scope, dict(want.by_address), dict(want.by_mark), want.former)
    owners.remember(state)
    result = Discovered()
    for name in sorted(_clouds(session, state, want)):
        cloud = session.clouds[name]
        if known := placed(name, state):
            # Another account's search finds nothing and knows no token: both would let us pay a second time.
            check_account(cloud, known)
        doubts = [(address, attempt) for address, attempt in known if attempt.doubtful]
        items = list(cloud.discover(_search(session, name, cloud, state, want)))
        found = [item for item in items if isinstance(item, Found)]
        for item in items:
            if isinstance(item, Unlisted):
                result.unmatched[item.kind] = item.reason
                ours = [r for r in want.by_address.values() if r.address.kind == item.kind]
                result.events += in_question(session, state, ours, item.reason)
        adopted = list(_adoptions(session, want, owners, found, state))
        result.events += adopted
        matched = by_content(session, state, want.by_address, doubts, [f for f in found if not f.attempt.token], owners)
        result.events += matched
        told = [*adopted, *matched]
        over = [d for d in doubts if parse_address(d[0]).kind not in result.unmatched and not _told(d, told)]
        result.events += _settled(session, cloud, state, over, [f for f in found if f.attempt.id not in owners.ids])
    return result


def _search(session: Session, name: str, cloud: Cloud, state: State, want: Wanted) -> Search:
    doubts = [address for address, attempt in placed(name, state) if attempt.doubtful]
    ours = {parse_address(address).kind for address in (*doubts, *want.by_address)}
    kinds = frozenset(kind for kind in ours if session.kinds[kind].cloud == name)
    regions = frozenset(_regions(session, name, state, want))
    since = born(session.context.uid) - _SKEW
    watched = frozenset(r.digest for r in want.by_address.values() if r.watched)
    search = Search(session.context.uid, since, regions, bool(doubts), kinds=kinds, watched=watched)
    return search if state.records else replace(search, maybe=frozenset(cloud.everywhere()))


def _clouds(session: Session, state: State, want: Wanted) -> set[str]:
    """The clouds in use; all of them when nothing is declared or remembered: whatever is there may be ours."""
    used = {session.kinds[r.address.kind].cloud for r in want.by_address.values()}
    used |= {a.place.cloud for record in state.records.values() for a in record.attempts}
    return used or set(session.clouds)


def _regions(session: Session, name: str, state: State, want: Wanted) -> set[str]:
    """Where our runs may be: at the project's devices, at the declared ones, and wherever we remember one."""
    cloud = session.clouds[name]
    regions = cloud.regions(session.context.devices.values())
    ours = (r for r in want.by_address.values() if session.kinds[r.address.kind].cloud == name)
    regions |= {cloud.place(resource).region for resource in ours}
    return regions | {attempt.place.region for _, attempt in placed(name, state)}


def _adoptions(session: Session, want: Wanted, owners: Owners, found: Sequence[Found], state: State) -> Iterator[Event]:
    """Take in what is ours and not on record. A run we know stays where it is recorded, whatever its tags say."""
    by_token: dict[str, dict[str, Found]] = {}
    for item in found:  # by id as well: a list may show one run twice
        if item.attempt.token:
            by_token.setdefault(item.attempt.token, {})[item.attempt.id] = item
    for runs in by_token.values():
        new = [item for item in runs.values() if item.attempt.id not in owners.ids]
        if len(new) < len(runs):
            # Of a set on record there may be points that are not. Who copied its tags elsewhere changes nothing.
            known = [item for item in runs.values() if item.attempt.id in owners.ids and _lacks(owners, item.attempt)]
            new = known or new
        if len(new) > 1 and len(new) == len(runs) and _paid_twice(session, owners, new):
            yield from _ambiguous(session, owners, new)
            continue
        # The first one that is taken in stays. A copy of somebody's tags is on another run, or on a later one.
        for item in sorted(new, key=lambda found: (_contradicts(want, owners, found), found.attempt.submitted)):
            yield from _adopted(session, want, owners, item, state)


def _lacks(owners: Owners, attempt: Attempt) -> bool:
    """Whether it is a set with more runs than are on record."""
    return is_set(attempt.tags) and owners.groups[attempt.token] < len(members_of(attempt.tags))


def _paid_twice(session: Session, owners: Owners, runs: Sequence[Found]) -> bool:
    """Two runs of one identity are two payments where a create takes no token; elsewhere somebody copied tags."""
    address = owners.address_of(runs[0])
    return address is not None and not session.kinds[parse_address(address).kind].repeats


def _ambiguous(session: Session, owners: Owners, runs: Sequence[Found]) -> Iterator[Event]:
    """More than one run carries the marks of one attempt: only a person can say which is to stand."""
    address = owners.address_of(runs[0])
    if address is None:
        return
    attempt = runs[0].attempt
    told = replace(attempt, outcome=Outcome.PENDING, id="", jobs=())
    if attempt.token not in owners.known:
        yield Intended(session.now(), "", address, Verb.CREATE, attempt.token, told)
    ids = ", ".join(sorted(item.attempt.id for item in runs))
    error = f"{len(runs)} runs carry its marks: {ids}"
    yield Concluded(session.now(), "", address, Verb.CREATE, attempt.token, Outcome.UNKNOWN, error=error)


def _adopted(session: Session, want: Wanted, owners: Owners, found: Found, state: State) -> Iterator[Event]:
    attempt = found.attempt
    together = is_set(attempt.tags)
    address = owners.address_of(found)
    if address is None and together:
        address = sweep_of(session.scope, want.by_address, attempt)
    if address is None or (attempt.id in owners.ids and not together):
        return
    owners.ids.add(attempt.id)
    if origin := owners.origins.get(attempt.token):
        attempt = replace(attempt, origin=origin)
    if together:
        yield from adopted_members(session, want.by_address, state, parse_address(address), attempt)
        return
    resource = want.by_address.get(address)
    if resource is not None and resource.wants(attempt):
        owned = tuple(sorted({*MARKS, *resource.tags}))
        attempt = replace(attempt, program=resource.program, execution=resource.execution, owned=owned)
    yield Adopted(session.now(), address, attempt)
    if resource is None and attempt.phase not in UNFINISHED:
        yield Managed(session.now(), address, managed=False)


def _contradicts(want: Wanted, owners: Owners, found: Found) -> bool:
    """Whether the cloud says that it runs something else than what its tags are of."""
    resource = want.by_address.get(owners.address_of(found) or "")
    told = found.attempt.execution.items()
    return resource is not None and any(resource.execution.get(name, said) != said for name, said in told)


def _told(doubt: tuple[str, Attempt], events: Sequence[Event]) -> bool:
    return any(isinstance(e, Adopted | Concluded) and e.address == doubt[0] for e in events)


def _settled(
    session: Session, cloud: Cloud, state: State, doubts: Sequence[tuple[str, Attempt]], found: Sequence[Found]
) -> Iterator[Event]:
    """A doubtful create that has had its time to show up, and didn't, never happened.

    Unless a run stands there that it may have made, and that lost its marks: then only a person can tell.
    """
    tokens = {f.attempt.token for f in found}
    unmarked = [f for f in found if not f.attempt.token]
    for address, doubt in doubts:
        if doubt.token in tokens or not doubt_is_over(session, doubt):
            continue
        kind = parse_address(address).kind
        # What never carries marks was told by its content already: the others are not this one.
        like = unmarked if session.kinds[kind].marks else []
        call = sent(state, doubt)
        near = [run for run in like if run.kind in ("", kind) and _may_have_made(call, run.attempt, cloud.window)]
        outcome, error = Outcome.REFUSED, f"not found {int(cloud.window.total_seconds())} s and more after the call"
        if near:
            ids = ", ".join(sorted({run.attempt.id for run in near}))
            outcome, error = Outcome.UNKNOWN, f"a run that it may have made has lost our tags: {ids}"
        yield Concluded(session.now(), "", address, Verb.CREATE, doubt.token, outcome, error=error)


def _may_have_made(doubt: Attempt, run: Attempt, window: timedelta) -> bool:
    begun, ended = (datetime.fromisoformat(at) for at in (doubt.intended, doubt.doubted or doubt.intended))
    same = all(doubt.execution.get(name) == value for name, value in run.execution.items())
    return same and begun - window <= datetime.fromisoformat(run.submitted) <= ended + window
