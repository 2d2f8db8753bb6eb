"""Texts from outside inside Markdown: no HTML, link, image, mention or emphasis of theirs gets through.

GitHub and GitLab find mentions, issues, labels and commits after they have resolved entities, but never inside code; so
names stand in code, and in sentences a zero-width space breaks what would begin one.
"""

from __future__ import annotations

import re

from reconciler.render.visible import visible

_TAME = re.compile(r"[A-Za-z0-9_./:,=+~?() \[\]-]*[A-Za-z0-9_./:,=+~?()\[\]-]")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_STRUCTURE = re.compile(r"[\\`*_\[\]<>&|~$]")
_COMMIT = re.compile(r"\b[0-9a-f]{7,}\b", re.IGNORECASE)  # seven letters of a commit's name are enough
_OLD_ISSUE = re.compile(r"\bGH(?=-\d)", re.IGNORECASE)
# On GitHub people and issues; on GitLab also requests, milestones, labels, snippets and epics.
# A link needs no more than `www.`, a picture of a face no more than `:name:`.
_BEGINS = re.compile(r"([@#]|[!%~$&](?=\w)|:(?=//|[\w+-]+:)|(?<=www)\.)", re.IGNORECASE)
_LISTED = re.compile(r"[-+=]|\d+(?=[.)](?:\s|$))")  # at a paragraph's beginning
_ZERO_WIDTH = "&#8203;"
_BREAK = "\x00"  # stands for it until entities are written; no visible text holds it


def code(text: str) -> str:
    """A short text as code: between backticks where it is tame, else with each sign spelled as an entity."""
    clean = visible(text)
    if _TAME.fullmatch(clean) and not clean.startswith(" "):
        return f"`{clean}`"
    return f"<code>{_PUNCTUATION.sub(_entity, clean)}</code>" if clean else ""


def html_code(text: str) -> str:
    """A short text as code where Markdown is not read: inside HTML."""
    clean = visible(text)
    return f"<code>{clean if _TAME.fullmatch(clean) else _PUNCTUATION.sub(_entity, clean)}</code>"


def prose(text: str) -> str:
    """A sentence as it reads, without a meaning in Markdown."""
    clean = visible(text).strip()
    listed = _LISTED.match(clean)
    head = "".join(map(_entity_of, listed.group())) if listed else ""
    pieces = _BEGINS.split(clean[listed.end() :] if listed else clean)
    begun = [_entity_of(sign) + _ZERO_WIDTH for sign in pieces[1::2]] + [""]
    return head + "".join(_tamed(piece) + sign for piece, sign in zip(pieces[::2], begun, strict=True))


def pre(text: str) -> str:
    """Several lines as they stand, for an HTML `<pre>` block. Control characters but line ends become visible."""
    lines = [re.sub(r"[&<>@`]", _entity, visible(line)) for line in text.split("\n")]
    return "\n".join(lines)


def _tamed(piece: str) -> str:
    broken = _OLD_ISSUE.sub(rf"\g<0>{_BREAK}", _COMMIT.sub(_broken, piece))
    return _STRUCTURE.sub(_entity, broken).replace(_BREAK, _ZERO_WIDTH)


def _broken(found: re.Match[str]) -> str:
    name = found.group()
    return _BREAK.join(name[at : at + 6] for at in range(0, len(name), 6))


def _entity(found: re.Match[str]) -> str:
    return _entity_of(found.group())


def _entity_of(sign: str) -> str:
    return f"&#{ord(sign)};"
