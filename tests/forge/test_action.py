"""A pull request from its opening to its end, on a local Git server, a small GitHub and the local cloud."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

import pytest

from reconciler.forge.record import shown_in
from tests.cli.by_hand import opened
from tests.forge.hub import OnGitHub

_UPLOAD = "actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02"


def test_opened_amended_merged_and_refused_when_main_moved(hub: OnGitHub) -> None:
    github = hub.github
    hub.repository.branch("more", "bell")
    opened = hub.plan(1, "more")
    assert (opened.code, opened.used) == (0, [_UPLOAD]), opened.log
    assert (opened.outputs["has-changes"], opened.outputs["exit-code"]) == ("true", "2")
    (first,) = github.under(1)
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in first
    assert "Plan: 1 to add" in opened.summary
    assert github.labels[1] == ["qctl:pays"]

    # Somebody writes a comment that looks like ours, and claims another plan.
    forged = github.say(1, "mallory", first.replace(opened.outputs["fingerprint"], "0" * 64))
    github.comments.insert(0, github.comments.pop())
    head = hub.repository.commit("more", "bell", "again")
    amended = hub.plan(1, "more")
    (second,) = github.under(1)
    assert "Plan: 2 to add, 0 to change, 0 to destroy." in second
    shown = shown_in(second)
    assert shown is not None
    assert (shown.fingerprint, shown.commit) == (amended.outputs["fingerprint"], head)
    assert amended.outputs["fingerprint"] != opened.outputs["fingerprint"]
    assert "mallory" not in second
    assert forged["body"] in github.under(1, "mallory")

    assert hub.repository.tasks() == 0, "plans pay nothing"
    hub.merged(1, "more")
    applied = hub.job("main", mode="apply")
    assert applied.code == 0, applied.log
    assert applied.outputs["fingerprint"] == amended.outputs["fingerprint"]
    assert applied.outputs["pull-request"] == "1"
    assert hub.repository.tasks() == 2
    (third,) = github.under(1)
    assert "#### Applied" in third
    assert "Apply complete! Runs: 2 added" in third
    assert shown_in(third) == shown

    # Another one is planned; then main gets something that nobody has planned.
    hub.repository.branch("other", "third")
    assert hub.plan(2, "other").code == 0
    hub.repository.unseen("unseen")
    hub.merged(2, "other")
    refused = hub.job("main", mode="apply")
    assert refused.code == 5, refused.log
    assert hub.repository.tasks() == 2, "nothing was done"
    (told,) = github.under(2)
    assert "#### Refused: this is no longer the plan that was reviewed. Nothing was done" in told
    assert "Plan is stale [plan/stale]" in told
    assert "QuantumTask/unseen" in told
    assert "Plan: 1 to add" in told, "and what was reviewed is still there"

    # The file of the first plan, as an artifact gives it back, is refused too: it was made from other manifests.
    old = hub.job("main", mode="apply", plan_file=amended.outputs["plan-file"], pull_request="1")
    assert old.code == 5, old.log
    assert hub.repository.tasks() == 2
    assert "The file unseen.yaml was added. Nothing was done." in github.under(1)[0]


def test_a_merge_that_nobody_planned_is_not_applied(hub: OnGitHub) -> None:
    hub.repository.branch("more", "bell")
    hub.merged(1, "more")
    hub.github.say(1, "mallory", "<!-- qctl:plan -->")
    ran = hub.job("main", mode="apply")
    assert ran.code == 1
    assert "no plan that can be applied was shown" in ran.log
    assert hub.repository.tasks() == 0


def test_names_of_strangers_are_no_commands(hub: OnGitHub) -> None:
    """Each input and each text is one that a shell would run, if it were a part of a script."""
    hub.repository.branch("more", "bell")
    evil = '"; touch "$RUNNER_TEMP/owned"; echo $(touch $RUNNER_TEMP/owned) `touch $RUNNER_TEMP/owned` #'
    job = hub.plan(1, "more", environment=evil, label_prefix=evil, variables=f"shots=7\nx={evil}")
    assert job.code != 0
    assert not list(job.temp.rglob("owned"))


def test_a_manifest_that_can_not_be_read_is_told_and_then_mended(hub: OnGitHub) -> None:
    github = hub.github
    hub.repository.branch("more", "bell")
    hub.repository.edit("more", "qctl.yaml", "name: place", "name: [place")
    broken = hub.plan(1, "more", code_scanning="true")
    assert broken.code == 1
    assert (broken.used, broken.artifacts) == ([], {}), "a plan that was not made is not kept"
    assert broken.summary == "qctl made no plan. The log of the step Plan says why.\n"
    (told,) = github.under(1)
    assert "### qctl plan failed" in told
    assert "yaml/syntax" in told
    assert github.labels[1] == ["qctl:failed"]
    on_lines = github.scanning.shown("refs/pull/1/merge")
    found = [("project/missing", "study/qctl.yaml", 1), ("yaml/syntax", "study/qctl.yaml", 3)]
    assert on_lines == {"qctl/study/default": found}, "from the root of the repository"

    hub.repository.commit("more", "bell", shots=200_000)
    refused = hub.plan(1, "more", code_scanning="true")
    assert refused.code == 1
    assert Path(refused.outputs["junit-file"]).is_file()
    on_lines = github.scanning.shown("refs/pull/1/merge")
    assert on_lines == {"qctl/study/default": [("device/shots", "study/bell.yaml", 6)]}, "and what only a plan finds"

    github.may.remove("security-events")
    hub.repository.commit("more", "bell")
    warned = hub.plan(1, "more", code_scanning="true")
    assert warned.code == 0, "a right that lacks is no reason to fail"
    assert "security-events: write" in warned.log
    (mended,) = github.under(1)
    assert "Plan: 1 to add" in mended
    assert "failed" not in mended
    assert github.labels[1] == ["qctl:pays"]


def test_a_fork_is_told_what_it_lacks(hub: OnGitHub) -> None:
    """A job of a fork has no secrets: what it can't ask a cloud must not look like a mistake of its author."""
    hub.github.may.clear()
    hub.repository.branch("more", "bell")
    hub.repository.edit("more", "qctl.yaml", "name: place", "name: [place")
    told = "This pull request comes from a fork. GitHub gives its jobs no secrets, and a token that only reads."
    job = hub.plan(1, "more", fork="mallory/study")
    assert job.code == 1
    assert told in job.log
    assert "warning: Not allowed by the forge [ci/forbidden]" in job.log
    assert job.summary == f"{told}\nqctl made no plan. The log of the step Plan says why.\n"
    hub.repository.commit("more", "bell")
    checked = hub.job("more", onto="main", number=1, event="pull_request", fork="mallory/study", mode="validate")
    assert (checked.code, checked.used) == (0, []), checked.log
    assert "The configuration is valid: 1 resource." in checked.log
    assert "GitHub" not in checked.log


