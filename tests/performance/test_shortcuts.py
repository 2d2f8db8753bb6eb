"""Each short way says what the long way says."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core import diff as diff_module
from reconciler.core import openqasm
from reconciler.core.address import Address
from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.core.change import Action
from reconciler.core.diff import diff
from reconciler.core.phase import Phase
from reconciler.core.resource import Removal, Resource, RunRules, Scope, attempt_marks
from reconciler.core.rules import Rules
from reconciler.core.state import Record, State
from reconciler.store import format as format_module
from reconciler.store.errors import StateTooNew, StateUnreadable
from reconciler.store.format import Header, decode, encode
from tests.core.strategies import attempts

_PIECES = ["h", "pragma", "@x", "@ ", "@", "1", "0x1F", "1e-6", ".5", "1.", "..", "$0", "$", "#dim", "#", "é", "٣", "_"]
_PIECES += [
    "//",
    "/*",
    "*/",
    "/",
    "*",
    "**",
    "-",
    "->",
    "+",
    "<<",
    "<<=",
    "=",
    "~=",
    "!",
    "&&",
    "|",
    "^",
    "%",
    ";",
    "[",
]
_PIECES += [" ", "\t", "\n", "\r", "\x0b", "\xa0", '"', "'"]


@given(st.lists(st.sampled_from(_PIECES), max_size=14).map("".join) | st.text(max_size=12))
def test_the_tokens_of_a_plain_program(text: str) -> None:
    assert openqasm.canonical_openqasm(text) == openqasm._canonical_with_lines(text)


def test_most_programs_are_plain() -> None:
    assert openqasm._is_plain("OPENQASM 3.0; // a\nqubit[2] q; ctrl @ x q[0], q[1]; /* b */")
    for text in ("#pragma braket verbatim", "@bind a", 'include "x";', "'0'"):
        assert not openqasm._is_plain(text)


SCOPE = Scope("0193-uid", "dev")
WANTED = Resource(
    Address("QuantumTask", "a", (("t", "0.5"),)), ("q1-new", "q0-old"), "p", {"shots": 1}, {"owner": "lab"}
)
_RUN = Attempt(
    "t1",
    "q1-new",
    "p",
    1,
    1,
    Place("braket", "1", "us-east-1"),
    {"shots": 1},
    outcome=Outcome.ACCEPTED,
    phase=Phase.DONE,
    id="arn:1",
    status="COMPLETED",
    ended="2026-01-02T00:00:00Z",
    owned=("owner", "qctl:run"),
)
DONE = replace(_RUN, tags={"owner": "lab", **attempt_marks(SCOPE, WANTED.address, _RUN)})


# One thing at a time that is not as it should be.
_DIFFERENT: list[dict[str, Any]] = [
    {},
    *({"phase": phase} for phase in Phase if phase is not Phase.DONE),
    *({"outcome": outcome} for outcome in Outcome if outcome is not Outcome.ACCEPTED),
    {"missing": True},
    {"touched": True},
    {"digest": "q0-old", "tags": {**DONE.tags, "qctl:digest": "q0-old"}},
    {"digest": "q1-other", "tags": {**DONE.tags, "qctl:digest": "q1-other"}},
    {"generation": 2, "tags": {**DONE.tags, "qctl:run": "dev/2/1/t1"}},
    {"tags": {}},
    {"tags": {**DONE.tags, "more": "x"}},
    {"tags": {**DONE.tags, "more": "x"}, "owned": ("more",)},
    {"tags": {**DONE.tags, "owner": "other"}},
    {"tags": {**DONE.tags, "qctl:address": "QuantumTask/b"}},
    {"owned": ("gone",)},
]
RUNS = [replace(DONE, **different) for different in _DIFFERENT]
MORE_RUNS = [(one,) for one in RUNS] + [(one, replace(other, token="t2")) for one in RUNS for other in RUNS]


@pytest.mark.parametrize("known", ["same", "equal", "other", "none"])
@pytest.mark.parametrize("forced", [False, True])
@pytest.mark.parametrize("rule", Removal)
def test_a_settled_run(known: str, forced: bool, rule: Removal) -> None:
    text = str(WANTED.address)
    wanted = replace(WANTED, rules=RunRules(on_remove=rule))
    rules = Rules(SCOPE, frozenset([WANTED.address]) if forced else frozenset())
    for attempts_of, managed, removal in product(MORE_RUNS, (True, False), Removal):
        record = Record(attempts_of, managed, str(removal))
        before = {"same": {text: record}, "equal": {text: replace(record)}, "other": {text: Record()}, "none": {}}
        prior, seen = State("l", 1, "u", "dev", before[known]), State("l", 1, "u", "dev", {text: record})
        short = diff([wanted], prior, seen, rules)
        with patch.object(diff_module, "_is_settled", return_value=False):
            assert diff([wanted], prior, seen, rules) == short, record


def test_the_short_way_is_taken() -> None:
    record = Record((DONE,))
    state = State("l", 1, "u", "dev", {str(WANTED.address): record})
    with patch.object(diff_module, "_in_place", side_effect=AssertionError("the long way")):
        assert [c.action for c in diff([WANTED], state, state, Rules(SCOPE))] == [Action.NONE]


HEADER = Header("l", 3, "w", "0.1.0", "bench", "uid", "dev", 7)
_records = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.builds(Record, st.lists(attempts, max_size=2).map(tuple), st.booleans(), st.sampled_from(["cancel", "orphan"])),
    max_size=5,
)


@given(_records, st.sampled_from([1, 50, 1_000_000]))
def test_a_state_read_in_pieces(records: dict[str, Record], piece: int) -> None:
    data = encode(HEADER, records)
    with patch.object(format_module, "_PIECE", piece):
        assert format_module._in_pieces(data) == (HEADER, records)
    with patch.object(format_module, "_in_pieces", return_value=None):
        assert decode(data, "x.json") == (HEADER, records)


@given(_records, st.integers(0), st.sampled_from([b"", b"\n", b" ", b"\x00", b"}", b"9"]), st.booleans())
def test_a_damaged_state_is_explained_by_the_long_way(
    records: dict[str, Record], at: int, put: bytes, instead: bool
) -> None:
    data = encode(HEADER, records)
    at %= len(data) + 1
    broken = data[:at] + put + data[at + (1 if instead else 0) :]
    short = _read(broken)
    with patch.object(format_module, "_in_pieces", return_value=None):
        assert _read(broken) == short


@pytest.mark.parametrize("version", [0, 4, 99])
def test_another_format_is_read_the_long_way(version: int) -> None:
    body = encode(HEADER, {"a": Record()}).partition(b'\n"sha256"')[0]
    body = body.replace(b'"format_version":3', b'"format_version":%d' % version)
    data = body + b'\n"sha256":"' + format_module.seal(body) + b'"}\n'
    assert format_module._in_pieces(data) is None
    assert isinstance(_read(data), str)


@pytest.mark.parametrize("end", [b"", b"\n", b" ", b"\n\n", b"{}", b"\x00"])
def test_what_follows_the_checksum_is_a_line_end_at_most(end: bytes) -> None:
    data = encode(HEADER, {"a": Record()}).rstrip() + end
    short = _read(data)
    with patch.object(format_module, "_in_pieces", return_value=None):
        assert _read(data) == short
    assert isinstance(short, str) is (end not in (b"", b"\n"))


def _read(data: bytes) -> object:
    try:
        return decode(data, "x.json")
    except (StateUnreadable, StateTooNew) as error:
        return str(error)
