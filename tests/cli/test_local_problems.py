"""What is wrong with the local cloud is said by name, and is no defect of qctl."""

from __future__ import annotations

import sqlite3
import sys

import pytest

from tests.cli.place import Place


def test_a_missing_simulator_is_a_warning(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no-simulator" not in place.ok("plan", "--no-cache").err
    monkeypatch.setitem(sys.modules, "braket.default_simulator", None)
    warned = place.ok("plan", "--no-cache")
    assert "local/no-simulator" in warned.err
    assert "pip install 'qctl[simulate]'" in warned.err
    assert "pip install 'qctl[simulate]'" in place.ok("local", "status").out


def test_a_damaged_local_cloud_is_unusable(place: Place) -> None:
    place.ok("apply", "--auto-approve")
    with sqlite3.connect(place.cloud) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data = bytearray(place.cloud.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    place.cloud.write_bytes(data)
    ran = place.run("local", "status")
    assert ran.code == 1
    assert "[local/unusable]" in ran.err
