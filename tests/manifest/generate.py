"""Writes what is generated in this room: `python -m tests.manifest.generate`. The tests compare, they never write."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from reconciler.manifest.field_table import field_table
from reconciler.manifest.load import KindModel, Loaded, load_project
from reconciler.manifest.overlay import OverlaySpec
from reconciler.manifest.project import ProjectSpec
from reconciler.providers import KINDS as ALL_KINDS

HOUSE = Path(__file__).parents[2]
REFERENCE = HOUSE / "docs" / "manifest.md"
MISTAKES = HOUSE / "examples" / "mistakes"
KINDS = {name: KindModel(kind.model, kind.attributes) for name, kind in ALL_KINDS.items()}
_END = "<!-- end -->"


def reference_page(page: str) -> str:
    """The page with its tables made anew. Raises ValueError for a kind without a place for its table."""
    models: dict[str, type[BaseModel]] = {name: kind.model for name, kind in KINDS.items()}
    models |= {"Project": ProjectSpec, "Overlay": OverlaySpec}
    for kind, model in models.items():
        start = f"<!-- fields: {kind} -->\n"
        before, found, rest = page.partition(start)
        if not found:
            raise ValueError(f"{REFERENCE.name} needs a section of {kind}, with the lines {start}{_END}")
        _, _, after = rest.partition(_END)
        table = "\n".join(field_table(model))
        page = f"{before}{start}{table}\n{_END}{after}"
    return page


def findings(loaded: Loaded) -> list[dict[str, Any]]:
    """The diagnostics as JSON, places as `file:line:column`."""
    return [asdict(found) | {"where": str(found.where)} for found in loaded.diagnostics]


def main() -> None:
    """Write the reference's tables and the expected findings of examples/mistakes."""
    REFERENCE.write_text(reference_page(REFERENCE.read_text(encoding="utf-8")), encoding="utf-8")
    expected = json.dumps(findings(load_project(MISTAKES, kinds=KINDS)), indent=2, ensure_ascii=False)
    (MISTAKES / "expected.json").write_text(expected + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
