"""`qctl ci labels`: what a plan does, as labels of its pull request."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.ci_options import author_option, exit_code_option, number_option, plan_option, required_option
from reconciler.cli.ci_place import forge, number_of, saved_plan, told
from reconciler.cli.exits import Exit
from reconciler.cli.options import project_options
from reconciler.cli.project import Flags
from reconciler.core.change import Action
from reconciler.core.event import PAYING
from reconciler.core.saved_plan import SavedPlan
from reconciler.forge.upkeep import put_labels


@click.command("labels")
@project_options
@plan_option
@exit_code_option
@click.option("--prefix", default="qctl", show_default=True, help="Before each label; another one for each project.")
@number_option
@author_option
@required_option
def labels(
    flags: Flags, plan_file: Path | None, code: int, prefix: str, number: int | None, author: str, required: bool
) -> int:
    """Label a pull request by what its plan does: pays, changes, cancels, no-changes, refused or failed."""
    request, saved = number_of(number), saved_plan(plan_file, flags)
    ours = {name: f"{prefix}:{name}" for name in ("pays", "changes", "cancels", "no-changes", "refused", "failed")}
    wanted = [ours[name] for name in _names(saved, code)]

    def put() -> str:
        put_labels(forge(author), request, wanted, list(ours.values()))
        return f"Labels: {', '.join(wanted)}."

    return told(put, required=required)


def _names(saved: SavedPlan | None, code: int) -> list[str]:
    if saved is None or code not in (Exit.DONE, Exit.CHANGES):
        return ["refused" if code == Exit.REFUSED else "failed"]
    plan = saved.plan
    if plan.empty:
        return ["no-changes"]
    pays = any(change.count(*PAYING) for change in plan.changes)
    cancels = bool(plan.count(Action.CANCEL, Action.REPLACE))
    return [*(["pays"] if pays else []), *(["cancels"] if cancels else []), *([] if pays or cancels else ["changes"])]
