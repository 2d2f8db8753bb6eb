"""From which commit a folder works: what `.git` says, read as files. git itself is never run.

git does what a repository's own settings name (hooks, filters, watchers), and a project's folder may be a stranger's.
So a few small files are read, with bounds, and only what looks like a commit or a branch is believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Final

_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_REF = re.compile(r"refs/[^\x00-\x20\x7f~^:?*\[\\]{1,240}")
_SMALL = 4096  # bytes: files of a line
_PACKED = 16_000_000  # bytes: a line for each ref
_LONGEST = 200  # characters of what a CI system says

# What CI systems tell a job of itself. A claim: any process may set these.
_CI: Final[Mapping[str, Mapping[str, str]]] = {
    "github": {
        "commit": "GITHUB_SHA",
        "run": "GITHUB_RUN_ID",
        "actor": "GITHUB_ACTOR",
        "repository": "GITHUB_REPOSITORY",
        "ref": "GITHUB_REF",
    },
    "gitlab": {
        "commit": "CI_COMMIT_SHA",
        "run": "CI_PIPELINE_ID",
        "actor": "GITLAB_USER_LOGIN",
        "repository": "CI_PROJECT_PATH",
        "ref": "CI_COMMIT_REF_NAME",
    },
    "atlantis": {
        "commit": "HEAD_COMMIT",
        "run": "PULL_NUM",
        "actor": "USER_NAME",
        "repository": "BASE_REPO_NAME",
        "ref": "HEAD_BRANCH_NAME",
    },
}
_SIGNS: Final = {"github": "GITHUB_ACTIONS", "gitlab": "GITLAB_CI", "atlantis": "ATLANTIS_TERRAFORM_VERSION"}
_LIBRARIES: Final = ("amazon-braket-default-simulator", "botocore", "httpx", "pulser-core", "pulser-simulation")


def commit_of(folder: Path) -> tuple[str, str]:
    """The commit and the branch that are checked out around this folder; empty: none, or unknown."""
    try:
        return _commit(folder.resolve())
    except (OSError, ValueError):  # a path with a NUL is a ValueError
        return "", ""


def ci_of(environment: Mapping[str, str]) -> dict[str, str]:
    """What a CI system says of the job that this is; empty outside of one."""
    for system, sign in _SIGNS.items():
        if environment.get(sign):
            told = {name: environment.get(variable, "")[:_LONGEST] for name, variable in _CI[system].items()}
            return {"system": system} | {name: text for name, text in told.items() if text}
    return {}


def libraries() -> dict[str, str]:
    """The versions of what sends, simulates and reads, as far as it is installed."""
    return dict(_versions())


def _versions() -> Iterator[tuple[str, str]]:
    for name in _LIBRARIES:
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            continue


def _commit(folder: Path) -> tuple[str, str]:
    git = _git_folder(folder)
    head = _line(git / "HEAD") if git else ""
    if git is None or _COMMIT.fullmatch(head):
        return head, ""
    ref = head.removeprefix("ref: ").strip()
    if not head.startswith("ref: ") or not _is_ref(ref):
        return "", ""
    branch = ref.removeprefix("refs/heads/")
    # A worktree has its own HEAD and shares the branches with the others.
    common = _line(git / "commondir")
    for place in (git, git / common) if common else (git,):
        found = _line(place / ref) or _packed(place, ref)
        if _COMMIT.fullmatch(found):
            return found, branch
    return "", branch  # a branch without a commit yet, or refs kept in a form that is no plain file


def _git_folder(folder: Path) -> Path | None:
    for place in (folder, *folder.parents):
        git = place / ".git"
        if git.is_dir():
            return git
        if git.is_file():  # a worktree or a submodule: the file says where
            line = _line(git)
            return place / line.removeprefix("gitdir: ") if line.startswith("gitdir: ") else None
    return None


def _is_ref(text: str) -> bool:
    return _REF.fullmatch(text) is not None and not any(part in ("", ".", "..") for part in text.split("/"))


def _line(path: Path) -> str:
    """The first line of a small regular file, which a pipe or a device is not; empty if there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return file.read(_SMALL).split(b"\n", 1)[0].decode("utf-8", "replace").strip()


def _packed(git: Path, ref: str) -> str:
    path = git / "packed-refs"
    if not path.is_file():
        return ""
    wanted = ref.encode()
    with path.open("rb") as file:
        for line in file.read(_PACKED).splitlines():
            commit, _, name = line.partition(b" ")
            if name == wanted:
                return commit.decode("ascii", "replace")
    return ""
