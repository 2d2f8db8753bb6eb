"""A hidden line under a comment's marker: which plan the comment shows, so that an apply can do that plan or none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

_LINE = re.compile(
    r"<!-- qctl:ci place=(?P<place>[0-9a-f]{16}) plan=(?P<plan>[0-9a-f]{64}|none) "
    r"commit=(?P<commit>[0-9a-f]{7,64}|none) -->"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a comment shows. No plan: making one failed, and nothing was shown that could be approved."""

    place: str
    fingerprint: str = ""
    commit: str = ""

    def __str__(self) -> str:
        return f"<!-- qctl:ci place={self.place} plan={self.fingerprint or 'none'} commit={self.commit or 'none'} -->"


def place_of(folder: str, environment: str) -> str:
    """Which comment is meant where no manifest could be read that names the project."""
    return sha256(f"{folder}\0{environment}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def shown_in(body: str) -> Shown | None:
    """What a comment says that it shows: in its second line, or it is no comment of ours."""
    lines = body.replace("\r\n", "\n").split("\n", 2)
    found = _LINE.fullmatch(lines[1].strip()) if len(lines) > 1 else None
    if found is None:
        return None
    plan, commit = found["plan"], found["commit"]
    return Shown(found["place"], "" if plan == "none" else plan, "" if commit == "none" else commit)
