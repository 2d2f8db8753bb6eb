"""Every case, compared whole. `python -m tests.cases.generate` writes what is expected; this only compares."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cases.story import CASES, EXPECTED, folders, tell


@pytest.mark.parametrize("case", folders(), ids=lambda path: path.name)
def test_case(case: Path, tmp_path: Path) -> None:
    expected = {name: (case / name).read_text("utf-8") for name in EXPECTED if (case / name).exists()}
    found = tell(case, tmp_path)
    assert list(found) == [name for name in EXPECTED if name in expected]
    for name, text in expected.items():
        assert found[name] == text, f"{name} differs; if it is meant to: python -m tests.cases.generate {case.name}"


@pytest.mark.parametrize("name", ["plan.txt", "plan.json", "apply.txt", "events.jsonl"])
def test_order_and_layout_change_not_a_byte(name: str) -> None:
    assert (CASES / "create-reordered" / name).read_bytes() == (CASES / "create" / name).read_bytes()


@pytest.mark.parametrize("case", folders(), ids=lambda path: path.name)
def test_apply_calls_what_the_plan_announced_and_nothing_else(case: Path) -> None:
    """The expectations themselves are held against the promise, for a generator would write down a broken one too."""
    if not (case / "plan.json").exists():
        return
    plan = json.loads((case / "plan.json").read_text("utf-8"))
    refused = any(found["severity"] == "error" for found in plan["diagnostics"])
    announced = [(op["verb"], op["token"]) for change in plan["changes"] for op in change.get("operations", ())]
    events = [json.loads(line) for line in (case / "events.jsonl").read_text("utf-8").splitlines()]
    # A call that is repeated is written down again under its intent.
    made = {(event["verb"], event["token"], event["intent"]) for event in events if event["event"] == "intended"}
    assert sorted((verb, token) for verb, token, _ in made) == ([] if refused else sorted(announced))
