"""The members of a program set that a search found: its tags name them by the beginnings of their tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from reconciler.core.address import Address, parse_address
from reconciler.core.attempt import Attempt
from reconciler.core.digest import run_token
from reconciler.core.event import Adopted, Event
from reconciler.core.program_set import Member, members_of, program_set, short
from reconciler.core.resource import Resource, Scope
from reconciler.core.state import Record, State
from reconciler.workflow.session import Session

_TRIES = 10  # the most attempts that a manifest allows


def adopted_members(
    session: Session, declared: Mapping[str, Resource], state: State, base: Address, found: Attempt
) -> Iterator[Event]:
    """Each member that is declared or remembered and has no run, at its own address.

    Of the others nobody knows what they were. A point that is declared again later is found here then.
    """
    named = members_of(found.tags)
    for address, member in [*_remembered(state, found), *_wanted(session, declared, base, found, named)]:
        place = named.get(short(member.token))
        on_record = state.records.get(address, Record()).by_token(member.token)
        if place is not None and (on_record is None or not on_record.exists):
            yield Adopted(session.now(), address, _member(found, member, place, declared.get(address)))


def _member(found: Attempt, member: Attempt, place: int, resource: Resource | None) -> Attempt:
    tags = resource.tags if resource is not None else {}
    return replace(
        found,
        token=member.token,
        digest=member.digest,
        generation=member.generation,
        number=member.number,
        program=member.program,
        execution=member.execution,
        group=found.token,
        member=place,
        origin=member.origin,
        owned=tuple(sorted({*(key for key in found.tags if key.startswith("qctl:")), *tags, *member.owned})),
    )


def sent(state: State, doubt: Attempt) -> Attempt:
    """The doubt as the task that its call would have made: the shots of a set are those of all its runs."""
    if not doubt.group:
        return doubt
    attempts = (a for record in state.records.values() for a in record.attempts)
    members = sum(a.group == doubt.group for a in attempts)
    return replace(doubt, execution={**doubt.execution, "shots": members * doubt.execution["shots"]})


def sweep_of(scope: Scope, declared: Mapping[str, Resource], found: Attempt) -> str | None:
    """The sweep whose points are this very set, whatever became of the tags that say so. None: not all are declared."""
    named = members_of(found.tags)
    members = [
        Member(resource.address, token, number, resource)
        for resource in declared.values()
        for number, token in enumerate(_tokens(scope, resource.address, resource.digest, resource.rules.generation), 1)
        if short(token) in named
    ]
    members.sort(key=lambda m: named[short(m.token)])
    if not members or program_set(scope, members).token != found.token:
        return None
    return str(members[0].address.base)


def _remembered(state: State, found: Attempt) -> Iterator[tuple[str, Attempt]]:
    for address, record in state.records.items():
        for attempt in record.attempts:
            if attempt.group == found.token:
                yield address, attempt


def _wanted(
    session: Session, declared: Mapping[str, Resource], base: Address, found: Attempt, named: Mapping[str, int]
) -> Iterator[tuple[str, Attempt]]:
    """The attempts that declared points would have, those that the set names."""
    for address, resource in declared.items():
        if resource.address.base != base:
            continue
        submitted = replace(resource, address=_submitted(resource.address, found))
        tokens = _tokens(session.scope, submitted.address, submitted.digest, submitted.rules.generation)
        for number, token in enumerate(tokens, 1):
            if short(token) not in named:
                continue
            yield (
                address,
                Attempt(
                    token=token,
                    digest=resource.digest,
                    program=resource.program,
                    generation=resource.rules.generation,
                    number=number,
                    place=found.place,
                    execution=resource.execution,
                    origin=str(submitted.address) if found.origin else "",
                ),
            )


@lru_cache(maxsize=20_000)  # each set asks for the same again
def _tokens(scope: Scope, address: Address, digest: str, generation: int) -> tuple[str, ...]:
    """Those of all attempts that a point may have had."""
    tries = range(1, _TRIES + 1)
    return tuple(run_token(scope.uid, scope.environment, address, digest, generation, number) for number in tries)


def _submitted(address: Address, found: Attempt) -> Address:
    """The address that a point had when its set was submitted: its sweep may have been renamed since."""
    return replace(parse_address(found.origin), key=address.key) if found.origin else address
