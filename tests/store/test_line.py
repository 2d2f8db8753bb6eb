"""The journal's lines: an unfinished end is dropped, anything else that is broken is named."""

from __future__ import annotations

import pytest

from reconciler.store.errors import StateUnreadable
from reconciler.store.line import line, payload, scan
from tests.store.samples import intended


def _line(number: int, group: int | None = None) -> bytes:
    return line(number, group or number, payload(intended(number)))


def _journal(*numbers: int) -> bytes:
    return b"".join(_line(number) for number in numbers)


def test_lines_come_back_in_order() -> None:
    data = _journal(1, 2, 3)
    found = scan(data, "j", folded=0)
    assert [(entry.number, entry.event) for entry in found.entries] == [(i, intended(i)) for i in (1, 2, 3)]
    assert (found.length, found.torn) == (len(data), False)


def test_every_cut_in_the_last_line_drops_that_line_only() -> None:
    data, last = _journal(1, 2, 3), _line(3)
    for missing in range(1, len(last)):
        found = scan(data[:-missing], "j", folded=0)
        assert [entry.number for entry in found.entries] == [1, 2]
        assert (found.length, found.torn) == (len(data) - len(last), True)


@pytest.mark.parametrize("at", [1, 2])
def test_a_broken_line_before_a_later_sync_is_named(at: int) -> None:
    lines = [_line(1), _line(2), _line(3)]
    lines[at - 1] = lines[at - 1].replace(b"shots", b"shot5")
    with pytest.raises(StateUnreadable, match=f"study.journal is broken in line {at}"):
        scan(b"".join(lines), "study.journal", folded=0)


@pytest.mark.parametrize("at", [2, 3])
def test_a_broken_line_before_others_of_its_own_sync_is_the_trace_of_a_power_cut(at: int) -> None:
    lines = [_line(1), _line(2, 2), _line(3, 2), _line(4, 2)]
    lines[at - 1] = bytes(len(lines[at - 1]) - 1) + b"\n"
    found = scan(b"".join(lines), "j", folded=0)
    assert ([entry.number for entry in found.entries], found.torn) == (list(range(1, at)), True)


@pytest.mark.parametrize("numbers", [(2, 3), (1, 3), (1, 1), (2, 1)])
def test_missing_or_repeated_events_are_named(numbers: tuple[int, ...]) -> None:
    with pytest.raises(StateUnreadable, match="goes on with event"):
        scan(_journal(*numbers), "j", folded=0)


def test_events_that_the_state_already_holds_may_stand_there() -> None:
    assert len(scan(_journal(4, 5, 6), "j", folded=5).entries) == 3


def test_an_event_of_a_later_qctl_is_refused_and_not_dropped() -> None:
    body = payload(intended(1)).replace(b'"event":"intended"', b'"event":"foretold"')
    with pytest.raises(StateUnreadable, match="line 1 that this qctl does not know"):
        scan(line(1, 1, body), "j", folded=0)


@pytest.mark.parametrize("old", [b"1 1 ", b" 1 "])
def test_the_checksum_covers_the_numbers(old: bytes) -> None:
    changed = _line(1).replace(old, old.replace(b"1 ", b"2 "), 1)
    assert scan(changed, "j", folded=0).torn