def tag(hub: OnGitHub, monkeypatch: pytest.MonkeyPatch, owner: str) -> None:
    """Somebody else tags the one task there is."""
    with monkeypatch.context() as patch, chdir(hub.jobs[-1].workspace / "study"):
        patch.setenv("QCTL_LOCAL_CLOUD", str(hub.repository.root / "cloud.sqlite"))
        client = opened().braket.client()
        (run,) = client.once("us-east-1", "search_quantum_tasks", filters=[])["quantumTasks"]
        client.once("us-east-1", "tag_resource", resourceArn=run["quantumTaskArn"], tags={"owner": owner})


def test_drift_opens_one_issue_and_closes_it(hub: OnGitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.repository.branch("more", "bell")
    planned = hub.plan(1, "more")
    hub.merged(1, "more")
    artifact = hub.repository.root / "plan.qctl"  # as actions/download-artifact puts it down
    artifact.write_bytes(planned.artifacts["qctl-plan"]["plan.qctl"])
    by_file = hub.job("main", mode="apply", plan_file=str(artifact), pull_request="1")
    assert by_file.code == 0, by_file.log
    assert "#### Applied" in hub.github.under(1)[0]
    github = hub.github
    assert hub.job("main", event="schedule", mode="drift").code == 0
    assert github.issues == [], "no drift, no issue"
    tag(hub, monkeypatch, "lab-4")
    for _ in range(2):
        found = hub.job("main", event="schedule", mode="drift")
        assert (found.code, found.outputs["exit-code"]) == (0, "2"), found.log
    (issue,) = github.issues
    assert issue["state"] == "open"
    assert "| Address | Run |" in issue["body"]
    assert "| tag owner | <code>&#34;lab&#45;3&#34;</code> | <code>&#34;lab&#45;4&#34;</code> |" in issue["body"]
    tag(hub, monkeypatch, "lab-3")
    assert hub.job("main", event="schedule", mode="drift").code == 0
    assert [i["state"] for i in github.issues] == ["closed"]
