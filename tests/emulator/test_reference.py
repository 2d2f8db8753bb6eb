from dataclasses import fields
from pathlib import Path

import pytest

from reconciler.emulator.faults import Rule
from reconciler.emulator.reference import effect_table, switch_table

PAGE = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text("utf-8")


@pytest.mark.parametrize("table", [switch_table(), effect_table()], ids=["switches", "effects"])
def test_the_page_holds_the_tables_of_the_code(table: str) -> None:
    # Whole lines before and after: a row too many in the page is a difference too.
    assert f"\n\n{table}\n\n" in PAGE, f"docs/emulator.md has fallen behind. It must hold:\n{table}"


@pytest.mark.parametrize("key", [known.name for known in fields(Rule)] + ["nth", "always"])
def test_the_page_explains_every_key_of_a_rule(key: str) -> None:
    rows = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    assert any(f"`{key}`" in row for row in rows)
