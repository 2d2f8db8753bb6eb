"""The members of a program set that a search found: its tags name them by the beginnings of their tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconciler.core.address import Address, parse_address
from reconciler.core.attempt import Attempt
from reconciler.core.event import Adopted, Event
from reconciler.core.program_set import members_of
from reconciler.core.resource import Resource
from reconciler.core.state import State
from reconciler.workflow.session import Session

_TRIES = 10  # the most attempts that a manifest allows


def adopted_members(
    session: Session, declared: Mapping[str, Resource], state: State, base: Address, found: Attempt
) -> Iterator[Event]:
    """Each member that is declared or remembered, at its own address. Of the others nobody knows what they were."""
    known = dict(_remembered(state, found)) | dict(_wanted(session, declared, base, found))
    pairs = [(address, attempt.token) for address, attempt in known.items()]
    for place, (address, token) in members_of(found.tags, pairs).items():
        member = known[address]
        yield Adopted(
            session.now(),
            address,
            replace(
                found,
                token=token,
                digest=member.digest,
                generation=member.generation,
                number=member.number,
                program=member.program,
                execution=member.execution,
                group=found.token,
                member=place,
                origin=member.origin,
                owned=tuple(sorted(found.tags)),
            ),
        )


def _remembered(state: State, found: Attempt) -> Iterator[tuple[str, Attempt]]:
    for address, record in state.records.items():
        for attempt in record.attempts:
            if attempt.group == found.token:
                yield address, attempt


def _wanted(
    session: Session, declared: Mapping[str, Resource], base: Address, found: Attempt
) -> Iterator[tuple[str, Attempt]]:
    """The attempts that declared points would have, those that the set names first."""
    for address, resource in declared.items():
        if resource.address.base != base:
            continue
        submitted = replace(resource, address=_submitted(resource.address, found))
        tokens = [submitted.token(session.scope, number) for number in range(1, _TRIES + 1)]
        named = members_of(found.tags, [(address, token) for token in tokens])
        for _, token in named.values():
            yield (
                address,
                Attempt(
                    token=token,
                    digest=resource.digest,
                    program=resource.program,
                    generation=resource.rules.generation,
                    number=tokens.index(token) + 1,
                    place=found.place,
                    execution=resource.execution,
                    origin=str(submitted.address) if found.origin else "",
                ),
            )


def _submitted(address: Address, found: Attempt) -> Address:
    """The address that a point had when its set was submitted: its sweep may have been renamed since."""
    return replace(parse_address(found.origin), key=address.key) if found.origin else address
