"""A branch of a git repository as a folder: a bare mirror and one working tree beside it, by the `git` of this machine.

What comes out of a repository is data. No hook, no submodule, no filter of it runs, and only transports that say who
answers are used.
"""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

_SECONDS = 300  # for one command of git
_LINES, _LETTERS = 4, 400  # of what it says
_PROTOCOLS = ("https", "ssh", "file")
_SCP = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*@[A-Za-z0-9][A-Za-z0-9.-]*:[^\s:][^\s]*")
_REF = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+-]{0,199}")
_OURS = "refs/qctl/head"
# Of the variables that steer git only those about logins and certificates: GIT_DIR and its like would lead us astray.
_KEPT = ("GIT_SSH", "GIT_ASKPASS", "GIT_SSL_", "GIT_CONFIG_")
_SAFE = (
    *("core.hooksPath=/dev/null", "core.fsmonitor=false", "submodule.recurse=false", "fetch.recurseSubmodules=false"),
    *("protocol.allow=never", *(f"protocol.{name}.allow=always" for name in _PROTOCOLS)),
    *("core.protectNTFS=true", "core.protectHFS=true", "advice.detachedHead=false", "gc.auto=0"),
)


class GitFailed(Exception):  # noqa: N818 - named after the situation
    """The repository could not be read. What git said is told without logins."""


class GitRefused(ValueError):  # noqa: N818 - named after the situation
    """An address, a ref or a folder that is not used, with the reason."""


@dataclass(frozen=True, slots=True)
class Repository:
    """Where the manifests come from. Raises GitRefused for what could mean something else to git or to the disk."""

    url: str
    ref: str = "main"
    path: str = "."

    def __post_init__(self) -> None:
        _check_url(self.url)
        if not _REF.fullmatch(self.ref) or ".." in self.ref or "//" in self.ref:
            raise GitRefused(f"{self.ref!r} is no name of a branch or tag")
        parts = Path(self.path).parts
        if self.path.startswith(("-", "/")) or ".." in parts or ".git" in parts:
            raise GitRefused(f"{self.path!r} is no folder inside the repository")


def _check_url(url: str) -> None:
    if not url.isprintable() or url.startswith("-"):
        raise GitRefused("the address of the repository begins with - or has characters that can't be seen")
    if _SCP.fullmatch(url) and "://" not in url:
        return
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise GitRefused("the address of the repository can't be read") from error
    if "::" in url or parts.scheme not in _PROTOCOLS or (parts.hostname or "").startswith("-"):
        names = ", ".join(f"{name}://" for name in _PROTOCOLS)
        raise GitRefused(f"the address of the repository must begin with {names} or be USER@HOST:PATH")
    if parts.password is not None or (parts.scheme == "https" and parts.username is not None):
        raise GitRefused("a login in the address would stand in logs and lists of processes; use a credential helper")


def _said(stderr: bytes) -> str:
    """The first lines, for the cause stands there: git's last one is only `and the repository exists.`"""
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines()]
    return "; ".join([line.rstrip(".") for line in lines if line][:_LINES])[:_LETTERS] or "nothing"


@dataclass(slots=True)
class Checkout:
    """The repository in a folder of ours. One process uses it at a time; what is not tracked there stays."""

    repository: Repository
    cache: Path
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    _held: IO[str] | None = None

    def update(self) -> tuple[Path, str]:
        """The project's folder as the ref has it now, and the commit. Raises GitFailed."""
        self._hold()
        mirror, tree = self.cache / "mirror.git", self.cache / "tree"
        if not (mirror / "HEAD").exists():
            self._git("init", "--bare", "--quiet", "--template=", str(mirror))
        self._git(
            *("--git-dir", str(mirror), "fetch", "--quiet", "--no-tags", "--depth=1", "--no-recurse-submodules"),
            *("--no-write-fetch-head", "--force", "--", self.repository.url, f"{self.repository.ref}:{_OURS}"),
        )
        commit = self._git("--git-dir", str(mirror), "rev-parse", "--verify", f"{_OURS}^{{commit}}").strip()
        if not (tree / ".git").exists():
            self._git("--git-dir", str(mirror), "worktree", "prune")
            self._git("--git-dir", str(mirror), "worktree", "add", "--quiet", "--detach", "--force", str(tree), commit)
        self._git("-C", str(tree), "checkout", "--quiet", "--detach", "--force", commit)
        return self._folder(tree), commit

    def tracked(self, folder: Path) -> list[str]:
        """The files below a folder that the repository has. Raises GitFailed."""
        return self._git("-C", str(self.cache / "tree"), "ls-files", "-z", "--", str(folder)).split("\0")[:-1]

    def _folder(self, tree: Path) -> Path:
        folder = (tree / self.repository.path).resolve()
        if not folder.is_relative_to(tree.resolve()):
            raise GitFailed(f"{self.repository.path} leads out of the repository")
        if not folder.is_dir():
            raise GitFailed(f"the repository has no folder {self.repository.path} at {self.repository.ref}")
        return folder

    def _hold(self) -> None:
        """Two processes in one working tree would read each other's halves."""
        if self._held is not None:
            return
        self.cache.mkdir(parents=True, exist_ok=True)
        held = (self.cache / "lock").open("a", encoding="utf-8")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            held.close()
            raise GitFailed(f"another agent works in {self.cache}; give this one a --cache of its own") from error
        self._held = held

    def _git(self, *arguments: str) -> str:
        settings = [part for name in _SAFE for part in ("-c", name)]
        try:
            done = subprocess.run(  # noqa: S603 - a list, no shell; whatever comes from outside stands after `--`
                ["git", *settings, *arguments],  # noqa: S607 - the git of this machine's PATH
                env=self._environ(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except OSError as error:
            raise GitFailed(f"git can't be started on this machine ({error.strerror})") from error
        except subprocess.TimeoutExpired as error:
            raise GitFailed(f"git did not answer within {_SECONDS} s") from error
        if done.returncode:
            raise GitFailed(f"git says: {_said(done.stderr)}")
        return done.stdout.decode("utf-8", "surrogateescape")

    def _environ(self) -> dict[str, str]:
        kept = {k: v for k, v in self.environ.items() if not k.startswith("GIT_") or k.startswith(_KEPT)}
        allowed = ":".join(_PROTOCOLS)
        # The last two: no question to a terminal, and no large files by another program.
        return {**kept, "GIT_ALLOW_PROTOCOL": allowed, "GIT_TERMINAL_PROMPT": "0", "GIT_LFS_SKIP_SMUDGE": "1"}
