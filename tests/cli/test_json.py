"""The forms for programs: one JSON value, or one a line, and nothing else on standard output."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.place import Place


@pytest.mark.parametrize(
    "args",
    [
        ("validate",),
        ("plan",),
        ("show",),
        ("results",),
        ("state", "list"),
        ("devices",),
        ("version",),
        ("local", "status"),
    ],
    ids=" ".join,
)
def test_json_carries_its_format_version(place: Place, args: tuple[str, ...]) -> None:
    place.finish()
    assert place.ok(*args, "--json").json["format_version"] == 1
    assert place.run(*args, "--json").err == ""


def test_graph_as_json_and_dot(place: Place) -> None:
    assert place.ok("graph", "--format", "json").json["waits_for"] == {"QuantumTask/bell": []}
    assert '"QuantumTask/bell";' in place.ok("graph", "--format", "dot").out


def test_validate(place: Place) -> None:
    assert place.ok("validate", "--json").json == {
        "format_version": 1,
        "valid": True,
        "resources": 1,
        "diagnostics": [],
    }
    place.declare("bell", "bell")
    ran = place.run("validate", "--json")
    assert ran.code == 1
    assert [found["code"] for found in ran.json["diagnostics"]] == ["manifest/duplicate"]


def test_apply_streams_one_event_a_line(place: Place) -> None:
    place.world.set_switch("latency.factor", "0")
    events = place.ok("apply", "--auto-approve", "--wait", "--json").events
    assert events[0]["event"] == "plan"
    assert {event["event"] for event in events} >= {"plan", "applied"}
    (applied,) = [event for event in events if event["event"] == "applied"]
    assert (applied["added"], applied["unknown"]) == (1, 0)


def test_apply_as_json_does_not_ask(place: Place) -> None:
    ran = place.run("apply", "--json")
    assert ran.code == 1
    assert ran.events[0]["counts"]["add"] == 1
    assert "--auto-approve" in ran.err
    assert place.tasks() == 0


def test_results(place: Place) -> None:
    place.finish()
    found = place.ok("results", "--json").json["results"]["QuantumTask/bell"]
    assert found["status"] == "COMPLETED"
    assert found["problem"] is None
    assert sum(found["counts"].values()) == found["shots"] == 100
    assert set(found["counts"]) <= {"00", "11"}


def test_results_of_what_is_not_finished(place: Place) -> None:
    ran = place.run("results", "--json")
    assert ran.code == 1
    assert ran.json["results"]["QuantumTask/bell"]["problem"] == "not submitted yet"


def test_results_are_saved_and_drawn(place: Place, tmp_path: Path) -> None:
    place.finish()
    place.ok("results", "--out", str(tmp_path / "out"), "--plot", str(tmp_path / "bell.svg"))
    (saved,) = (path for path in (tmp_path / "out").iterdir() if "provenance" not in path.name)
    assert saved.name == "QuantumTask_bell.json"
    assert '"measurements"' in saved.read_text("utf-8")
    assert (tmp_path / "bell.svg").read_text("utf-8").startswith("<svg")


def test_the_schema_is_json(place: Place) -> None:
    assert "$schema" in place.ok("schema").json
