"""Start-up counts: nothing heavy comes with what every command imports."""

from __future__ import annotations

import subprocess
import sys

LIGHT = ("console", "plan_text", "plan_markdown", "snippet", "table", "state_text", "json_form", "report", "histogram")


def test_rich_is_not_imported_before_a_terminal_needs_it() -> None:
    names = ", ".join(f"reconciler.render.{name}" for name in (*LIGHT, "svg", "progress_view"))
    program = f"import sys, {names}; sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
