"""The one output of this process, and what every command does with it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from reconciler.core.diagnostic import Diagnostic, in_order
from reconciler.render.console import Output

if TYPE_CHECKING:
    from reconciler.render.progress_view import View


@cache
def output() -> Output:
    """Standard output and error, as this terminal or pipe wants them."""
    return Output()


def report_problems(found: list[Diagnostic]) -> None:
    """All findings at once on standard error."""
    if not found:
        return
    from reconciler.render.snippet import diagnostics_text  # only when there is something to say

    out = output()
    out.error(diagnostics_text(in_order(found), colour=out.error_colour))


def view() -> View:
    """How progress is shown to people: live on a terminal, lines in a pipe."""
    from reconciler.render.progress_view import make_view  # rich, on a terminal

    return make_view(output())
