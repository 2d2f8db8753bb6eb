"""Several runs submitted as one task: a program set. Each keeps its own address, digest and place on record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from reconciler.core.address import Address
from reconciler.core.digest import digest, run_token
from reconciler.core.mark import KEYED, TAG_ADDRESS, TAG_DIGEST, TAG_PROJECT, TAG_RUN, RunMark, address_mark
from reconciler.core.resource import Resource, Scope

_POINTS: Final = "qctl:points-"
# No two tokens of a project begin alike for so long, and a hundred of them still fit into seven tags.
_SHORT: Final = 16
_IN_ONE: Final = 15  # of a tag value's 256 characters, with the spaces between
_TAGS: Final = 50  # on one task (AWS)


@dataclass(frozen=True, slots=True)
class Member:
    """One run of a set: its own identity, and what it is."""

    address: Address
    token: str
    number: int
    resource: Resource


@dataclass(frozen=True, slots=True)
class ProgramSet:
    """The members in the order of their programs. `token` is the one of the call that submits them all.

    `saved` is what they cost less than one by one, in USD; None: nobody knows.
    """

    base: Address
    digest: str
    token: str
    generation: int
    members: tuple[Member, ...]
    saved: Decimal | None = None

    def marks(self, scope: Scope) -> dict[str, str]:
        """The tags by which a lost state finds the set and its members again."""
        run = RunMark(scope.environment, self.generation, 1, self.token)
        marks = {
            TAG_PROJECT: scope.uid,
            TAG_ADDRESS: address_mark(self.base),
            TAG_DIGEST: self.digest,
            TAG_RUN: str(run),
        }
        return marks | points_of([m.token for m in self.members])


def program_set(scope: Scope, members: Sequence[Member]) -> ProgramSet:
    """The set of these members. Who is in it is its identity: the same members are the same set on any machine."""
    first = members[0]
    base, generation = first.address.base, first.resource.rules.generation
    content = digest({"members": [m.token for m in members]})
    token = run_token(scope.uid, scope.environment, base, content, generation, 1)
    return ProgramSet(base, content, token, generation, tuple(members))


def saved(sets: Iterable[ProgramSet]) -> Decimal:
    """What they save as far as it is known, in USD."""
    return sum((made.saved for made in sets if made.saved is not None), Decimal(0))


def most_members(tags: Mapping[str, str]) -> int:
    """How many members a task with these tags can name beside our marks."""
    return max(0, _TAGS - len(KEYED) - len(tags)) * _IN_ONE


def short(token: str) -> str:
    """By what the tags of a set name a member."""
    return token[:_SHORT]


def points_of(tokens: Sequence[str]) -> dict[str, str]:
    """Tags that name the members in their order."""
    names = [short(token) for token in tokens]
    parts = [names[start : start + _IN_ONE] for start in range(0, len(names), _IN_ONE)]
    return {f"{_POINTS}{number}": " ".join(part) for number, part in enumerate(parts)}


def members_of(tags: Mapping[str, str]) -> dict[str, int]:
    """The places of the members by their `short` names."""
    named = sorted((int(k.removeprefix(_POINTS)), v) for k, v in tags.items() if _is_points(k))
    return {name: place for place, name in enumerate(name for _, value in named for name in value.split())}


def is_set(tags: Mapping[str, str]) -> bool:
    """Whether these are the tags of a set."""
    return any(map(_is_points, tags))


def _is_points(key: str) -> bool:
    return key.startswith(_POINTS) and key.removeprefix(_POINTS).isdecimal()
