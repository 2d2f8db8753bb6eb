"""Writes what is generated in this room: `python -m tests.manifest.generate`. The tests compare, they never write."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reconciler.manifest.field_table import field_table
from reconciler.manifest.load import KindModel, Loaded, load_project
from reconciler.manifest.project import ProjectSpec
from reconciler.providers.braket.task_spec import ATTRIBUTES, QuantumTaskSpec

HOUSE = Path(__file__).parents[2]
REFERENCE = HOUSE / "docs" / "manifest.md"
MISTAKES = HOUSE / "examples" / "mistakes"
KINDS = {"QuantumTask": KindModel(QuantumTaskSpec, ATTRIBUTES)}


def reference_page(page: str) -> str:
    """The page with its tables made anew."""
    end = "<!-- end -->"
    for kind, model in (("QuantumTask", QuantumTaskSpec), ("Project", ProjectSpec)):
        start = f"<!-- fields: {kind} -->\n"
        before, _, rest = page.partition(start)
        _, _, after = rest.partition(end)
        table = "\n".join(field_table(model))
        page = f"{before}{start}{table}\n{end}{after}"
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
