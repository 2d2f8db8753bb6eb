"""What CI systems ask of JUnit XML: the rules of junit-10.xsd of Jenkins' xUnit plugin, as a table.

Source: jenkinsci/xunit-plugin, src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd, as of its
commit 031e285ef3b60dee7aaf36e9096d7dcd95ffae83; the source archive of pytest 9.2 has the same rules in its
testing/example_scripts/. No package installs the file, so it is not read here: the table was written from it, and then
both were asked about 20,000 files that were broken at random (python -m tests.render.junit_rules FILE.xsd does it
again). They differ only where this table asks for more: a `classname`, and right sums.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

# Attributes that must and that may be there, the elements that may be inside, and whether words may be.
_PROBLEM = (set[str](), {"type", "message"}, set[str](), True)
_TEXT = (set[str](), set[str](), set[str](), True)
_OUTCOMES = {"skipped", "error", "failure"}
_TOTALS = {"tests", "failures", "errors"}
_RULES: dict[str, tuple[set[str], set[str], set[str], bool]] = {
    "testsuites": (set(), {"name", "time", *_TOTALS}, {"testsuite"}, False),
    "testsuite": (
        {"name", *_TOTALS},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
        {"testsuite", "testcase", "system-out", "system-err"},
        False,
    ),
    "testcase": ({"name"}, {"time", "classname", "group"}, {*_OUTCOMES, "system-out", "system-err"}, False),
    **dict.fromkeys(_OUTCOMES, _PROBLEM),
    **dict.fromkeys(("system-out", "system-err"), _TEXT),
}


def faults(root: ET.Element) -> Iterator[str]:
    """What the schema has against a file."""
    if root.tag != "testsuites":
        yield f"the root is {root.tag}"
    for element in root.iter():
        required, allowed, inside, words = _RULES.get(element.tag, (set(), set(), set(), False))
        if element.tag not in _RULES or not required <= element.attrib.keys() <= required | allowed:
            yield f"{element.tag} {sorted(element.attrib)}"
        if not {child.tag for child in element} <= inside:
            yield f"what is inside {element.tag}"
        if not words and any((text or "").strip() for text in (element.text, *(child.tail for child in element))):
            yield f"words in {element.tag}"


def read(data: bytes) -> ET.Element:
    """The root, if the whole file follows the rules, its counts are right, and each case says whose it is."""
    root = ET.fromstring(data)  # noqa: S314 - we wrote it ourselves
    assert list(faults(root)) == []
    assert all(case.get("classname") is not None for case in root.iter("testcase"))
    for suite in root.iter("testsuite"):
        for attribute, tag in (("tests", "."), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            found = [case for case in suite.iter("testcase") if tag == "." or case.find(tag) is not None]
            assert int(suite.get(attribute, "0")) == len(found), attribute
    for attribute in ("tests", "failures", "errors"):
        assert int(root.get(attribute, "-1")) == sum(int(s.get(attribute, "0")) for s in root.iter("testsuite"))
    return root


def _broken(data: bytes, chance: random.Random) -> ET.Element:
    """The file with some things renamed, moved, taken away or added."""
    root = ET.fromstring(data)  # noqa: S314 - ours
    names = sorted(set().union(*(required | allowed for required, allowed, *_ in _RULES.values())) | {"x"})
    for _ in range(chance.randint(1, 3)):
        element = chance.choice(list(root.iter()))
        match chance.randrange(5):
            case 0:
                element.tag = chance.choice([*_RULES, "x"])
            case 1 if element.attrib:
                del element.attrib[chance.choice(sorted(element.attrib))]
            case 2:
                element.set(chance.choice(names), "7")
            case 3:
                ET.SubElement(element, chance.choice([*_RULES, "x"]))
            case _:
                element.text = chance.choice(["word", " ", None])
    return root


def compare(schema: Path, data: bytes, count: int) -> int:
    """How many of so many broken files the schema takes, all of them as the table does."""
    etree: Any = import_module("lxml.etree")  # here for this alone; it comes with PyLD
    xsd = etree.XMLSchema(etree.parse(schema))
    chance = random.Random(7)
    taken = 0
    for _ in range(count):
        root = _broken(data, chance)
        valid = xsd.validate(etree.fromstring(ET.tostring(root))) and root.tag == "testsuites"
        assert valid == (not list(faults(root))), ET.tostring(root)
        taken += valid
    return taken


if __name__ == "__main__":
    from reconciler.render.junit import junit
    from tests.render.test_junit import ALL

    sys.stdout.write(f"{compare(Path(sys.argv[1]), junit([ALL]), 20_000)} taken by both\n")
