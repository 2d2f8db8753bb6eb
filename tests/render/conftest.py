"""Whole outputs are compared with small files beside the tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Expected = Callable[[str], str]


@pytest.fixture
def expected() -> Expected:
    """The text of a file in `expected/`, without its last line end."""
    folder = Path(__file__).parent / "expected"

    def read(name: str) -> str:
        return (folder / name).read_text("utf-8").removesuffix("\n")

    return read
