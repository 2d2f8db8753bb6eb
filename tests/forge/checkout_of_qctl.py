"""A copy of what somebody gets who checks qctl out and installs it: without tests, state and caches."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.forge.runner import HOUSE

_PARTS = ("pyproject.toml", "README.md", "LICENSE", "action.yml", ".pre-commit-hooks.yaml")


def copied(target: Path) -> Path:
    """What pip builds from, and what says how others call it."""
    shutil.copytree(HOUSE / "reconciler", target / "reconciler", ignore=shutil.ignore_patterns("__pycache__"))
    for name in _PARTS:
        shutil.copy(HOUSE / name, target)
    return target
