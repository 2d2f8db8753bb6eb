"""Writes what the cases expect: `python -m tests.cases.generate [CASE]...`. Read the difference before committing."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.cases.story import CASES, EXPECTED, folders, tell


def main(names: list[str]) -> None:
    """Tell the cases anew and keep what came out."""
    for case in [CASES / name for name in names] or folders():
        with tempfile.TemporaryDirectory() as folder:
            found = tell(case, Path(folder))
        for name in EXPECTED:
            (case / name).unlink(missing_ok=True)
        for name, text in found.items():
            (case / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
