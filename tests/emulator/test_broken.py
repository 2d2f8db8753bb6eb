"""A damaged file and a full disk are the cloud's failure, never a defect that surfaces as one of ours."""

import json
import sqlite3
from pathlib import Path

import pytest

from reconciler.emulator.world import World, WorldError
from tests.emulator.local import Local, refused

PAGE = 4096


def damaged(path: Path) -> World:
    """A world with tasks whose tables were overwritten under it; that there are tables is still to be read."""
    world = World.open(path)
    local = Local(world)
    for number in range(20):
        local.create(str(number))
    world.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        roots = connection.execute("SELECT rootpage FROM sqlite_master").fetchall()
    connection.close()
    data = bytearray(path.read_bytes())
    for (page,) in roots:
        data[(page - 1) * PAGE : page * PAGE] = b"\xa5" * PAGE
    path.write_bytes(data)
    return World.open(path)


def test_a_damaged_file_answers_as_a_cloud_that_fails(tmp_path: Path) -> None:
    local = Local(damaged(tmp_path / "cloud.db"))
    status, code, message = refused(local.create, token="new")
    assert (status, code) == (500, "InternalServiceException")
    assert message.startswith("The local cloud's file can't be used: ")
    assert refused(local.client("s3").list_buckets)[0] == 500
    local.world.close()


@pytest.mark.parametrize("ask", ["now", "status", "counts", "switches", "faults", "calls", "reset", "freeze"])
def test_a_damaged_file_is_a_world_error(tmp_path: Path, ask: str) -> None:
    world = damaged(tmp_path / "cloud.db")
    with pytest.raises(WorldError, match="can't be used"):
        getattr(world, ask)()
    world.close()


def test_a_full_disk_is_a_world_error_and_takes_nothing_with_it(tmp_path: Path) -> None:
    world = World.open(tmp_path / "cloud.db")
    local = Local(world)
    pages = world._connection.execute("PRAGMA page_count").fetchone()[0]
    world._connection.execute(f"PRAGMA max_page_count = {pages}")
    status, _, message = refused(local.create, action=_long())
    assert (status, message) == (500, "The local cloud's file can't be used: database or disk is full")
    world._connection.execute(f"PRAGMA max_page_count = {pages + 1000}")
    assert world.status()["tasks"] == 0
    assert local.create(action=_long())
    world.close()


def test_a_statement_of_ours_that_is_wrong_stays_a_defect(world: World) -> None:
    def twice() -> None:
        with world.transaction() as session:
            for _ in range(2):
                session.connection.execute("INSERT INTO meta VALUES ('a', 'b')")

    with pytest.raises(sqlite3.IntegrityError):
        twice()


def test_a_folder_is_no_world(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="can't be opened as a local cloud"):
        World.open(tmp_path)


def _long() -> str:

    header = {"name": "braket.ir.openqasm.program", "version": "1"}
    return json.dumps({"braketSchemaHeader": header, "source": "qubit q; h q; //" + "x" * 300_000})
