"""A plan that somebody approved before: as a file, or by its fingerprint alone."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import click

from reconciler.cli.clouds import Problem
from reconciler.cli.project import Flags, Opened, open_project
from reconciler.cli.state_setup import KEY_VARIABLE
from reconciler.core.address import InvalidAddress
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.duration import seconds_of
from reconciler.core.saved_plan import SavedPlan
from reconciler.store.plan_file import PlanUnreadable, read
from reconciler.store.sealed import Seal, Sealed, keys_of
from reconciler.workflow.observe import Refresh
from reconciler.workflow.plan import Planned
from reconciler.workflow.saved_plans import (
    Texts,
    differences,
    refresh_of,
    selection_of,
    too_late,
    unexpected,
)
from reconciler.workflow.selection import Selection

_LONGEST = 365 * 86_400  # seconds


@dataclass(frozen=True, slots=True)
class Approval:
    """What was approved. Neither: nobody has approved anything yet, and is asked."""

    saved: SavedPlan | None = None
    fingerprint: str = ""

    @property
    def given(self) -> bool:
        """Whether nobody needs to be asked any more."""
        return self.saved is not None or bool(self.fingerprint)

    def objections(self, planned: Planned) -> list[Diagnostic]:
        """Why the present plan is not the one that was approved; empty where it is."""
        found = differences(self.saved, planned) if self.saved is not None else []
        if self.fingerprint:
            found += unexpected(planned.plan, self.fingerprint)
        return found


@dataclass(frozen=True, slots=True)
class Wish:
    """What a plan is to be about, and whether it was approved before."""

    selection: Selection
    refresh: Refresh
    approval: Approval = Approval()


def read_plan(path: Path, flags: Flags) -> tuple[SavedPlan, Wish]:
    """The plan in a file, and what it is about. Raises the store's errors."""
    saved = read(path, lambda: _seal(flags))
    try:
        return saved, Wish(selection_of(saved), refresh_of(saved), Approval(saved))
    except (InvalidAddress, ValueError) as error:
        raise PlanUnreadable(str(path), f"asks for what can't be ({error})") from error


def read_to_show(path: Path, flags: Flags) -> SavedPlan:
    """The plan in a file, to be looked at. Raises the store's errors."""
    return read(path, lambda: _seal(flags))


def _seal(flags: Flags) -> Seal:
    """What opens an encrypted plan: the key of the surroundings, which needs no project, or what the project says."""
    given = os.environ.get(KEY_VARIABLE)
    return Sealed(keys_of(given, KEY_VARIABLE)) if given else open_project(flags).state.seal()


def in_environment_of(saved: SavedPlan, flags: Flags, context: click.Context) -> Flags:
    """The flags in the plan's environment, unless another one was asked for in so many words."""
    said = context.get_parameter_source("environment")
    if said is click.core.ParameterSource.DEFAULT:
        return replace(flags, environment=saved.plan.environment)
    return flags


def refuse_old(project: Opened, saved: SavedPlan, flags: Flags) -> list[Diagnostic]:
    """Why the plan may not be applied, told before the state is locked and any cloud is asked."""
    return too_late(project.session, saved, texts_of(project, flags))


def texts_of(project: Opened, flags: Flags) -> Texts:
    """What this project is read from."""
    names: Sequence[str] = sorted(project.project.spec.variables)
    return Texts(flags.folder, flags.files, project.loaded.resources, names, flags.variables, os.environ)


def read_validity(text: str) -> timedelta:
    """How long a plan may be applied. Raises Problem."""
    seconds = seconds_of(text)
    if seconds is None or not 0 < seconds <= _LONGEST:
        detail = f"{text!r} is no duration from 1s to 365d."
        raise Problem(Diagnostic("cli/duration", "Not a duration", detail, "Write it like 90m, 12h or 3d."))
    return timedelta(seconds=seconds)
