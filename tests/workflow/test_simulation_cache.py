"""An entry makes assertions pass: it is believed only with our own seal, and only under its own name."""

from __future__ import annotations

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
    line = (tmp_path / "a.sealed").read_bytes()
    (tmp_path / "b.sealed").write_bytes(line.replace(KEY.encode(), OTHER.encode()))
    assert cache.read(OTHER) is None


@pytest.mark.parametrize("text", ["", "x" * 70, KEY, KEY + "y" * 64 + "{}", "\ud800" * 3])
def test_a_spoiled_file_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.sealed").write_bytes(text.encode("utf-8", "surrogatepass"))
    cache = SimulationCache(tmp_path, b"secret")
    assert cache.read(KEY) is None
    cache.write({KEY: ENTRY})
    assert cache.read(KEY) == ENTRY


def test_a_line_that_was_cut_short_costs_itself_alone(tmp_path: Path) -> None:
    first = SimulationCache(tmp_path, b"secret")
    first.write({KEY: ENTRY, "ab" * 32: ENTRY})
    path = tmp_path / "a.sealed"
    path.write_bytes(path.read_bytes()[:-10])
    again = SimulationCache(tmp_path, b"secret")
    assert [again.read(key) for key in (KEY, "ab" * 32)] == [ENTRY, None]
    again.write({"ac" * 32: ENTRY})
    assert [again.read(key) for key in (KEY, "ac" * 32)] == [ENTRY, ENTRY]


def test_of_too_many_the_oldest_are_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation_cache, "_MOST_BYTES", 16 * 2_000)
    keys = [f"a{number:063d}" for number in range(40)]
    for key in keys:
        SimulationCache(tmp_path, b"secret").write({key: ENTRY})
    kept = [key for key in keys if SimulationCache(tmp_path, b"secret").read(key)]
    assert kept == keys[-len(kept) :]
    assert 3 < len(kept) < 16
    assert [path.name for path in tmp_path.iterdir()] == ["a.sealed"]


def test_no_file_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine", "utf-8")
    (tmp_path / "a.sealed").symlink_to(tmp_path / "precious")
    SimulationCache(tmp_path, b"secret").write({KEY: ENTRY})
    assert (tmp_path / "precious").read_text("utf-8") == "mine"


def test_a_folder_that_can_not_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    made = SimulationCache(tmp_path / "file", b"secret")
    made.write({KEY: ENTRY})
    assert made.read(KEY) is None
