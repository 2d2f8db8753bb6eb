"""Where an agent's manifests come from: a folder as it is, or a git repository that is fetched before each round."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from reconciler.cli.clouds import Problem
from reconciler.cli.project import Flags, Opened, open_project
from reconciler.core.diagnostic import Diagnostic
from reconciler.workflow.git_checkout import Checkout, GitFailed, GitRefused, Repository

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_LARGEST = 1_000_000  # bytes of a list of approvals


@dataclass(frozen=True, slots=True)
class Source:
    """The flags of the command, and the repository if there is one."""

    flags: Flags
    checkout: Checkout | None = None

    @property
    def name(self) -> str:
        """For people."""
        if self.checkout is None:
            return f"the folder {self.flags.folder.resolve().name or '/'}"
        repository = self.checkout.repository
        return f"{repository.url}, {repository.ref}, folder {repository.path}"

    def open(self) -> tuple[Opened, str]:
        """The project as it is now, and its commit. Raises Problem."""
        if self.checkout is None:
            return open_project(self.flags), ""
        try:
            folder, commit = self.checkout.update()
            project = open_project(replace(self.flags, folder=folder))
            _refuse_tracked(self.checkout, project)
        except GitFailed as error:
            remedy = "See that the repository, its branch and the login are right; it is tried again."
            raise Problem(Diagnostic("agent/git", "Repository can't be read", f"{error}.", remedy)) from error
        return project, commit


def source_of(flags: Flags, git: str | None, ref: str, path: str, cache: Path | None) -> Source:
    """The source that the options mean. Raises Problem."""
    if git is None:
        return Source(flags)
    try:
        repository = Repository(git, ref, path)
    except GitRefused as error:
        raise Problem(
            Diagnostic("agent/git-address", "Repository is not used", f"{error}.", "Name another.")
        ) from error
    if flags.files or flags.folder != Path():
        detail = "With --git the project is read from the repository, by --path; -C and -f don't go with it."
        raise Problem(Diagnostic("agent/git-address", "Repository is not used", detail, "Say one or the other."))
    return Source(flags, Checkout(repository, cache or _cache(repository, flags.environment)))


def _cache(repository: Repository, environment: str) -> Path:
    """A folder for this repository and environment. It holds a local state, so it must outlive the process."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - Path raises with no home
    name = sha256("\0".join((repository.url, repository.ref, repository.path, environment)).encode()).hexdigest()
    return Path(home) / "qctl" / "git" / name[:32]


def _refuse_tracked(checkout: Checkout, project: Opened) -> None:
    """A state that came with the commit would replace what the agent has learnt since."""
    settings = project.project.spec.state
    if settings.backend != "local":
        return
    folder = project.root / settings.path
    found = [name for name in checkout.tracked(folder) if name.endswith((".json", ".journal"))]
    if found:
        detail = f"The repository has {found[0]}: each fetch would put an old state in the place of the agent's."
        remedy = "Take it out of the repository, or keep the state in a bucket (spec.state)."
        raise Problem(Diagnostic("agent/state-tracked", "State in the repository", detail, remedy))


def approvals(file: Path, root: Path) -> frozenset[str]:
    """The fingerprints in a file, one a line; `#` begins a remark. A relative path is inside the project's folder.

    A file that is not there approves nothing. Raises Problem for one that can't be trusted.
    """
    path = file if file.is_absolute() else (root / file).resolve()
    if not file.is_absolute() and not path.is_relative_to(root.resolve()):
        raise Problem(_bad_list(file, "it leads out of the project's folder"))
    if not path.exists():
        return frozenset()
    if not path.is_file() or path.stat().st_size > _LARGEST:
        raise Problem(_bad_list(file, "it is no file, or too large for a list"))
    lines = [line.partition("#")[0].strip() for line in path.read_text("utf-8", "replace").splitlines()]
    wrong = [number for number, line in enumerate(lines, 1) if line and not _FINGERPRINT.fullmatch(line)]
    if wrong:
        raise Problem(_bad_list(file, f"line {wrong[0]} is no fingerprint of a plan"))
    return frozenset(filter(None, lines))


def _bad_list(file: Path, why: str) -> Diagnostic:
    remedy = "Write the fingerprint that qctl plan --out shows, 64 characters, one a line."
    return Diagnostic("agent/approvals", "List of approvals can't be used", f"{file}: {why}.", remedy)
