"""The identity of a set, and the tags that name its members."""

from __future__ import annotations

import pytest

from reconciler.core.address import parse_address
from reconciler.core.mark import read_run_mark
from reconciler.core.program_set import Member, is_set, members_of, most_members, points_of, program_set, short
from reconciler.core.resource import Resource, Scope
from tests.core import samples

SCOPE = Scope("019aa3c1-7d00-7b1e-8e11-6f0d5a2c4bff", "default")


def _members(*numbers: int) -> list[Member]:
    made = []
    for number in numbers:
        resource = Resource(parse_address(f"QuantumTask/sweep[n={number}]"), (f"v1:{number}",), "", {})
        made.append(Member(resource.address, resource.token(SCOPE, 1), 1, resource))
    return made


def test_the_same_members_are_the_same_set() -> None:
    one, again = program_set(SCOPE, _members(1, 2, 3)), program_set(SCOPE, _members(1, 2, 3))
    assert one.token == again.token
    others = [_members(1, 2), _members(1, 3, 2), _members(1, 2, 4)]
    assert len({one.token, *(program_set(SCOPE, members).token for members in others)}) == 4
    assert program_set(Scope(SCOPE.uid, "other"), _members(1, 2, 3)).token != one.token


def test_its_marks_are_of_the_sweep() -> None:
    made = program_set(SCOPE, _members(1, 2))
    marks = made.marks(SCOPE)
    assert {key: marks[key] for key in ("qctl:project", "qctl:address")} == {
        "qctl:project": SCOPE.uid,
        "qctl:address": "QuantumTask/sweep",
    }
    run = read_run_mark(marks["qctl:run"])
    assert run is not None
    assert (run.token, run.number) == (made.token, 1)
    assert (is_set(marks), is_set({key: marks[key] for key in marks if "points" not in key})) == (True, False)


@pytest.mark.parametrize("count", [1, 15, 16, 100, 645])
def test_tags_name_the_members_in_order(count: int) -> None:
    tokens = [samples.token("same", 1, number) for number in range(count)]
    tags = points_of(tokens)
    assert all(len(value) <= 256 for value in tags.values())
    assert members_of({"owner": "lab-3", "qctl:points-x": "no", **dict(reversed(tags.items()))}) == {
        short(token): place for place, token in enumerate(tokens)
    }


@pytest.mark.parametrize(("own", "room"), [(0, 45), (3, 42), (44, 1), (45, 0), (46, 0)])
def test_as_many_members_as_tags_have_room_for(own: int, room: int) -> None:
    assert most_members({str(n): "" for n in range(own)}) == room * 15
    assert len(points_of(["f" * 64] * (room * 15))) == room
