"""Manifests from git: the commit is recorded, nothing of the repository runs, strange addresses are refused."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from reconciler.cli.agent.source import source_of
from reconciler.cli.clouds import Problem
from reconciler.cli.exits import Exit
from reconciler.cli.project import Flags
from reconciler.core.cycle import Verdict
from reconciler.workflow.git_checkout import Checkout, GitFailed, GitRefused, Repository
from tests.agent.days import HOUR, agent_of, days_of, declare, tasks_in
from tests.cli.place import Place


def _git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=ada", "-c", "user.email=ada@example.org", "-c", "protocol.file.allow=always"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """A repository with one project in `study`."""
    root = tmp_path / "upstream"
    (root / "study").mkdir(parents=True)
    _git(root, "init", "--quiet", "--initial-branch=main")
    declare(root / "study", a=100)
    _commit(root)
    return root


def _commit(root: Path) -> str:
    _git(root, "add", "--all")
    _git(root, "commit", "--quiet", "--message", "edit")
    return _git(root, "rev-parse", "HEAD")


def _args(upstream: Path, tmp_path: Path) -> list[str]:
    return ["--git", f"file://{upstream}", "--path", "study", "--cache", str(tmp_path / "cache")]


def test_each_round_is_of_a_commit(place: Place, upstream: Path, tmp_path: Path) -> None:
    days = days_of(place.cloud, 4 * HOUR)

    def edit(**shots: int) -> None:
        declare(upstream / "study", **shots)
        commits.append(_commit(upstream))

    def rewrite() -> None:
        _git(upstream, "commit", "--quiet", "--amend", "--message", "another history")
        commits.append(_git(upstream, "rev-parse", "HEAD"))

    commits = [_git(upstream, "rev-parse", "HEAD")]
    days.diary = [(HOUR, lambda: edit(a=100, b=200)), (2 * HOUR, rewrite)]
    source = source_of(Flags(), f"file://{upstream}", "main", "study", tmp_path / "cache")
    agent, rounds = agent_of(days, source=source)
    agent.run()
    assert [cycle.commit for cycle in rounds] == [*commits, commits[-1]]
    assert [cycle.verdict for cycle in rounds][:2] == [Verdict.APPLIED, Verdict.APPLIED]
    assert {cycle.verdict for cycle in rounds[2:]} == {Verdict.SYNCED}, "the state outlived the checkouts"
    assert tasks_in(place.cloud) == [100, 200]
    state = rounds[-1].state
    assert state is not None
    told = [(entry.operation, entry.origin.commit) for entry in state.log]
    assert told == [("reconcile", commits[0]), ("reconcile", commits[1])], "qctl log names the commit"


def test_nothing_is_applied_from_an_old_checkout(place: Place, upstream: Path, tmp_path: Path) -> None:
    days_of(place.cloud, 0)
    args = _args(upstream, tmp_path)
    place.ok("reconcile", "--once", *args)
    upstream.rename(tmp_path / "gone")
    ran = place.run("reconcile", "--once", *args)
    assert ran.code == Exit.ERROR
    assert "[agent/git]" in ran.err
    assert "git says: fatal: '" in ran.err
    assert "does not appear to be a git repository; fatal: Could not read from remote repository" in ran.err
    assert ".." not in ran.err


def test_no_hook_and_no_submodule_runs(
    place: Place, upstream: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even the hooks that this machine's own settings name."""
    ran, hooks = tmp_path / "ran", tmp_path / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "reference-transaction", "post-merge"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {ran}\n", "utf-8")
        (hooks / name).chmod(0o755)
    inner = tmp_path / "inner"
    inner.mkdir()
    _git(inner, "init", "--quiet", "--initial-branch=main")
    (inner / "file").write_text("x", "utf-8")
    _commit(inner)
    _git(upstream, "submodule", "--quiet", "add", str(inner), "study/inner")
    _commit(upstream)
    config = tmp_path / "gitconfig"
    config.write_text(f"[core]\nhooksPath = {hooks}\n[submodule]\nrecurse = true\n", "utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    days_of(place.cloud, 0)
    place.ok("reconcile", "--once", *_args(upstream, tmp_path))
    assert not ran.exists()
    assert [*(tmp_path / "cache" / "tree" / "study" / "inner").iterdir()] == []


@pytest.mark.parametrize(
    "url",
    [
        "-u./x",
        "--upload-pack=touch x",
        "ext::sh -c touch% x",
        "http://example.org/x",
        "git://example.org/x",
        "https://ada:secret@example.org/x",
        "https://token@example.org/x",
        "ssh://-oProxyCommand=x/y",
        "-oProxyCommand=x@host:y",
        "file::ext::x",
        "https://example.org/\nx",
        "/etc",
    ],
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(GitRefused):
        Repository(url)
    with pytest.raises(Problem) as refused:
        source_of(Flags(), url, "main", ".", None)
    assert "secret" not in str(refused.value.diagnostics)


@pytest.mark.parametrize("url", ["https://example.org/x.git", "ssh://git@example.org/x", "git@example.org:lab/x.git"])
def test_addresses_that_are_used(url: str) -> None:
    assert Repository(url).url == url


@pytest.mark.parametrize(("ref", "path"), [("-x", "."), ("a..b", "."), ("a:b", "."), ("main", "../x"), ("main", "/x")])
def test_refs_and_folders_that_are_refused(ref: str, path: str) -> None:
    with pytest.raises(GitRefused):
        Repository("https://example.org/x", ref, path)


def test_a_link_out_of_the_repository(upstream: Path, tmp_path: Path) -> None:
    (upstream / "out").symlink_to("/")
    _commit(upstream)
    with pytest.raises(GitFailed, match="leads out of the repository"):
        Checkout(Repository(f"file://{upstream}", "main", "out"), tmp_path / "cache").update()


def test_a_state_in_the_repository_is_refused(place: Place, upstream: Path, tmp_path: Path) -> None:
    (upstream / "study" / "state").mkdir()
    (upstream / "study" / "state" / "place.default.json").write_text("{}", "utf-8")
    _commit(upstream)
    days_of(place.cloud, 0)
    ran = place.run("reconcile", "--once", *_args(upstream, tmp_path))
    assert ran.code == Exit.ERROR
    assert "[agent/state-tracked]" in ran.err
    assert tasks_in(place.cloud) == []


def test_two_agents_do_not_share_a_working_tree(upstream: Path, tmp_path: Path) -> None:
    repository = Repository(f"file://{upstream}", "main", "study")
    first = Checkout(repository, tmp_path / "cache")
    first.update()
    with pytest.raises(GitFailed, match="another agent works in"):
        Checkout(repository, tmp_path / "cache").update()


def test_approvals_come_with_the_commit(place: Place, upstream: Path, tmp_path: Path) -> None:
    days_of(place.cloud, 0)
    args = [
        "reconcile",
        "--once",
        "--json",
        *_args(upstream, tmp_path),
        "--apply",
        "approved",
        "--approved-by",
        "ok.txt",
    ]
    ran = place.run(*args)
    assert ran.code == Exit.REFUSED
    (upstream / "study" / "ok.txt").write_text(ran.events[-1]["fingerprint"] + "\n", "utf-8")
    _commit(upstream)
    place.ok(*args)
    assert tasks_in(place.cloud) == [100]


@pytest.mark.parametrize(("text", "why"), [("nonsense\n", "line 1 is no fingerprint"), (None, "leads out")])
def test_a_bad_list_of_approvals(place: Place, text: str | None, why: str) -> None:
    days_of(place.cloud, 0)
    name = "ok.txt" if text else "../ok.txt"
    Path(name).write_text(text or "", "utf-8")
    ran = place.run("reconcile", "--once", "--apply", "approved", "--approved-by", name)
    assert ran.code == Exit.ERROR
    assert "[agent/approvals]" in ran.err
    assert why in ran.err


def test_git_is_there_or_it_is_said(upstream: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(GitFailed, match="can't be started"):
        Checkout(Repository(f"file://{upstream}"), tmp_path / "cache").update()
