"""An entry makes assertions pass: it is believed only with our own seal, and only under its own name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.workflow import simulation_cache
from reconciler.workflow.simulation_cache import SimulationCache

KEY, OTHER = "a" * 64, "b" * 64
ENTRY = {"counts": {"00": 3}, "fidelity": 1.0}


@pytest.fixture
def cache(tmp_path: Path) -> SimulationCache:
    """With one entry."""
    made = SimulationCache(tmp_path, b"secret")
    made.write({KEY: ENTRY})
    return made


def test_what_was_written_is_read(cache: SimulationCache) -> None:
    assert cache.read(KEY) == ENTRY
    assert cache.read(OTHER) is None


def test_without_our_seal_nothing_is_believed(cache: SimulationCache, tmp_path: Path) -> None:
    assert SimulationCache(tmp_path, b"another").read(KEY) is None
    assert SimulationCache(tmp_path, None).read(KEY) is None
    SimulationCache(tmp_path, b"another").write({KEY: {"counts": {"11": 3}}})
    assert cache.read(KEY) is None


def test_an_entry_under_another_name_is_not_believed(cache: SimulationCache, tmp_path: Path) -> None:
    (tmp_path / "bb").mkdir()
    (tmp_path / "aa" / KEY).rename(tmp_path / "bb" / OTHER)
    assert cache.read(OTHER) is None


@pytest.mark.parametrize("text", ["", "x" * 70, "{}", "\ud800" * 3])
def test_a_spoiled_file_is_as_good_as_none(cache: SimulationCache, tmp_path: Path, text: str) -> None:
    (tmp_path / "aa" / KEY).write_bytes(text.encode("utf-8", "surrogatepass"))
    assert cache.read(KEY) is None
    cache.write({KEY: ENTRY})
    assert cache.read(KEY) == ENTRY


def test_what_was_not_used_for_longest_is_let_go(cache: SimulationCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation_cache, "_MOST_ENTRIES", 2)
    cache.write({OTHER: ENTRY})
    for age, key in enumerate((KEY, OTHER)):
        os.utime(cache.folder / key[:2] / key, (1_000 + age, 1_000 + age))
    assert cache.read(KEY) == ENTRY  # used, so OTHER is now the oldest
    cache.write({"c" * 64: ENTRY})
    assert [cache.read(key) for key in (KEY, OTHER)] == [ENTRY, None]
    monkeypatch.setattr(simulation_cache, "_MOST_BYTES", 0)
    cache.write({OTHER: ENTRY})
    assert list(cache.folder.glob("??/*")) == []


def test_a_folder_that_can_not_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    made = SimulationCache(tmp_path / "file", b"secret")
    made.write({KEY: ENTRY})
    assert made.read(KEY) is None
