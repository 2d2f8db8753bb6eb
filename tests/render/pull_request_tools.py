"""How tools of pull requests read what a plan says: the patterns of Atlantis and of tfcmt, word for word.

Sources: runatlantis/atlantis, server/events/models/models.go (`reChangesOutside`, `rePlanChanges`, `reNoChanges`), and
suzuki-shunsuke/tfcmt, pkg/terraform/parser.go (`NewPlanParser`, `NewApplyParser`). Go's `(?m)` is Python's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ATLANTIS_CHANGES = re.compile(r"Plan: (?:(\d+) to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy.")
ATLANTIS_NONE = re.compile(r"No changes. (Infrastructure is up-to-date|Your infrastructure matches the configuration).")
TFCMT_PASS = re.compile(r"(?m)^(Plan: \d|No changes.)")
TFCMT_FAIL = re.compile(r"(?m)^([│|] )?(Error: )")
TFCMT_DESTROY = re.compile(r"(?m)([1-9][0-9]* to destroy.)")
TFCMT_NONE = re.compile(r"(?m)^(No changes.)")
TFCMT_APPLIED = re.compile(r"(?m)^(Apply complete!)")


@dataclass(frozen=True)
class Stats:
    """What Atlantis counts (`NewPlanSuccessStats`)."""

    imported: int
    added: int
    changed: int
    destroyed: int


def atlantis(text: str) -> Stats | None:
    """The counts that Atlantis shows; None where it sees no changes at all."""
    found = ATLANTIS_CHANGES.search(text)
    if found is None:
        assert ATLANTIS_NONE.search(text), "Atlantis would not know what came of this plan"
        return None
    return Stats(*(int(number or 0) for number in found.groups()))


@dataclass(frozen=True)
class Result:
    """What tfcmt makes of a plan (`PlanParser.Parse`): it looks at the first line that says how it went."""

    line: str
    destroys: bool
    nothing: bool


def tfcmt(text: str) -> Result:
    """Its reading; a text that it takes for a failure is none of ours."""
    assert TFCMT_FAIL.search(text) is None, "tfcmt would take this for a failed plan"
    lines = [line for line in text.split("\n") if TFCMT_PASS.search(line)]
    assert lines, "tfcmt can't parse this"
    return Result(lines[0].strip(), bool(TFCMT_DESTROY.search(lines[0])), bool(TFCMT_NONE.search(lines[0])))
