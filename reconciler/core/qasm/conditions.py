"""Conditions on measured bits, as Braket's parser and devices compare them: bit by bit."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reconciler.core.qasm.problem import Untranslatable
from reconciler.core.qasm.registers import Home
from reconciler.core.qasm.syntax import Span

# In one pass, since a new name may be an old one too: a bit or a register, perhaps denied, perhaps compared.
_BIT = re.compile(
    r"""(?P<denied>!\s*)? (?<![\w.\]])(?P<name>[^\W\d]\w*) (?:\s*\[\s*(?P<number>\d{1,9})\s*\])?
        (?:\s*(?P<sign>==|!=)\s*(?P<value>\d{1,9}\b|true\b|false\b|"[01_]+"))?""",
    re.VERBOSE,
)
_TRUTH = {"true": "1", "false": "0"}
_REMEDY = "Compare its bits one by one, or the whole register with a number."


def condition(text: str, homes: Mapping[str, Home], measured: set[str] | None, span: Span) -> str:
    """The condition with each register compared bit by bit. Raises Untranslatable.

    `measured` are the bits that a measurement may have set so far: others are 0, and Braket's parser knows no value
    of them. None where that can't be told.
    """
    return _BIT.sub(lambda found: _rewritten(found, homes, measured, span), text)


def _rewritten(found: re.Match[str], homes: Mapping[str, Home], measured: set[str] | None, span: Span) -> str:
    home = homes.get(found["name"])
    if home is None or home.kind != "bit" or home.size is None:
        return found.group()
    if found["number"] is not None or home.size == 1:
        return _one(found, home, span)
    if found["value"] is None or found["denied"] or found["sign"] == "!=":
        raise Untranslatable(f"The condition takes the register `{found['name']}` as one value.", _REMEDY, span)
    return _register(found["value"], home, measured)


def _one(found: re.Match[str], home: Home, span: Span) -> str:
    """`!c[0]` as `c[0] == 0`: Braket's parser has no `!` of a bit."""
    number = int(found["number"] or 0)
    if number >= home.size:  # type: ignore[operator]  # a size of None was answered before
        reason = f"`{found['name']}` has {home.size} elements, so there is no `{found['name']}[{number}]`."
        raise Untranslatable(reason, "Elements are counted from 0.", span)
    bit = home.element(number)
    value = _TRUTH.get(found["value"], (found["value"] or "").strip('"'))
    if not value:
        return f"{bit} == 0" if found["denied"] else bit
    return f"{found['denied'] or ''}{bit} {found['sign']} {value}"


def _register(value: str, home: Home, measured: set[str] | None) -> str:
    """`c == 2` as `c[0] == 0 && c[1] == 1`."""
    number = int(value.strip('"').replace("_", ""), 2) if value.startswith('"') else int(_TRUTH.get(value, value))
    size = home.size or 0
    parts: list[str] = []
    for at in range(size):
        bit, wanted = home.element(at), number >> at & 1
        if measured is None or bit in measured:
            parts.append(f"{bit} == {wanted}")
        elif wanted:
            return "false"
    return "false" if number >> size else " && ".join(parts) or "true"
