"""`qctl ci` as a job sees it: what can't be written is told, and stops a plan only if that was asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.forge.record import Shown, place_of, shown_in
from reconciler.render.forge_comment import comment_text, with_outcome
from tests.cli.conftest import place
from tests.cli.place import Place
from tests.forge.github_fake import REPOSITORY, TOKEN, GitHubFake, served

__all__ = ["place"]  # a fixture of the command line's room


@pytest.fixture
def github(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubFake]:
    fake = GitHubFake()
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7, "head": {"sha": "a" * 40}}}), "utf-8")
    monkeypatch.setattr("reconciler.workflow.clock.SystemClock.sleep", lambda _self, _seconds: None)
    with served(fake):
        for name, value in (
            ("API_URL", fake.url),
            ("REPOSITORY", REPOSITORY),
            ("TOKEN", TOKEN),
            ("EVENT_PATH", str(event)),
            ("WORKSPACE", str(place.root)),
        ):
            monkeypatch.setenv(f"GITHUB_{name}", value)
        yield fake


def test_a_missing_right_is_a_warning_and_an_error_if_required(github: GitHubFake, place: Place) -> None:
    github.may.clear()
    (place.root / "plan.md").write_text("a plan", "utf-8")
    ran = place.ok("ci", "comment", "--body", "plan.md")
    assert "warning: Not allowed by the forge [ci/forbidden]" in ran.err
    assert "pull-requests: write" in ran.err
    assert TOKEN not in ran.err
    assert place.run("ci", "comment", "--body", "plan.md", "--required").code == 1


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "GITHUB_REPOSITORY"])
def test_what_the_job_lacks_is_named(
    github: GitHubFake, place: Place, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)
    assert name in place.run("ci", "comment", "--required").err
    assert github.requests == []


def test_a_job_that_is_about_no_pull_request_says_so(
    github: GitHubFake, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_EVENT_PATH")
    assert "ci/no-request" in place.run("ci", "labels").err
    place.ok("ci", "labels", "--number", "9", "--exit-code", "6")
    assert github.labels == {9: ["qctl:refused"]}


def test_projects_and_environments_have_comments_of_their_own(github: GitHubFake, place: Place) -> None:
    for environment in ("default", "prod", "default"):
        place.ok("plan", "--env", environment, "--out", "p")
        place.ok("ci", "comment", "--env", environment, "--plan", "p")
    first, second = github.under(7)
    assert 'environment="default"' in first.splitlines()[0]
    assert 'environment="prod"' in second.splitlines()[0]
    assert "Planned for commit `aaaaaaaaaaaa`" in first


def test_labels_follow_the_plan(github: GitHubFake, place: Place) -> None:
    place.world.freeze()  # or the task would be finished on a slow machine, and nothing left to cancel

    def label(code: str) -> list[str]:
        place.ok("ci", "labels", "--plan", "p", "--exit-code", code, "--prefix", "lab")
        return github.labels[7]

    assert label("1") == ["lab:failed"]
    place.ok("plan", "--out", "p")
    assert label("2") == ["lab:pays"]
    place.ok("apply", "--auto-approve")
    place.declare()
    place.ok("plan", "--out", "p")
    assert label("2") == ["lab:cancels"]
    place.ok("apply", "--auto-approve")
    place.ok("plan", "--out", "p")
    assert label("0") == ["lab:no-changes"]


@pytest.mark.parametrize("count", [0, 2])
def test_a_commit_of_no_single_pull_request_has_no_reviewed_plan(github: GitHubFake, place: Place, count: int) -> None:
    for number in range(count):
        github.merge(number + 1, "abc123")
    ran = place.run("ci", "reviewed", "--commit", "abc123")
    assert (ran.code, ran.out) == (1, "")
    assert "ci/not-reviewed" in ran.err


def test_drift_that_nobody_knows_leaves_the_issue_alone(github: GitHubFake, place: Place) -> None:
    (place.root / "d.md").write_text("x", "utf-8")
    assert "ci/no-drift" in place.run("ci", "issue", "--body", "d.md", "--exit-code", "1").err
    assert github.requests == []


def test_a_record_survives_and_is_only_believed_in_its_line() -> None:
    shown = Shown(place_of("study", "prod"), "f" * 64, "a" * 40)
    assert shown_in(f"<!-- m -->\r\n{shown}\r\n\r\ntext") == shown
    assert shown_in(f"<!-- m -->\n\n{shown}") is None
    assert shown_in(f"<!-- m -->\n{str(shown).replace('f' * 64, 'f' * 63)}") is None
    assert shown_in("") is None


@pytest.mark.parametrize("size", [10, 60_000, 3_000_000])
def test_comments_stay_within_what_github_takes(size: int) -> None:
    plan = "**Plan: 1 to add**\n\n" + "<details>" + "x&\n" * (size // 3) + "</details>"
    whole = comment_text(("<!-- m -->", "<!-- r -->"), plan, "é<\n" * size, "about")
    for _ in range(3):
        whole = with_outcome(whole, 5, "why <b> @ada\n\n" * size + "the last line", "abc")
    assert len(whole.encode()) <= 65_536
    assert "**Plan: 1 to add**" in whole
    assert whole.count("#### Refused") == 1
    assert "the last line" in whole
    assert "<b>" not in whole
    assert "@ada" not in whole
    assert whole.count("<details>") == whole.count("</details>")
