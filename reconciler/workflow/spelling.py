"""`1` and `1.0` are one number: a sweep that is spelled anew finds the runs that it has paid for.

The key of a point in its address is the number as it is written, so another spelling is another address. What is on
record under it is moved, as if `metadata.moved` named it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reconciler.core.address import Address, key_text, parse_address
from reconciler.core.declared import Declared
from reconciler.core.state import State

_WHOLE = re.compile(r"-?\d+")
_EXACT = 2**53  # above it a float stands for several whole numbers


def spelled_anew(declared: Sequence[Declared], state: State) -> Sequence[Declared]:
    """The same, with the other spellings of points that the state does not know as their older names.

    Of a sweep that the state knows, those that it has; of another one, whose state may be lost, those that one edit
    makes: one of its lists spelled anew, or all of them.
    """
    if all(not d.address.key or str(d.address) in state.records for d in declared):
        return declared  # nearly always
    left = _left_behind(declared, state)
    bases = {name.partition("[")[0] for name in state.records}
    return [_with_spellings(one, state, left, bases) for one in declared]


def _with_spellings(one: Declared, state: State, left: dict[Address, Address], bases: set[str]) -> Declared:
    if not one.address.key or str(one.address) in state.records:
        return one
    if str(one.address.base) in bases:
        known = left.get(_plain(one.address))
        others = [] if known is None else [known]
    else:
        others = [*_one_edit_away(one.address)]
    new = tuple(other for other in others if other not in one.moved)
    return replace(one, moved=(*one.moved, *new)) if new else one


def _left_behind(declared: Sequence[Declared], state: State) -> dict[Address, Address]:
    """Points on record that are not declared as they are written there, by their plain spelling."""
    names = {str(d.address) for d in declared}
    left = (parse_address(name) for name in state.records if "[" in name and name not in names)
    return {_plain(address): address for address in left}


def _plain(address: Address) -> Address:
    """Whole numbers without a point."""
    return replace(address, key=tuple((name, _whole(text) or text) for name, text in address.key))


def _one_edit_away(address: Address) -> Iterator[Address]:
    other = [(name, _whole(text) or _pointed(text) or text) for name, text in address.key]
    changed = [at for at, pair in enumerate(address.key) if pair != other[at]]
    for at in changed:
        yield replace(address, key=(*address.key[:at], other[at], *address.key[at + 1 :]))
    if len(changed) > 1:
        yield replace(address, key=tuple(other))


def _whole(text: str) -> str:
    """`1` for `1.0`; empty for whatever is no such number. Texts are quoted in keys, if they look like numbers."""
    try:
        value = float(text)
    except ValueError:
        return ""
    exact = not _WHOLE.fullmatch(text) and value.is_integer() and abs(value) <= _EXACT
    return key_text(int(value)) if exact else ""


def _pointed(text: str) -> str:
    """`1.0` for `1`; empty for whatever is no whole number."""
    return key_text(float(text)) if _WHOLE.fullmatch(text) and abs(int(text)) <= _EXACT else ""
