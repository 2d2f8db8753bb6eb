"""The arrows between rooms go one way, and the guard that says so is awake."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parents[1]

# A file, and an import that it must not make: at least one for each contract in pyproject.toml.
_PLANTED = [
    ("core/address.py", "reconciler.store", "a room on one level above core"),
    ("store/local.py", "reconciler.providers", "a room beside store"),
    ("manifest/yaml.py", "reconciler.workflow", "the level above manifest"),
    ("emulator/world.py", "reconciler.core", "the emulator knows only simulate"),
    ("store/local.py", "reconciler.emulator", "only the cli knows the emulator"),
]


def test_the_arrows_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True, no_logo=True) == EXIT_STATUS_SUCCESS


@pytest.mark.parametrize(("file", "imported", "reason"), _PLANTED)
def test_a_planted_import_is_found(file: str, imported: str, reason: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "reconciler", tmp_path / "reconciler", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "reconciler" / file).open("a", encoding="utf-8") as source:
        source.write(f"\nimport {imported}\n")
    # Another process: this one has already imported the real package.
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    module = "reconciler." + file.removesuffix(".py").replace("/", ".")
    assert done.returncode != 0, reason
    assert f"{module} -> {imported}" in done.stdout, done.stdout + done.stderr
