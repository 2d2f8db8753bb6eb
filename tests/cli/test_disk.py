"""Folders that can't be written and disks that are full: said, not suffered, and nothing paid in the dark."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from reconciler.store.disk import OsHandle
from tests.cli.place import Place


def test_a_state_folder_that_is_a_file(place: Place) -> None:
    (place.root / "state").write_text("in the way", "utf-8")
    ran = place.run("apply", "--auto-approve")
    assert ran.code == 1
    assert "[state/store-failed]" in ran.err
    assert place.tasks() == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(place: Place) -> None:
    place.root.chmod(0o555)
    try:
        ran = place.run("apply", "--auto-approve")
    finally:
        place.root.chmod(0o755)
    assert ran.code == 1
    assert "[state/store-failed]" in ran.err
    assert place.tasks() == 0


def test_no_right_to_write(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for root, whom the system refuses nothing."""

    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    ran = place.run("init", "new")
    assert ran.code == 1
    assert "[system/file]" in ran.err
    assert "Permission denied" in ran.err


def _full(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    real = OsHandle.write
    left = [room]

    def write(handle: OsHandle, data: bytes) -> None:
        if len(data) > left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        left[0] -= len(data)
        real(handle, data)

    monkeypatch.setattr(OsHandle, "write", write)


def test_no_room_for_the_intent_means_no_call(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        _full(0, patch)
        ran = place.run("apply", "--auto-approve")
    assert ran.code == 1
    assert "[state/store-failed]" in ran.err
    assert "No space left on device" in ran.err
    assert place.tasks() == 0


@pytest.mark.parametrize("room", range(500, 4500, 500))
def test_no_room_later_pays_once_all_the_same(place: Place, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    place.declare("a", "b")
    with monkeypatch.context() as patch:
        _full(room, patch)
        place.run("apply", "--auto-approve")
    place.ok("apply", "--auto-approve")
    assert place.tasks() == 2
    assert "No changes." in place.ok("plan").out
