from __future__ import annotations

from pathlib import Path

import pytest

from tests.manifest.project import CIRCUIT, PROJECT, Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "study")
    made.write("qctl.yaml", PROJECT)
    made.write("c.qasm", CIRCUIT)
    return made
