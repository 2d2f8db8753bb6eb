"""What was tried, as JUnit XML, in the form that CI systems read (xunit2, as pytest writes it).

There are no times and no hosts in it: the same outcomes give the same file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from reconciler.render.visible import visible


@dataclass(frozen=True, slots=True)
class Case:
    """One test case. At most one of `failure`, `error` and `skipped` is said; `told` is a remark."""

    classname: str
    name: str
    failure: str = ""
    error: str = ""
    skipped: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases of one sort."""

    name: str
    cases: Sequence[Case]


def junit(suites: Iterable[Suite]) -> bytes:
    """The whole file."""
    root = ET.Element("testsuites")
    total = {"tests": 0, "failures": 0, "errors": 0}
    for suite in suites:
        counts = {
            "tests": len(suite.cases),
            "failures": sum(bool(case.failure) for case in suite.cases),
            "errors": sum(bool(case.error) for case in suite.cases),
        }
        skipped = sum(bool(case.skipped) for case in suite.cases)
        texts = {name: str(number) for name, number in {**counts, "skipped": skipped}.items()}
        element = ET.SubElement(root, "testsuite", {"name": visible(suite.name), **texts})
        for case in suite.cases:
            _case(element, case)
        total = {name: number + counts[name] for name, number in total.items()}
    root.attrib |= {"name": "qctl", **{name: str(number) for name, number in total.items()}}
    ET.indent(root)
    # In ASCII, so that no text in it needs an encoding that a reader has not.
    text: bytes = ET.tostring(root, encoding="us-ascii", xml_declaration=True)
    return text + b"\n"


def _case(suite: ET.Element, case: Case) -> None:
    element = ET.SubElement(suite, "testcase", {"classname": visible(case.classname), "name": visible(case.name)})
    for tag, text in (("failure", case.failure), ("error", case.error)):
        if text:
            ET.SubElement(element, tag, {"message": visible(text), "type": tag}).text = visible(text)
    if case.skipped:
        ET.SubElement(element, "skipped", {"message": visible(case.skipped)})
    if case.told:
        ET.SubElement(element, "system-out").text = visible(case.told)
