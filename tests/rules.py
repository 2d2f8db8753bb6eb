"""The table of docs/diagnostics.md as the package carries it: `python -m tests.rules` writes it, a test compares."""

from __future__ import annotations

import re
from pathlib import Path

HOUSE = Path(__file__).parents[1]
TABLE = HOUSE / "reconciler" / "render" / "rules.tsv"
_ROW = re.compile(r"(?m)^\| `([a-z-]+/[a-z-]+)` \| (.*?) \| (.*?) \|$")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")  # a page of ours is not beside a finding


def rules_table() -> str:
    """Code, meaning and remedy, a line each."""
    page = (HOUSE / "docs" / "diagnostics.md").read_text("utf-8")
    rows = sorted(_ROW.findall(page))
    return "".join("\t".join(_LINK.sub(r"\1", cell).replace("\\|", "|") for cell in row) + "\n" for row in rows)


if __name__ == "__main__":
    TABLE.write_text(rules_table(), "utf-8")
