"""For which pull request, which forge and which project a job of CI runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.cli.approval import read_to_show
from reconciler.cli.clouds import Problem
from reconciler.cli.exits import Exit
from reconciler.cli.project import Flags, project_alone
from reconciler.cli.terminal import output, report_problems
from reconciler.core.diagnostic import Diagnostic, Severity
from reconciler.core.saved_plan import SavedPlan
from reconciler.forge.github import GitHub
from reconciler.forge.gitlab import GitLab
from reconciler.forge.kind import Forbidden, ForgeError
from reconciler.forge.place import forge_here, request_here
from reconciler.forge.record import place_of, shown_in
from reconciler.render.plan_marker import is_marked, plan_marker
from reconciler.workflow.clock import SystemClock

_LATER = "Mend what it says, then run the job again: what was done is found and not done twice."


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose comment it is: that of a project in an environment, or of a folder whose manifest can't be read."""

    project: str
    environment: str
    place: str

    @property
    def marker(self) -> str:
        """The first line of the comment."""
        return plan_marker(self.project, self.environment)

    @property
    def drift_marker(self) -> str:
        """The first line of the issue about its drift."""
        return self.marker.replace("qctl:plan", "qctl:drift", 1)

    def has_drift(self, body: str) -> bool:
        """Whether an issue is about its drift."""
        return is_marked(body, self.drift_marker)

    def belongs(self, body: str) -> bool:
        """Whether a comment is about this. A folder's comment becomes its project's when the manifest can be read."""
        if self.project and is_marked(body, self.marker):
            return True
        shown = shown_in(body)
        if shown is None or shown.place != self.place:
            return False
        return not self.project or is_marked(body, plan_marker("", self.environment))


def subject_of(flags: Flags) -> Subject:
    """By the manifests alone; nothing is asked of a cloud, and wrong manifests are no hindrance."""
    loaded = project_alone(flags)
    name = loaded.project.metadata.name if loaded.project is not None else ""
    return Subject(name, flags.environment, place_of(folder_in_repository(flags.folder), flags.environment))


def folder_in_repository(folder: Path) -> str:
    """As it is called in the repository, on whatever machine."""
    root = os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR") or "."
    whole = folder.resolve()
    return whole.relative_to(Path(root).resolve()).as_posix() if whole.is_relative_to(Path(root).resolve()) else "."


def forge(author: str = "") -> GitHub | GitLab:
    """The forge of this job. Raises ForgeError."""
    return forge_here(os.environ, SystemClock(), author)


def number_of(number: int | None) -> int:
    """The pull request that was named, or the one that the job is about. Raises Problem."""
    found = number or request_here(os.environ)
    if found is None:
        detail = "This job is about no pull request, and --number names none."
        remedy = "Run it for a pull request, or give --number."
        raise Problem(Diagnostic("ci/no-request", "No pull request", detail, remedy))
    return found


def saved_plan(path: Path | None, flags: Flags) -> SavedPlan | None:
    """The plan in a file, if there is one: a plan that can't be applied was not kept."""
    return read_to_show(path, flags) if path is not None and path.is_file() else None


def text_in(path: Path | None) -> str:
    """What a file says, if there is one."""
    return path.read_text("utf-8", "replace") if path is not None and path.is_file() else ""


def told(what: Callable[[], str], *, required: bool) -> int:
    """Do it and say what was done. What can't be done is a warning, and an error only where it was required."""
    try:
        done = what()
    except ForgeError as error:
        found = problem_of(error)
        if required:
            raise Problem(found) from error
        report_problems([replace(found, severity=Severity.WARNING)])
        return Exit.DONE
    output().line(done)
    return Exit.DONE


def problem_of(error: ForgeError) -> Diagnostic:
    """Why a forge did not do it, and what would help."""
    if isinstance(error, Forbidden):
        return Diagnostic("ci/forbidden", "Not allowed by the forge", f"{error}.", f"{error.grant}.")
    return Diagnostic("ci/forge", "Forge did not do it", f"{error}.", _LATER)
