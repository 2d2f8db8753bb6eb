"""Show a plan that was kept, as it was made. Calls nobody; an encrypted one may need the project for its key."""

from __future__ import annotations

from pathlib import Path

from reconciler.cli.approval import read_to_show
from reconciler.cli.plan_forms import show_plan
from reconciler.cli.project import Flags
from reconciler.cli.terminal import output
from reconciler.core.codec import to_plain
from reconciler.core.plan import plan_to_json
from reconciler.render.json_form import dumps
from reconciler.render.saved_plan_text import saved_plan_text


def show_saved(path: Path, flags: Flags, *, as_json: bool) -> int:
    """The exit code."""
    saved = read_to_show(path, flags)
    if as_json:
        about = {name: value for name, value in to_plain(saved).items() if name != "plan"}
        output().line(dumps({"format_version": 1, "saved": about, "plan": plan_to_json(saved.plan)}))
        return 0
    show_plan(saved.plan)
    output().line(f"\n{saved_plan_text(saved)}")
    return 0
