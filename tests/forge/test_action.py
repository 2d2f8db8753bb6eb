"""A pull request from its opening to its end, on a local Git server, a small GitHub and the local cloud."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reconciler.emulator.world import World
from reconciler.forge.record import shown_in
from tests.cli.by_hand import opened
from tests.cli.place import PROJECT, TASK
from tests.forge.github_fake import GitHubFake, served
from tests.forge.runner import Job, surroundings

_UPLOAD = "actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02"


@dataclass
class Repository:
    """A bare repository, somebody's clone of it, and jobs in fresh checkouts that keep the state between them."""

    root: Path
    github: GitHubFake
    environment: dict[str, str]
    jobs: list[Job] = field(default_factory=list)

    @property
    def cloud(self) -> World:
        return World.open(self.root / "cloud.sqlite")

    def tasks(self) -> int:
        return int(self.cloud.status()["tasks"])

    def git(self, *args: str, at: str = "desk") -> str:
        """As Ada, without anybody's settings."""
        names = {
            f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        env = os.environ | names | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(["git", *args], cwd=self.root / at, env=env, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit(self, branch: str, *tasks: str, shots: int = 100) -> str:
        """The project with these tasks, on a branch, pushed."""
        (self.root / "desk" / "study").mkdir(exist_ok=True)
        project = PROJECT.replace("default: 100", f"default: {shots}")
        for name in ("qctl.yaml", *(f"{t}.yaml" for t in tasks)):
            text = project if name == "qctl.yaml" else TASK.replace("NAME", name.removesuffix(".yaml")).lstrip("-\n")
            (self.root / "desk" / "study" / name).write_text(text, "utf-8")
        self.git("add", ".")
        self.git("commit", "--quiet", "--allow-empty", "-m", f"{branch}: {', '.join(tasks)}")
        self.git("push", "--quiet", "origin", f"HEAD:{branch}")
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, *tasks: str) -> str:
        """A branch from main with one commit."""
        self.git("fetch", "--quiet", "origin")
        self.git("checkout", "--quiet", "-b", name, "origin/main")
        return self.commit(name, *tasks)

    def merged(self, number: int, branch: str) -> str:
        """The merge commit on main."""
        self.git("fetch", "--quiet", "origin")
        self.git("checkout", "--quiet", "--detach", "origin/main")
        self.git("merge", "--quiet", "--no-ff", "-m", f"Merge {branch}", branch)
        self.git("push", "--quiet", "origin", "HEAD:main")
        commit = self.git("rev-parse", "HEAD")
        self.github.merge(number, commit)
        return commit

    def job(self, ref: str, *, onto: str = "", number: int = 0, event: str = "push", **inputs: str) -> Job:
        """The action in a checkout of a branch, merged onto another one as GitHub does for pull requests."""
        name = f"job{len(self.jobs)}"
        self.git("clone", "--quiet", f"file://{self.root / 'origin.git'}", name, at=".")
        head = self.git("rev-parse", f"origin/{ref}", at=name)
        self.git("checkout", "--quiet", "--detach", f"origin/{onto or ref}", at=name)
        if onto:
            self.git("merge", "--quiet", "--no-ff", "-m", "trial", head, at=name)
        kept = self.root / "kept"
        if kept.exists():
            shutil.copytree(kept, self.root / name / "study" / "state")
        payload = {"pull_request": {"number": number, "head": {"sha": head}}} if number else {}
        place = self.root / name
        commit = self.git("rev-parse", "HEAD", at=name)
        job = Job(place, self.root / f"{name}-temp", self.environment, payload, event, commit)
        self.jobs.append(job)
        job.run(install="false", working_directory="study", **inputs)
        if (place / "study" / "state").exists():
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(place / "study" / "state", kept)
        return job

    def plan(self, number: int, branch: str, **inputs: str) -> Job:
        """On the pull request."""
        return self.job(branch, onto="main", number=number, event="pull_request", mode="plan", **inputs)


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    github = GitHubFake()
    with served(github):
        made = Repository(tmp_path, github, surroundings(tmp_path, github.url))
        made.git("init", "--quiet", "--bare", "--initial-branch=main", "origin.git", at=".")
        made.git("clone", "--quiet", f"file://{tmp_path / 'origin.git'}", "desk", at=".")
        made.commit("main")
        yield made


def test_opened_amended_merged_and_refused_when_main_moved(repository: Repository) -> None:
    github = repository.github
    repository.branch("more", "bell")
    opened = repository.plan(1, "more")
    assert (opened.code, opened.used) == (0, [_UPLOAD]), opened.log
    assert (opened.outputs["has-changes"], opened.outputs["exit-code"]) == ("true", "2")
    (first,) = github.under(1)
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in first
    assert "Plan: 1 to add" in opened.summary
    assert github.labels[1] == ["qctl:pays"]

    # Somebody writes a comment that looks like ours, and claims another plan.
    forged = github.say(1, "mallory", first.replace(opened.outputs["fingerprint"], "0" * 64))
    github.comments.insert(0, github.comments.pop())
    head = repository.commit("more", "bell", "again")
    amended = repository.plan(1, "more")
    (second,) = github.under(1)
    assert "Plan: 2 to add, 0 to change, 0 to destroy." in second
    shown = shown_in(second)
    assert shown is not None
    assert (shown.fingerprint, shown.commit) == (amended.outputs["fingerprint"], head)
    assert amended.outputs["fingerprint"] != opened.outputs["fingerprint"]
    assert "mallory" not in second
    assert forged["body"] in github.under(1, "mallory")

    assert repository.tasks() == 0, "plans pay nothing"
    repository.merged(1, "more")
    applied = repository.job("main", mode="apply")
    assert applied.code == 0, applied.log
    assert applied.outputs["fingerprint"] == amended.outputs["fingerprint"]
    assert applied.outputs["pull-request"] == "1"
    assert repository.tasks() == 2
    (third,) = github.under(1)
    assert "#### Applied" in third
    assert "Apply complete! Runs: 2 added" in third
    assert shown_in(third) == shown

    # Another one is planned; then main gets something that nobody has planned.
    repository.branch("other", "third")
    assert repository.plan(2, "other").code == 0
    repository.git("checkout", "--quiet", "--detach", "origin/main")
    repository.commit("main", "unseen")
    repository.merged(2, "other")
    refused = repository.job("main", mode="apply")
    assert refused.code == 5, refused.log
    assert repository.tasks() == 2, "nothing was done"
    (told,) = github.under(2)
    assert "#### Refused: this is no longer the plan that was reviewed. Nothing was done" in told
    assert "Plan is stale [plan/stale]" in told
    assert "QuantumTask/unseen" in told
    assert "Plan: 1 to add" in told, "and what was reviewed is still there"

    # The file of the first plan, as an artifact gives it back, is refused too: it was made from other manifests.
    old = repository.job("main", mode="apply", plan_file=amended.outputs["plan-file"], pull_request="1")
    assert old.code == 5, old.log
    assert repository.tasks() == 2
    assert "The file unseen.yaml was added. Nothing was done." in github.under(1)[0]


def test_a_merge_that_nobody_planned_is_not_applied(repository: Repository) -> None:
    repository.branch("more", "bell")
    repository.merged(1, "more")
    repository.github.say(1, "mallory", "<!-- qctl:plan -->")
    ran = repository.job("main", mode="apply")
    assert ran.code == 1
    assert "no plan that can be applied was shown" in ran.log
    assert repository.tasks() == 0


def test_names_of_strangers_are_no_commands(repository: Repository) -> None:
    """Each input and each text is one that a shell would run, if it were a part of a script."""
    repository.branch("more", "bell")
    evil = '"; touch "$RUNNER_TEMP/owned"; echo $(touch $RUNNER_TEMP/owned) `touch $RUNNER_TEMP/owned` #'
    job = repository.plan(1, "more", environment=evil, label_prefix=evil, variables=f"shots=7\nx={evil}")
    assert job.code != 0
    assert not list(job.temp.rglob("owned"))


def test_a_manifest_that_can_not_be_read_is_told_and_then_mended(repository: Repository) -> None:
    github = repository.github
    repository.branch("more", "bell")
    manifest = repository.root / "desk" / "study" / "qctl.yaml"
    good = manifest.read_text("utf-8")
    manifest.write_text(good.replace("name: place", "name: [place"), "utf-8")
    repository.git("commit", "--quiet", "-am", "broken")
    repository.git("push", "--quiet", "origin", "HEAD:more")
    broken = repository.plan(1, "more")
    assert broken.code == 1
    assert broken.used == [], "a plan that was not made is not kept"
    (told,) = github.under(1)
    assert "### qctl plan failed" in told
    assert "yaml/syntax" in told
    assert github.labels[1] == ["qctl:failed"]
    repository.commit("more", "bell")
    assert repository.plan(1, "more").code == 0
    (mended,) = github.under(1)
    assert "Plan: 1 to add" in mended
    assert "failed" not in mended
    assert github.labels[1] == ["qctl:pays"]


def tag(repository: Repository, monkeypatch: pytest.MonkeyPatch, owner: str) -> None:
    """Somebody else tags the one task there is."""
    with monkeypatch.context() as patch, chdir(repository.jobs[-1].workspace / "study"):
        patch.setenv("QCTL_LOCAL_CLOUD", str(repository.root / "cloud.sqlite"))
        client = opened().braket.client()
        (run,) = client.once("us-east-1", "search_quantum_tasks", filters=[])["quantumTasks"]
        client.once("us-east-1", "tag_resource", resourceArn=run["quantumTaskArn"], tags={"owner": owner})


def test_drift_opens_one_issue_and_closes_it(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.branch("more", "bell")
    planned = repository.plan(1, "more")
    repository.merged(1, "more")
    assert repository.job("main", mode="apply", fingerprint=planned.outputs["fingerprint"]).code == 0
    github = repository.github
    assert repository.job("main", event="schedule", mode="drift").code == 0
    assert github.issues == [], "no drift, no issue"
    tag(repository, monkeypatch, "lab-4")
    for _ in range(2):
        found = repository.job("main", event="schedule", mode="drift")
        assert (found.code, found.outputs["exit-code"]) == (0, "2"), found.log
    (issue,) = github.issues
    assert issue["state"] == "open"
    assert "| Address | Run |" in issue["body"]
    assert "| tag owner | <code>&#34;lab&#45;3&#34;</code> | <code>&#34;lab&#45;4&#34;</code> |" in issue["body"]
    tag(repository, monkeypatch, "lab-3")
    assert repository.job("main", event="schedule", mode="drift").code == 0
    assert [i["state"] for i in github.issues] == ["closed"]
