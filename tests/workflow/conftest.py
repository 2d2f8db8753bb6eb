"""The bench of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workflow.bench import Project, open_project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A fresh project at a fresh cloud."""
    made = open_project(tmp_path)
    yield made
    made.bench.world.close()
