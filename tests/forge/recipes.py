"""Files that stand on the pages of docs/ci/, each known by its first line."""

from __future__ import annotations

import re

from tests.forge.runner import HOUSE

PAGES = HOUSE / "docs" / "ci"


def yamls_of(page: str, first: str) -> list[str]:
    """The files of a page that begin so."""
    blocks = re.findall(r"(?ms)^```yaml\n(.*?)^```$", (PAGES / page).read_text("utf-8"))
    return [block for block in blocks if block.startswith(first)]


def yaml_of(page: str, first: str) -> str:
    """The one file of a page that begins so."""
    (found,) = yamls_of(page, first)
    return found
