"""Findings on their lines: what GitHub's code scanning and GitLab's code quality get, and what they make of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler import __version__
from reconciler.core.diagnostic import Diagnostic, Location, Severity
from reconciler.forge.client import Client
from reconciler.forge.github import GitHub, headers
from reconciler.forge.kind import ForgeError
from reconciler.forge.place import analysed_here
from reconciler.forge.scanning import send_findings
from reconciler.render.code_scanning import MOST, NotSarif, code_quality, prepared
from reconciler.render.json_form import any_json
from reconciler.render.sarif import sarif
from tests.cli.conftest import place
from tests.cli.place import Place
from tests.forge.github_fake import REPOSITORY, TOKEN, Answer, GitHubFake, served
from tests.forge.test_ci_commands import github
from tests.forge.test_github import HandClock
from tests.render.sarif_rules import sarif_faults

__all__ = ["github", "place"]  # fixtures
_COMMIT, _HEAD, _MERGE = "c" * 40, "a" * 40, "refs/pull/7/merge"
SHOTS = Diagnostic("device/shots", "Shots out of range", "Too many.", "Fewer.", Location("a b.yaml", 3, 1, 5, "x"))
OFFLINE = Diagnostic("device/offline", "Device is offline", "It is.", "Wait.", severity=Severity.WARNING)
ABOUT = Diagnostic("run/lost", "Run is lost", "It is.", "Look.", address="QuantumTask/bell")


def document(found: Sequence[Diagnostic]) -> Any:
    return json.loads(any_json(sarif(found, __version__)))


def sent(fake: GitHubFake, data: bytes, ref: str = "refs/heads/main") -> bool:
    with served(fake):
        client = Client(fake.url, headers(TOKEN), HandClock(), TOKEN)
        return send_findings(GitHub(client, REPOSITORY), HandClock(), data, _COMMIT, ref)


def test_every_finding_has_a_place_from_the_root_of_the_repository() -> None:
    """GitHub refuses a whole file for one result without a place, and reads paths from the root."""
    fake = GitHubFake()
    ready = prepared(document([SHOTS, OFFLINE, ABOUT]), "lab/my study", "qctl/lab/prod")
    assert sarif_faults(ready.document) == []
    assert sent(fake, any_json(ready.document).encode())
    assert fake.scanning.shown("refs/heads/main") == {
        "qctl/lab/prod": [
            ("run/lost", "lab/my study/qctl.yaml", 1),
            ("device/shots", "lab/my study/a b.yaml", 3),
            ("device/offline", "lab/my study/qctl.yaml", 1),
        ]
    }


def test_what_is_not_prepared_would_be_refused_after_it_was_taken() -> None:
    fake = GitHubFake()
    with pytest.raises(ForgeError, match="could not read them: expected a fingerprint; locationFromSarifResult"):
        sent(fake, any_json(document([OFFLINE])).encode())
    assert fake.scanning.shown("refs/heads/main") == {}


def test_a_project_at_the_root_has_no_folder_in_its_paths() -> None:
    (run,) = prepared(document([SHOTS]), ".", "qctl").document["runs"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "a%20b.yaml"}


def test_of_too_many_findings_the_worst_are_sent() -> None:
    warnings = [replace(OFFLINE, detail=f"Device {number} is.") for number in range(MOST)]
    ready = prepared(document([*warnings, SHOTS]), ".", "qctl")
    assert (ready.shown, ready.found) == (MOST, MOST + 1)
    assert ready.document["runs"][0]["results"][0]["ruleId"] == "device/shots"
    fake = GitHubFake()
    assert sent(fake, any_json(ready.document).encode())


def test_a_report_that_is_too_large_is_not_even_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.forge.github._MOST_SARIF", 100)
    fake = GitHubFake()
    with pytest.raises(ForgeError, match="GitHub takes 100"):
        sent(fake, any_json(document([SHOTS])).encode())
    assert fake.requests == []


def test_what_github_has_not_read_in_two_minutes_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = GitHubFake()
    pending: Answer = (200, {"processing_status": "pending"}, {})
    monkeypatch.setattr(
        fake.scanning, "answer", lambda method, *_: (202, {"id": "1"}, {}) if method == "POST" else pending
    )
    assert not sent(fake, b"{}")
    assert len(fake.requests) == 25


@pytest.mark.parametrize("wrong", [{}, [], {"runs": [{}]}, {"runs": [{"tool": {}, "results": [{"level": "x"}]}]}, 7])
def test_what_is_no_report_of_ours_is_not_sent(wrong: object) -> None:
    with pytest.raises(NotSarif):
        prepared(wrong, ".", "qctl")


def test_a_report_of_another_tool_is_its_own_business() -> None:
    other = document([SHOTS])
    other["runs"][0]["tool"]["driver"]["name"] = "other"
    with pytest.raises(NotSarif, match="another tool"):
        prepared(other, ".", "qctl")


@pytest.mark.parametrize(
    ("checked_out", "expected"),
    [
        (_COMMIT, (_COMMIT, _MERGE)),
        (_HEAD, (_HEAD, "refs/pull/7/head")),
        ("", (_COMMIT, _MERGE)),
    ],
)
def test_findings_are_about_the_commit_that_is_checked_out(
    tmp_path: Path, checked_out: str, expected: tuple[str, str]
) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7, "head": {"sha": _HEAD}}}), "utf-8")
    environ = {"GITHUB_EVENT_PATH": str(event), "GITHUB_SHA": _COMMIT, "GITHUB_REF": _MERGE}
    assert analysed_here(environ, checked_out) == expected
    with pytest.raises(ForgeError, match="GITHUB_SHA and GITHUB_REF"):
        analysed_here({"GITHUB_SHA": _COMMIT}, checked_out)


def test_the_command_sends_and_says_how_many(github: GitHubFake, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_SHA", _COMMIT)
    monkeypatch.setenv("GITHUB_REF", _MERGE)
    place.ok("plan", "--sarif", "findings.sarif")
    assert place.ok("ci", "sarif", "findings.sarif", "--env", "prod").out == "Findings sent: 0.\n"
    assert github.scanning.shown(_MERGE) == {"qctl/./prod": []}
    for switch in ("on", "may"):
        github.scanning.on = switch != "on"
        github.may -= {"security-events"} if switch == "may" else set()
        told = place.ok("ci", "sarif", "findings.sarif").err
        assert "warning: Not allowed by the forge [ci/forbidden]" in told
        assert "security-events: write" in told
        assert place.run("ci", "sarif", "findings.sarif", "--required").code == 1
    (place.root / "broken.sarif").write_text("[" * 100_000, "utf-8")
    assert "ci/no-sarif" in place.run("ci", "sarif", "broken.sarif").err


def test_gitlab_gets_its_own_form() -> None:
    """GitLab's page "Code Quality": these keys, a path from the root without ./, and fingerprints that differ."""
    first, second, third = code_quality(document([SHOTS, OFFLINE, ABOUT]), "study")
    assert second == {
        "description": "Too many. Fewer.",
        "check_name": "device/shots",
        "fingerprint": second["fingerprint"],
        "severity": "major",
        "location": {"path": "study/a b.yaml", "lines": {"begin": 3}},
    }
    assert (first["location"]["path"], third["severity"]) == ("study/qctl.yaml", "minor")
    elsewhere = code_quality(document([SHOTS]), "other")[0]["fingerprint"]
    assert len({first["fingerprint"], second["fingerprint"], third["fingerprint"], elsewhere}) == 4
