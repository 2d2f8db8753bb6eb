"""Each short way says what the long way says."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core import diff as diff_module
from reconciler.core import openqasm
from reconciler.core.address import Address
from reconciler.core.attempt import Attempt, Outcome, Phase, Place
from reconciler.core.change import Action, Change
from reconciler.core.diff import Rules, diff
from reconciler.core.resource import Removal, Resource, RunRules, Scope, attempt_marks
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


def _one_thing_different() -> st.SearchStrategy[Attempt]:
    """The settled attempt, or one with a field or two that are not as they should be."""
    changes: list[st.SearchStrategy[dict[str, object]]] = [
        st.just({}),
        st.builds(dict, phase=st.sampled_from(Phase)),
        st.builds(dict, outcome=st.sampled_from(Outcome)),
        st.builds(dict, missing=st.booleans(), touched=st.booleans()),
        st.builds(dict, digest=st.sampled_from(["q0-old", "q1-other"])),
        st.builds(dict, generation=st.integers(1, 2)),
        st.builds(dict, tags=st.sampled_from([{}, {**DONE.tags, "more": "x"}, {**DONE.tags, "owner": "other"}])),
        st.builds(dict, owned=st.sampled_from([(), ("more",), ("owner", "gone")])),
    ]
    two = st.tuples(st.one_of(changes), st.one_of(changes))
    return two.map(lambda both: replace(DONE, **{**both[0], **both[1]}))  # type: ignore[arg-type]  # fields of it


def _decided(prior: State, seen: State, rules: Rules, wanted: Resource) -> list[Change]:
    return diff([wanted], prior, seen, rules)


@given(
    several=st.lists(_one_thing_different(), min_size=1, max_size=2),
    managed=st.booleans(),
    removal=st.sampled_from(Removal),
    rule=st.sampled_from(Removal),
    forced=st.booleans(),
    known=st.sampled_from(["same", "equal", "other", "none"]),
)
def test_a_settled_run(
    several: list[Attempt], managed: bool, removal: Removal, rule: Removal, forced: bool, known: str
) -> None:
    record = Record(tuple(replace(a, token=f"t{n}") for n, a in enumerate(several, 1)), managed, str(removal))
    text = str(WANTED.address)
    before = {"same": {text: record}, "equal": {text: replace(record)}, "other": {text: Record()}, "none": {}}[known]
    prior, seen = State("l", 1, "u", "dev", before), State("l", 1, "u", "dev", {text: record})
    wanted = replace(WANTED, rules=RunRules(on_remove=rule))
    rules = Rules(SCOPE, frozenset([WANTED.address]) if forced else frozenset())
    short = _decided(prior, seen, rules, wanted)
    with patch.object(diff_module, "_is_settled", return_value=False):
        assert _decided(prior, seen, rules, wanted) == short


def test_the_short_way_is_taken() -> None:
    record = Record((DONE,))
    state = State("l", 1, "u", "dev", {str(WANTED.address): record})
    with patch.object(diff_module, "_in_place", side_effect=AssertionError("the long way")):
        assert [c.action for c in _decided(state, state, Rules(SCOPE), WANTED)] == [Action.NONE]


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


@pytest.mark.parametrize("version", [0, 2, 99])
def test_another_format_is_read_the_long_way(version: int) -> None:
    body = encode(HEADER, {"a": Record()}).partition(b'\n"sha256"')[0]
    body = body.replace(b'"format_version":1', b'"format_version":%d' % version)
    data = body + b'\n"sha256":"' + format_module.seal(body) + b'"}\n'
    assert format_module._in_pieces(data) is None
    assert isinstance(_read(data), str)


def _read(data: bytes) -> object:
    try:
        return decode(data, "x.json")
    except (StateUnreadable, StateTooNew) as error:
        return str(error)
