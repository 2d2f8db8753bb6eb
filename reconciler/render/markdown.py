"""Texts from outside inside Markdown: no HTML, link, image, mention or emphasis of theirs gets through.

GitHub finds mentions and issue numbers after it has resolved entities, but never inside code; so names stand in code,
and in sentences a zero-width space follows each sign that would begin one.
"""

from __future__ import annotations

import re

from reconciler.render.visible import visible

_TAME = re.compile(r"[A-Za-z0-9_./:,=+~?() \[\]-]*[A-Za-z0-9_./:,=+~?()\[\]-]")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_STRUCTURE = re.compile(r"[\\`*_\[\]<>&|~$]|:(?=//)|(?<=www)\.", re.IGNORECASE)  # a link needs no more than `www.`
_COMMIT = re.compile(r"\b[0-9a-f]{7}(?=[0-9a-f]{33}\b)")
_BEGINS = re.compile(r"([@#])")
_ZERO_WIDTH = "&#8203;"


def code(text: str) -> str:
    """A short text as code: between backticks where it is tame, else with each sign spelled as an entity."""
    clean = visible(text)
    if _TAME.fullmatch(clean) and not clean.startswith(" "):
        return f"`{clean}`"
    return f"<code>{_PUNCTUATION.sub(_entity, clean)}</code>" if clean else ""


def prose(text: str) -> str:
    """A sentence as it reads, without a meaning in Markdown."""
    pieces = _BEGINS.split(visible(text))
    marked = (_COMMIT.sub(lambda m: m.group() + _ZERO_WIDTH, _STRUCTURE.sub(_entity, p)) for p in pieces[::2])
    begun = [_entity_of(sign) + _ZERO_WIDTH for sign in pieces[1::2]] + [""]
    return "".join(piece + sign for piece, sign in zip(marked, begun, strict=True))


def pre(text: str) -> str:
    """Several lines as they stand, for an HTML `<pre>` block. Control characters but line ends become visible."""
    lines = [re.sub(r"[&<>@`]", _entity, visible(line)) for line in text.split("\n")]
    return "\n".join(lines)


def _entity(found: re.Match[str]) -> str:
    return _entity_of(found.group())


def _entity_of(sign: str) -> str:
    return f"&#{ord(sign)};"
