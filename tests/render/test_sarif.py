"""Findings as SARIF: held against the standard's own schema, and against what GitHub asks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.diagnostic import Diagnostic, Location, Severity
from reconciler.render.json_form import any_json
from reconciler.render.sarif import rules, sarif
from tests.render.sarif_rules import sarif_faults, sarif_schema
from tests.rules import TABLE, rules_table

SHOTS = Diagnostic(
    "device/shots",
    "Shots out of the device's range",
    "Garnet takes 1 to 20,000 shots a task, found 30,000.",
    "Choose from 1 to 20,000.",
    Location("tasks/my task.yaml", 14, 10, 5, "  shots: 30000"),
    "QuantumTask/bell",
)
OFFLINE = Diagnostic("device/offline", "Device is offline", "It is offline.", severity=Severity.WARNING)


def valid(found: Sequence[Diagnostic]) -> Any:
    """The document as a reader gets it, if it is SARIF."""
    document = json.loads(any_json(sarif(found, "1.2.3")))
    assert sarif_faults(document) == []
    return document


def test_a_finding_is_shown_on_its_line() -> None:
    (run,) = valid([SHOTS])["runs"]
    (result,) = run["results"]
    (place,) = result["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "tasks/my%20task.yaml", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 14, "startColumn": 10, "endColumn": 15, "snippet": {"text": "  shots: 30000"}},
    }
    assert place["logicalLocations"] == [{"fullyQualifiedName": "QuantumTask/bell", "kind": "resource"}]
    assert (result["level"], result["ruleId"], result["ruleIndex"]) == ("error", "device/shots", 0)
    assert result["message"]["text"] == f"{SHOTS.detail} {SHOTS.remedy}"


def test_rules_have_the_texts_of_our_table() -> None:
    (run,) = valid([OFFLINE, SHOTS])["runs"]
    (offline, shots) = run["tool"]["driver"]["rules"]
    assert (offline["id"], offline["defaultConfiguration"]["level"]) == ("device/offline", "warning")
    meaning, remedy = rules()["device/shots"]
    assert shots["name"] == "DeviceShots"
    assert shots["shortDescription"]["text"] == SHOTS.summary
    assert shots["help"]["text"] == f"{meaning} {remedy}"
    assert len(rules()) > 200


def test_the_table_of_rules_is_that_of_the_page() -> None:
    assert TABLE.read_text("utf-8") == rules_table(), "run make schemas"


def test_a_fingerprint_outlives_lines_that_are_added_above() -> None:
    place = Location("tasks/my task.yaml", 99, 10, 5, "shots: 30000")
    moved = Diagnostic(SHOTS.code, SHOTS.summary, SHOTS.detail, "", place, SHOTS.address)
    first, second, other = (valid([d])["runs"][0]["results"][0]["partialFingerprints"] for d in (SHOTS, moved, OFFLINE))
    assert first == second != other
    twice = valid([SHOTS, moved])["runs"][0]["results"]
    assert len({result["partialFingerprints"]["qctl/v1"] for result in twice}) == 2


def test_nothing_found_is_a_run_without_results() -> None:
    assert valid([])["runs"][0]["results"] == []


def test_the_schema_that_a_document_names_is_the_one_it_is_held_against() -> None:
    assert valid([])["$schema"] == sarif_schema()["id"]


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (["message", "text"], 1, "message.text: 1 is not of type 'string'"),
        (["level"], "fatal", "level: 'fatal' is not one of"),
        (["colour"], "red", "Additional properties are not allowed ('colour' was unexpected)"),
        (["locations", 0, "physicalLocation", "region", "startLine"], 0, "0 is less than the minimum of 1"),
        (["locations", 0, "physicalLocation", "artifactLocation", "uri"], "my task.yaml", "is not a 'uri-reference'"),
        (["partialFingerprints", "qctl/v1"], 7, "7 is not of type 'string'"),
    ],
)
def test_what_is_no_sarif_is_noticed(path: list[str | int], value: object, fault: str) -> None:
    document = valid([SHOTS])
    place = document["runs"][0]["results"][0]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert any(fault in found for found in sarif_faults(document)), sarif_faults(document)


@settings(deadline=None)  # the first document reads the schema
@given(st.text(min_size=1), st.integers(0, 9), st.integers(0, 9))
def test_any_text_is_sarif(text: str, line: int, column: int) -> None:
    document = valid([Diagnostic(text, text, text, text, Location(text, line, column, 0, text), text)])
    (result,) = document["runs"][0]["results"]
    assert "](" not in result["message"]["text"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].isascii()
