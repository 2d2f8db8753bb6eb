"""Literals: what a number, a text, `true`, `false` and `null` in an expression stand for."""

from __future__ import annotations

from typing import Any

from reconciler.policy.cel_place import at


def constant(token: Any) -> Any:
    """Its value. Raises CelError."""
    from celpy.evaluation import celstr  # 50 ms, and nobody is here without an expression

    text = str(token)
    match token.type:
        case "INT_LIT" | "UINT_LIT":
            return _whole(token, text.rstrip("uU"))
        case "FLOAT_LIT":
            return float(text)
        case "STRING_LIT" | "MLSTRING_LIT":
            return _quoted(token, celstr)
        case "BOOL_LIT":
            return text == "true"
        case "NULL_LIT":
            return None
    raise at(token, "Bytes are not supported here; write a text.")


def _quoted(token: Any, read: Any) -> str:
    """The text between the quotes. Escapes can name what is no character, or half of one."""
    try:
        text = str(read(token))
        text.encode()
    except ValueError:
        raise at(token, "An escape in this text names no character.") from None
    return text


def _whole(token: Any, text: str) -> int:
    value = int(text, 16 if "x" in text else 10)
    if not -(1 << 63) <= value < 1 << 64:
        raise at(token, "The number doesn't fit into 64 bits.")
    return value
