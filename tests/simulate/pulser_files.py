"""The example sequences beside this module, and ways to spoil them."""

from pathlib import Path
from typing import Any

from reconciler.core.sequence import SequenceJob
from reconciler.simulate.sequence_check import Finding

FOLDER = Path(__file__).parent / "sequences"


def sequence(name: str, *swaps: tuple[str, str]) -> str:
    """The text of a sequence with some texts swapped, each where it comes first."""
    text = (FOLDER / f"{name}.json").read_text("utf-8")
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def job(index: int = 0, /, runs: int = 100, **variables: Any) -> SequenceJob:
    return SequenceJob(("jobs", index), runs, variables)


def shown(findings: list[Finding]) -> list[str]:
    """A line for each: severity and code, the place in the manifest or in the file, the detail and the remedy."""
    return [_line(finding) for finding in findings]


def _line(finding: Finding) -> str:
    place = ".".join(map(str, (*finding.job.path, *finding.path))) if finding.job else ""
    here = f"{finding.line}:{finding.column}" if finding.line else ""
    where = " ".join(part for part in (place, here) if part) or "-"
    return f"{finding.severity} {finding.code} {where} | {finding.detail} | {finding.remedy}"
