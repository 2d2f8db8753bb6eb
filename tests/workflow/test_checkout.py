"""From which commit: read from files, believed only where it looks like one, and without ever running git."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from reconciler.workflow.checkout import ci_of, commit_of

SHA = "0123456789abcdef0123456789abcdef01234567"
OTHER = "f" * 40


@pytest.fixture
def git(tmp_path: Path) -> Path:
    """A `.git` folder beside a project in a subfolder."""
    (tmp_path / "work" / "study").mkdir(parents=True)
    folder = tmp_path / "work" / ".git"
    folder.mkdir()
    return folder


def project(git: Path) -> Path:
    return git.parent / "study"


def put(git: Path, name: str, text: str | bytes) -> None:
    (git / name).parent.mkdir(parents=True, exist_ok=True)
    (git / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def test_a_branch(git: Path) -> None:
    put(git, "HEAD", "ref: refs/heads/feature/ghz\n")
    put(git, "refs/heads/feature/ghz", f"{SHA}\n")
    put(git, "packed-refs", f"{OTHER} refs/heads/feature/ghz\n")  # older: the plain file counts
    assert commit_of(project(git)) == (SHA, "feature/ghz")


def test_a_packed_branch(git: Path) -> None:
    put(git, "HEAD", "ref: refs/heads/main\n")
    put(git, "packed-refs", f"# pack-refs with: peeled\n{OTHER} refs/heads/main2\n{SHA} refs/heads/main\n^{OTHER}\n")
    assert commit_of(project(git)) == (SHA, "main")


@pytest.mark.parametrize("sha", [SHA, "0" * 64], ids=["sha1", "sha256"])
def test_a_commit_without_a_branch_as_ci_systems_check_out(git: Path, sha: str) -> None:
    put(git, "HEAD", f"{sha}\n")
    assert commit_of(project(git)) == (sha, "")


def test_a_worktree(git: Path, tmp_path: Path) -> None:
    put(git, "worktrees/w/HEAD", "ref: refs/heads/side\n")
    put(git, "worktrees/w/commondir", "../..\n")
    put(git, "refs/heads/side", SHA)
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / ".git").write_text(f"gitdir: {git}/worktrees/w\n")
    assert commit_of(tree) == (SHA, "side")


def test_a_branch_without_a_commit_and_a_folder_without_git(git: Path, tmp_path: Path) -> None:
    put(git, "HEAD", "ref: refs/heads/main\n")
    assert commit_of(project(git)) == ("", "main")
    assert commit_of(tmp_path) == ("", "")


@pytest.mark.parametrize(
    "head",
    [
        "",
        "ref: ../../../secret",
        "ref: refs/../../../secret",
        "ref: refs//heads",
        "ref: refs/heads/a b",
        "ref: refs/heads/\x1b[31mred",
        f"ref: refs/heads/{'a' * 300}",
        "ref: /etc/passwd",
        SHA[:39],
        SHA.upper(),
        b"\xff\xfe\x00",
        "x" * 1_000_000,
    ],
)
def test_what_looks_like_no_commit_is_unknown(git: Path, head: str | bytes) -> None:
    (git.parent.parent / "secret").write_text(OTHER)
    put(git, "HEAD", head)
    assert commit_of(project(git)) == ("", "")


def test_a_file_that_is_no_commit_is_not_shown(git: Path) -> None:
    put(git, "HEAD", "ref: refs/heads/main")
    put(git, "refs/heads/main", "root:x:0:0")
    assert commit_of(project(git)) == ("", "main")


@pytest.mark.parametrize("name", ["HEAD", "packed-refs"])
def test_a_pipe_holds_nobody_up(git: Path, name: str) -> None:
    put(git, "HEAD", "ref: refs/heads/main")
    (git / name).unlink(missing_ok=True)
    os.mkfifo(git / name)
    assert commit_of(project(git))[0] == ""


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize("packed", [False, True], ids=["loose", "packed"])
def test_what_git_itself_says(tmp_path: Path, packed: bool) -> None:
    def run(*args: str) -> str:
        who = {
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@b",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@b",
        }
        environment = {**os.environ, **who, "HOME": str(tmp_path)}
        ran = subprocess.run(["git", *args], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
        return ran.stdout.strip()

    run("init", "--initial-branch=trunk")
    run("commit", "--allow-empty", "-m", "first")
    if packed:
        run("pack-refs", "--all")
        assert not (tmp_path / ".git" / "refs" / "heads" / "trunk").exists()
    assert commit_of(tmp_path) == (run("rev-parse", "HEAD"), "trunk")


def test_git_is_not_run(git: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by us nor through a setting of the repository."""
    put(git, "HEAD", SHA)
    put(git, "config", f"[core]\n  fsmonitor = touch {tmp_path}/ran\n  hooksPath = {tmp_path}\n")

    def refuse(*_args: object, **_more: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    monkeypatch.setattr(os, "posix_spawn", refuse)
    assert commit_of(project(git)) == (SHA, "")
    assert not (tmp_path / "ran").exists()


def test_what_ci_systems_say_of_themselves_is_kept_short() -> None:
    said = {"GITHUB_ACTIONS": "true", "GITHUB_SHA": SHA, "GITHUB_ACTOR": "x" * 1000, "GITHUB_RUN_ID": "17"}
    assert ci_of(said) == {"system": "github", "commit": SHA, "actor": "x" * 200, "run": "17"}
    assert ci_of({"GITLAB_CI": "true", "CI_COMMIT_SHA": SHA}) == {"system": "gitlab", "commit": SHA}
    assert ci_of({"GITHUB_SHA": SHA}) == {}, "set by hand on somebody's machine: no CI system"
