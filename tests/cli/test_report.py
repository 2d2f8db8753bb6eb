"""Pages for people: written, harmless, and looked at in a browser."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from tests.browser import chromium, look
from tests.cli.place import PROJECT, Place

_HOSTILE = "<script>alert(1)</script><img src=https://example.org/x>&\u202e"
_TASKS = """---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {{name: ghz}}
spec:
  device: sim
  shots: 200
  program:
    openqasm: |
      OPENQASM 3.0;
      // {hostile}
      input float theta;
      qubit[3] q;
      bit[3] c;
      rx(theta) q[0];
      cnot q[0], q[1];
      cnot q[1], q[2];
      c = measure q;
    inputs: {{theta: "${{{{ matrix.theta }}}}"}}
  matrix: {{theta: [0.0, 1.5707963267948966]}}
  expect:
    simulate: {{shots: 200, seed: 7}}
    assert: ["sim.probabilities['000'] > 0.9 || '{hostile}' == ''"]
---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {{name: native}}
spec:
  device: garnet
  shots: 100
  program: {{openqasm: "OPENQASM 3.0; bit[2] c; #pragma braket verbatim\\nbox {{ cnot $1, $2; }} c[0] = measure $1;"}}
"""


@pytest.fixture
def declared(place: Place) -> Place:
    """A sweep whose second point keeps no promise, and a program that its device does not take."""
    text = PROJECT + _TASKS.format(hostile=_HOSTILE.replace("\u202e", "\\u202e"))
    (place.root / "qctl.yaml").write_text(text.replace("// <script>", "// <script>"), "utf-8")
    return place


def test_the_page_of_a_plan(declared: Place, tmp_path: Path) -> None:
    page = tmp_path / "plan.html"
    ran = declared.run("plan", "--report", str(page))
    assert ran.code == Exit.ERROR
    assert f"Wrote {page}." in ran.err
    text = page.read_text("utf-8")
    for expected in (
        "qctl plan: place, environment default",
        "Plan: 3 to add, 0 to change, 0 to destroy.",
        "device/native-gate",
        "expect/failed",
        "QuantumTask/ghz[theta=0.0]",
        "0.30 a task and 0.00145 a shot",
        "native gates",
    ):
        assert expected in text, expected
    assert text.count("<svg") == 4  # two circuits, for the points of a sweep share theirs, and two histograms
    assert "<script" not in text
    assert "<img" not in text
    assert "\u202e" not in text
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids)), "what is pointed at must be one thing"


@pytest.mark.parametrize(("width", "dark"), [(1100, False), (390, True)], ids=["desk", "phone at night"])
def test_the_page_in_a_browser(declared: Place, tmp_path: Path, width: int, dark: bool) -> None:
    page = tmp_path / "plan.html"
    declared.run("plan", "--report", str(page))
    with chromium(tmp_path, width, dark=dark) as browser:
        seen = look(browser, page.as_uri(), tmp_path / "plan.png")
    assert seen.title == "qctl plan: place, environment default"
    assert seen.errors == ()
    assert seen.requests == ()
    assert seen.unnamed == ()
    assert seen.overflow == 0
    assert {"Findings", "What would change, and why", "Cost"} <= set(seen.headings)
    assert (tmp_path / "plan.png").stat().st_size > 10_000


def test_a_page_that_asks_for_more_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    bad = '<a href="#"></a><img src="http://127.0.0.1:9/x.png"><script>throw new Error("no")</script>'
    page.write_text(f"<!doctype html><title>bad</title><div style='width:3000px'>{bad}</div>", "utf-8")
    with chromium(tmp_path) as browser:
        seen = look(browser, page.as_uri())
    assert any("no" in error for error in seen.errors)
    assert seen.requests == ("http://127.0.0.1:9/x.png",)
    assert "link" in seen.unnamed
    assert seen.overflow > 1000


def test_results_beside_simulations(place: Place, tmp_path: Path) -> None:
    place.finish()
    page, plot = tmp_path / "results.html", tmp_path / "results.svg"
    ran = place.ok("results", "--compare", "--report", str(page), "--plot", str(plot))
    assert "total variation distance" in ran.out
    assert "Hellinger fidelity" in ran.out
    assert "bars are measured, lines are simulated" in plot.read_text("utf-8")
    (one,) = place.ok("results", "--compare", "--json").json["results"]
    assert one["address"] == "QuantumTask/bell"
    assert set(one["simulated"]) == {"00", "11"}
    assert sum(one["simulated"].values()) == 10_000
    low, high = one["hellinger_fidelity_95"]
    assert low <= one["hellinger_fidelity"] <= high
    with chromium(tmp_path) as browser:
        seen = look(browser, page.as_uri(), tmp_path / "results.png")
    assert (seen.errors, seen.requests, seen.unnamed, seen.overflow) == ((), (), (), 0)
    assert "QuantumTask/bell" in seen.headings


def test_what_was_not_measured_yet_is_not_compared(place: Place) -> None:
    place.ok("apply", "--auto-approve")
    ran = place.run("results", "--compare")
    assert ran.code == Exit.RUNNING
    assert "QuantumTask/bell: " in ran.out


def test_a_page_of_results_needs_something_to_compare(place: Place) -> None:
    ran = place.run("results", "--report", "page.html")
    assert ran.code == Exit.ERROR
    assert "say --compare too" in ran.err


def test_without_the_library_it_says_what_to_install(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciler.render import html

    monkeypatch.setitem(sys.modules, "jinja2", None)
    html._environment.cache_clear()
    ran = place.run("plan", "--report", "page.html")
    html._environment.cache_clear()
    assert ran.code == Exit.ERROR
    assert "pip install 'qctl[report]'" in ran.err
    assert not (place.root / "page.html").exists()
