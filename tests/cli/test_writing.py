"""Files that people name in options: whole or not at all, and never at the cost of what is no file."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path
from typing import IO

import pytest

from reconciler.cli.writing import create, write
from tests.cli.place import Place


def test_what_is_no_file_is_written_to_and_stays_what_it_is(tmp_path: Path) -> None:
    """/dev/null and /dev/stdout of a machine were replaced by files, for whoever was root."""
    pipe, said = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: said.append(pipe.read_bytes()))
    reader.start()
    write(pipe, b"a plan")
    reader.join()
    assert said == [b"a plan"]
    assert pipe.is_fifo()


def test_names_of_the_system_are_never_replaced(tmp_path: Path) -> None:
    """/dev/stdout may lead to an ordinary file, after `> file`; what stands there already was said before."""
    with (tmp_path / "out.txt").open("wb", buffering=0) as out:
        out.write(b"said before\n")
        name = Path(f"/dev/fd/{out.fileno()}")
        if not name.exists():
            pytest.skip("this system has no /dev/fd")
        write(name, b"a plan\n")
    assert (tmp_path / "out.txt").read_bytes() == b"said before\na plan\n"


def test_a_link_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"kept")
    (tmp_path / "link").symlink_to("secret")
    write(tmp_path / "link", b"new")
    assert (tmp_path / "secret").read_bytes() == b"kept"
    assert (tmp_path / "link").read_bytes() == b"new"


def test_a_full_disk_is_told_of_the_file_that_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> tuple[int, str]:
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path / ".qctl-abc"))

    monkeypatch.setattr("reconciler.cli.writing.mkstemp", full)
    (tmp_path / "state.json").write_bytes(b"an earlier one")
    with pytest.raises(OSError, match=r"No space left on device: '.*state\.json'"):
        write(tmp_path / "state.json", b"new")
    assert (tmp_path / "state.json").read_bytes() == b"an earlier one"


def test_a_pulled_state_is_never_half_written(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.ok("apply", "--auto-approve")
    place.ok("state", "pull", "--out", str(place.root / "s.json"))
    before = (place.root / "s.json").read_bytes()

    def full(*_: object, **__: object) -> tuple[int, str]:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("reconciler.cli.writing.mkstemp", full)
    ran = place.run("state", "pull", "--out", str(place.root / "s.json"))
    assert ran.code == 1
    assert f"{place.root / 's.json'}: No space left on device." in ran.err
    assert (place.root / "s.json").read_bytes() == before


def test_a_new_file_for_which_there_is_no_room_is_not_left_behind(tmp_path: Path) -> None:
    """A qctl.yaml of no length would be refused by the next `qctl init` as a project that exists."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    real = Path.open

    def onto_a_full_disk(path: Path, mode: str, **_: object) -> IO[str]:
        real(path, mode).close()
        return real(Path("/dev/full"), "w", encoding="utf-8")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "open", onto_a_full_disk)
        with pytest.raises(OSError, match=r"No space left on device: '.*qctl\.yaml'"):
            create(tmp_path / "qctl.yaml", "apiVersion: …\n")
    assert list(tmp_path.iterdir()) == []


def test_a_local_cloud_without_room_is_not_to_be_thrown_away(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its runs would be gone with it, and every one of them would look lost."""

    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    ran = place.run("local", "status")
    assert "Permission denied." in ran.err
    assert "[Errno" not in ran.err
    assert "help: Make room if the disk is full, and give access" in ran.err
