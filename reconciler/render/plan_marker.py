"""A hidden line that tells the comment of one project and environment from all others, so that it is found again."""

from __future__ import annotations

import re
from hashlib import sha256

_PLAIN = re.compile(r"[A-Za-z0-9._](?:-?[A-Za-z0-9._])*")
_LONGEST = 200


def plan_marker(project: str, environment: str) -> str:
    """The first line of a plan's comment. Nothing in a name can end it, and no two pairs of names share one."""
    return f'<!-- qctl:plan project="{_safe(project)}" environment="{_safe(environment)}" -->'


def is_marked(body: str, marker: str) -> bool:
    """Whether a comment begins with this marker: one that only quotes it further down is another comment."""
    first = body.removeprefix("\ufeff").lstrip().partition("\n")[0]
    return first.rstrip() == marker


def _safe(name: str) -> str:
    """As it is where it is plain; else in hex. HTML comments must not hold `--` or `>`."""
    if _PLAIN.fullmatch(name) and len(name) <= _LONGEST:
        return name
    data = name.encode("utf-8", "surrogatepass")
    # A colon is in no plain name, so neither form can look like the other.
    return f"hex:{data.hex()}" if len(data) * 2 <= _LONGEST else f"sha256:{sha256(data).hexdigest()}"
