"""The `.gitlab-ci.yml` of docs/ci/gitlab.md, run: a merge request from its opening to its end, and what drifts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.forge.record import shown_in
from tests.cli.by_hand import opened
from tests.forge.github_fake import served
from tests.forge.gitlab_fake import TOKEN, GitLabFake, MergeRequest
from tests.forge.gitlab_runner import Ran, holds, pipeline, run
from tests.forge.recipes import yaml_of
from tests.forge.repository import Repository
from tests.forge.runner import surroundings
from tests.render.junit_rules import read


def recipe() -> dict[str, Any]:
    """The file on the page."""
    return dict(yaml.safe_load(yaml_of("gitlab.md", "# .gitlab-ci.yml")))


@dataclass
class OnGitLab:
    """A repository whose pipelines are those of the page."""

    repository: Repository
    gitlab: GitLabFake
    environment: dict[str, str]

    def pipeline(self, ref: str, source: str, number: int = 0) -> Ran:
        """The one job of this pipeline. A merge request's checkout is its branch alone."""
        checkout = self.repository.checkout(ref)
        variables = self.environment | {
            "CI": "true",
            "GITLAB_CI": "true",
            "CI_API_V4_URL": self.gitlab.url,
            "CI_COMMIT_SHA": checkout.commit,
            "CI_DEFAULT_BRANCH": "main",
            "CI_PIPELINE_SOURCE": source,
            "CI_PROJECT_DIR": str(checkout.path),
            "CI_PROJECT_ID": "42",
            "GITLAB_TOKEN": TOKEN,
        }
        if number:
            variables |= {"CI_MERGE_REQUEST_IID": str(number), "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
        else:
            variables["CI_COMMIT_BRANCH"] = ref
        (name,) = pipeline(recipe(), variables)
        ran = run(recipe(), name, checkout, variables)
        self.repository.keep(checkout)
        return ran

    def plan(self, number: int, branch: str) -> Ran:
        """Of a merge request."""
        return self.pipeline(branch, "merge_request_event", number)

    def merged(self, number: int, branch: str) -> None:
        """Somebody merges it."""
        self.gitlab.requests.setdefault(number, MergeRequest()).commit = self.repository.merge(branch)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[OnGitLab]:
    fake = GitLabFake()
    with served(fake):
        environment = surroundings(tmp_path, "")
        del environment["GITHUB_API_URL"]
        pip = tmp_path / "bin" / "pip"  # nothing is installed: what would be is written down
        pip.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {tmp_path}/installed\n', "utf-8")
        pip.chmod(0o755)
        yield OnGitLab(Repository.begun(tmp_path), fake, environment)


def test_opened_amended_merged_and_refused_when_main_moved(lab: OnGitLab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.repository.branch("more", "bell")
    first = lab.plan(1, "more")
    assert first.code == 0, first.log
    (note,) = lab.gitlab.under(1)
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in note
    assert lab.gitlab.requests[1].labels == ["qctl:pays"]
    assert {p.name for p in first.artifacts.iterdir()} == {"reviewed.plan", "plan.md"}
    assert (lab.repository.root / "installed").read_text("utf-8").splitlines()[2].startswith("qctl[simulate,encrypt] @")

    head = lab.repository.commit("more", "bell", "again")
    assert lab.plan(1, "more").code == 0
    (note,) = lab.gitlab.under(1)
    assert "Plan: 2 to add, 0 to change, 0 to destroy." in note
    shown = shown_in(note)
    assert shown is not None
    assert shown.commit == head
    assert lab.repository.tasks() == 0, "plans pay nothing"

    lab.merged(1, "more")
    applied = lab.pipeline("main", "push")
    assert applied.code == 0, applied.log
    assert lab.repository.tasks() == 2
    (note,) = lab.gitlab.under(1)
    assert "#### Applied" in note
    assert "Apply complete! Runs: 2 added" in note

    # A branch from before that merge is planned as what it would make of main: nothing of main looks removed.
    lab.repository.git("checkout", "--quiet", "-b", "other", "HEAD~1")
    lab.repository.commit("other", "third")
    assert lab.plan(2, "other").code == 0
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in lab.gitlab.under(2)[0]

    lab.repository.unseen("unseen")
    lab.merged(2, "other")
    refused = lab.pipeline("main", "push")
    assert refused.code == 5, refused.log
    assert lab.repository.tasks() == 2, "nothing was done"
    (told,) = lab.gitlab.under(2)
    assert "#### Refused: this is no longer the plan that was reviewed. Nothing was done" in told
    assert "QuantumTask/unseen" in told

    with monkeypatch.context() as patch, chdir(lab.repository.root / "job0" / "study"):
        patch.setenv("QCTL_LOCAL_CLOUD", str(lab.repository.root / "cloud.sqlite"))
        client = opened().braket.client()
        run_of = client.once("us-east-1", "search_quantum_tasks", filters=[])["quantumTasks"][0]
        client.once("us-east-1", "tag_resource", resourceArn=run_of["quantumTaskArn"], tags={"owner": "lab-4"})
    drifted = lab.pipeline("main", "schedule")
    assert drifted.code == 0, drifted.log
    assert [i["state"] for i in lab.gitlab.issues] == ["opened"]


def test_what_is_wrong_is_told_in_every_place_that_gitlab_has_for_it(lab: OnGitLab) -> None:
    lab.repository.branch("more", "bell")
    lab.repository.edit("more", "bell.yaml", '"${{ var.shots }}"', "200000")
    ran = lab.plan(1, "more")
    assert ran.code == 1
    assert "device/shots" in lab.gitlab.under(1)[0]
    assert lab.gitlab.requests[1].labels == ["qctl:failed"]
    (found,) = json.loads(ran.reports["codequality"].read_text("utf-8"))
    assert (found["check_name"], found["location"]["path"]) == ("device/shots", "study/bell.yaml")
    read(ran.reports["junit"].read_bytes())


def test_a_push_that_nobody_reviewed_is_not_applied(lab: OnGitLab) -> None:
    lab.repository.unseen("unseen")
    ran = lab.pipeline("main", "push")
    assert ran.code == 1
    assert "ci/not-reviewed" in ran.log
    assert lab.repository.tasks() == 0


@pytest.mark.parametrize(
    ("variables", "jobs"),
    [
        ({"CI_PIPELINE_SOURCE": "merge_request_event"}, ["plan"]),
        ({"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}, ["apply"]),
        ({"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "more", "CI_DEFAULT_BRANCH": "main"}, []),
        ({"CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_BRANCH": "main"}, ["drift"]),
    ],
    ids=str,
)
def test_no_pipeline_applies_but_main_s(variables: dict[str, str], jobs: list[str]) -> None:
    assert list(pipeline(recipe(), variables)) == jobs
    assert holds('$A == "x" && $B != $C || $D == "y"', {"A": "x", "B": "1", "C": "2"})
