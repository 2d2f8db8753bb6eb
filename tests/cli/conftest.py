"""Every test of this room stands in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.place import Place


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A project with one task, `QuantumTask/bell`. Retries need no time."""
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setenv("QCTL_LOCAL_CLOUD", str(tmp_path / "cloud.sqlite"))
    monkeypatch.setattr("reconciler.cli.clouds._LazyClock.sleep", lambda _self, _seconds: None)
    made = Place(root, tmp_path / "cloud.sqlite")
    made.declare("bell")
    return made
