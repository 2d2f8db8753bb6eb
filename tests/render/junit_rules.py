"""What CI systems ask of JUnit XML: the rules of junit-10.xsd of Jenkins' xUnit plugin, as far as they concern us.

Source: jenkinsci/xunit-plugin, src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd. Pytest
follows it with `junit_family=xunit2`. No package ships the file, so its rules are written down here.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

# Attributes that must and that may be there, and the elements that may be inside.
_RULES: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "disabled", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url", "version"},
        {"testcase", "properties", "system-out", "system-err", "testsuite"},
    ),
    "testcase": (
        {"name", "classname"},
        {"time", "group"},
        {"skipped", "error", "failure", "rerunFailure", "rerunError", "flakyFailure", "flakyError", "system-out"},
    ),
    "failure": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "skipped": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}


def read(data: bytes) -> ET.Element:
    """The root, if the whole file follows the rules and its counts are right."""
    root = ET.fromstring(data)  # noqa: S314 - we wrote it ourselves
    assert root.tag == "testsuites"
    for element in root.iter():
        required, allowed, inside = _RULES[element.tag]
        assert required <= element.attrib.keys() <= required | allowed, (element.tag, element.attrib)
        assert {child.tag for child in element} <= inside, element.tag
    for suite in root.iter("testsuite"):
        for attribute, tag in (("tests", "."), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            found = [case for case in suite.iter("testcase") if tag == "." or case.find(tag) is not None]
            assert int(suite.get(attribute, "0")) == len(found), attribute
    for attribute in ("tests", "failures", "errors"):
        assert int(root.get(attribute, "-1")) == sum(int(s.get(attribute, "0")) for s in root.iter("testsuite"))
    return root
