"""Manifests for existing runs, as YAML that says what it says whatever their tags and names hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reconciler.render.visible import visible

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_WORDS: Final = frozenset({"true", "false", "null", "y", "n", "yes", "no", "on", "off"})
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_API_VERSION = "qctl/v1alpha1"


@dataclass(frozen=True, slots=True)
class Document:
    """One document; `trusted` are the words to accept, `remarks` sentences for the reader."""

    kind: str
    name: str
    id: str
    spec: Mapping[str, Any]
    tags: Mapping[str, str] | Sequence[str]
    trusted: Sequence[str] = ()
    remarks: Sequence[str] = ()


def manifest_text(documents: Sequence[Document]) -> str:
    """All of them in one file."""
    return "".join(f"---\n{text}" for text in map(_document, documents))


def _document(document: Document) -> str:
    lines = [f"apiVersion: {_API_VERSION}", f"kind: {document.kind}", "metadata:", f"  name: {_scalar(document.name)}"]
    if document.tags:
        lines += ["  tags:", *_block(document.tags, "    ")]
    lines += ["  import:", f"    id: {_scalar(document.id)}"]
    if document.trusted:
        words = ", ".join(document.trusted)
        lines += [
            f"    # The service never tells the {words}. Put the right one into the file named below; if you know that",
            "    # it is what ran, take the next line in.",
            f"    # accept: [{words}]",
        ]
    lines += [f"  # {visible(remark)}" for remark in document.remarks]
    return "\n".join([*lines, "spec:", *_block(document.spec, "  ")]) + "\n"


def _block(value: Any, indent: str) -> Iterator[str]:
    """A mapping or a list, one member a line."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _member(f"{indent}{_scalar(str(key))}:", item, indent)
        return
    for item in value:
        if isinstance(item, Mapping | list | tuple) and item:
            yield f"{indent}- {_flow(item)}"
        else:
            yield f"{indent}- {_scalar(item)}"


def _member(head: str, item: Any, indent: str) -> Iterator[str]:
    nested = isinstance(item, Mapping | list | tuple) and item
    if not nested:
        yield f"{head} {_scalar(item)}"
    elif isinstance(item, Mapping) or any(isinstance(part, Mapping) for part in item):
        yield head
        yield from _block(item, f"{indent}  ")
    else:
        yield f"{head} {_flow(item)}"


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(str(key))}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, list | tuple):
        return "[]"
    text = str(value)
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else quoted(text)


def quoted(text: str) -> str:
    """In double quotes, with everything escaped that is no printable character."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
