"""The bench of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.providers.bench import Bench, open_bench


@pytest.fixture
def bench() -> Iterator[Bench]:
    """A fresh cloud without rate limits."""
    made = open_bench()
    yield made
    made.world.close()
