"""What was tried, as a file that CI systems show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.junit import Case, Suite, junit
from tests.render.junit_rules import read

ALL = Suite(
    "policies",
    [
        Case("Policy/a", "kept"),
        Case("Policy/a", "broken", failure="<too> much & more."),
        Case("QuantumTask/b", "is simulated", error="No simulator."),
        Case("Policy/c", "asked nothing", skipped="Nothing of this plan."),
        Case("Policy/d", "warns", told="warning: dear"),
    ],
)


def test_the_whole_file() -> None:
    assert (
        junit([ALL]).decode()
        == """<?xml version='1.0' encoding='us-ascii'?>
<testsuites name="qctl" tests="5" failures="1" errors="1">
  <testsuite name="policies" tests="5" failures="1" errors="1" skipped="1">
    <testcase classname="Policy/a" name="kept" />
    <testcase classname="Policy/a" name="broken">
      <failure message="&lt;too&gt; much &amp; more." type="failure">&lt;too&gt; much &amp; more.</failure>
    </testcase>
    <testcase classname="QuantumTask/b" name="is simulated">
      <error message="No simulator." type="error">No simulator.</error>
    </testcase>
    <testcase classname="Policy/c" name="asked nothing">
      <skipped message="Nothing of this plan." />
    </testcase>
    <testcase classname="Policy/d" name="warns">
      <system-out>warning: dear</system-out>
    </testcase>
  </testsuite>
</testsuites>
"""
    )
    read(junit([ALL]))


@given(st.text(), st.text())
def test_any_text_is_xml(name: str, text: str) -> None:
    root = read(junit([Suite(name, [Case(name, text, failure=text), Case(text, name, told=text)]), Suite(text, [])]))
    assert len(list(root.iter("testcase"))) == 2


def test_the_rules_bite() -> None:
    with pytest.raises(AssertionError):
        read(junit([ALL]).replace(b'failures="1" errors="1" skipped', b'failures="2" errors="1" skipped'))
    with pytest.raises(AssertionError):
        read(junit([ALL]).replace(b' name="kept"', b""))
