"""Plain values as YAML for people to read: block style, and nothing in a text that could command a terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.core.declared import Path
from reconciler.render.visible import visible

# Texts that no reader takes for anything else, with and without the core schema of YAML 1.2.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./@+-]*(?::[A-Za-z0-9_./@+-]+|::+[A-Za-z0-9_./@+-]+)*")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_INDENT = "  "

Line = tuple[str, Path | None]
"""A line with the path of the leaf that it holds."""


def yaml_lines(value: Any, path: Path = (), indent: str = "") -> Iterator[Line]:
    """The lines of a mapping or a list, in its own order."""
    items = value.items() if isinstance(value, Mapping) else enumerate(value)
    for key, item in items:
        head = f"{indent}-" if isinstance(value, list) else f"{indent}{_scalar(key)}:"
        at = (*path, key)
        if isinstance(item, Mapping | list) and item:
            deeper = indent + _INDENT
            if isinstance(value, list):
                # The first line of an item stands behind its dash.
                inner = list(yaml_lines(item, at, deeper))
                yield f"{head} {inner[0][0].removeprefix(deeper)}", inner[0][1]
                yield from inner[1:]
            else:
                yield head, None
                yield from yaml_lines(item, at, deeper)
        elif isinstance(item, str) and _is_block(item):
            yield f"{head} {'|' if item.endswith(chr(10)) else '|-'}", at
            yield from ((f"{indent}{_INDENT}{line}".rstrip(), None) for line in item.removesuffix("\n").split("\n"))
        else:
            yield f"{head} {_scalar(item)}", at


def _is_block(text: str) -> bool:
    """Whether a text of several lines can stand as it is: visible, and with nothing at its ends that YAML would eat."""
    lines = text.removesuffix("\n").split("\n")
    return (
        len(lines) > 1
        and all(line.isprintable() and line == line.rstrip() for line in lines)
        and bool(lines[0])
        and not lines[0].startswith(" ")
        and bool(lines[-1])
    )


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping | list):
        return "{}" if isinstance(value, Mapping) else "[]"
    return json.dumps(value)


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{visible(quoted)}"'
