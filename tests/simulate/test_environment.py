"""Where compiled code rests, and that reading results loads no simulator."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from reconciler.simulate.environment import _numba_cache


@pytest.fixture(autouse=True)
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_the_cache_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert _numba_cache() == tmp_path / ".cache" / "qctl" / "numba"


@pytest.mark.parametrize("home", ["relative/folder", "/dev/null"])
def test_without_a_cache_folder_a_private_one_is_made(
    monkeypatch: pytest.MonkeyPatch, temporary: Path, home: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", home)
    found = _numba_cache()
    assert found.parent == temporary
    assert found.stat().st_mode & 0o777 == 0o700  # others could plant compiled code in it


def test_reading_a_result_loads_no_simulator() -> None:
    source = "import sys, reconciler.simulate.result; print(sorted({'numpy', 'braket', 'numba'} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
