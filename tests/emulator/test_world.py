import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.emulator import world as world_module
from reconciler.emulator.world import World, WorldError
from tests.emulator.local import Local

START = datetime(2027, 1, 15, 8, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.time = START.timestamp()

    def __call__(self) -> float:
        return self.time


def test_the_clock_is_the_base_clock_plus_what_was_advanced(tmp_path: Path) -> None:
    clock = Clock()
    world = World.open(tmp_path / "deep" / "cloud.db", clock)
    assert world.now() == START
    world.advance(3600.5)
    clock.time += 1
    assert world.now() == START + timedelta(seconds=3601.5)
    world.close()
    again = World.open(tmp_path / "deep" / "cloud.db", clock)
    assert again.now() == START + timedelta(seconds=3601.5), "the clock rests in the file"
    again.close()


def test_a_frozen_clock_moves_by_advancing_only_and_never_jumps() -> None:
    clock = Clock()
    world = World.open(":memory:", clock)
    world.freeze()
    clock.time += 100
    world.freeze()
    assert world.now() == START
    world.advance(1)
    world.thaw()
    assert world.now() == START + timedelta(seconds=1)
    clock.time += 1
    assert world.now() == START + timedelta(seconds=2)
    world.close()


def test_time_does_not_go_back(world: World) -> None:
    with pytest.raises(ValueError, match="can't go back"):
        world.advance(-1)


def test_a_reset_leaves_nothing_but_a_new_world(local: Local) -> None:
    world = local.world
    before = world.status()["id"]
    local.create("a")
    local.client("s3").create_bucket(Bucket="results")
    world.set_switch("rates", "enforce")
    world.add_fault({"effect": "lost"})
    world.advance(5)
    world.reset()
    status = world.status()
    assert status.pop("id") != before
    assert status == {"now": START, "frozen": False, "advanced": 0, "tasks": 0, "faults": 0, "calls": 0, "switches": {}}
    assert local.client("s3").list_buckets()["Buckets"] == []


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("no.such", "1", "There is no switch no.such"),
        ("rates", "on", "Switch rates takes off | enforce, not 'on'."),
        ("token.ttl", "-1", "Switch token.ttl takes a number from 0 up, not '-1'."),
        ("token.ttl", "inf", "Switch token.ttl takes a number from 0 up, not 'inf'."),
        ("token.ttl", "soon", "Switch token.ttl takes a number from 0 up, not 'soon'."),
        ("search.page", "0", "Switch search.page takes a whole number from 1 up, not '0'."),
    ],
)
def test_a_switch_takes_only_what_it_knows(world: World, name: str, value: str, message: str) -> None:
    with pytest.raises(ValueError, match="^" + message.replace("|", r"\|")):
        world.set_switch(name, value)
    assert world.status()["switches"] == {}


def test_a_switch_stays_set_until_it_is_changed(world: World) -> None:
    assert world.switches()["rates"] == "off"
    world.set_switch("rates", "enforce")
    assert world.switches()["rates"] == "enforce"


def test_a_failing_transaction_leaves_nothing(world: World) -> None:
    def fail() -> None:
        with world.transaction() as session:
            session.connection.execute("INSERT INTO switch VALUES ('rates', 'enforce')")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert world.switches()["rates"] == "off"


def test_the_log_is_cut_and_the_counters_are_not(world: World) -> None:
    from reconciler.emulator import calls

    with world.transaction() as session:
        for number in range(10_003):
            calls.record(session.connection, number, ("braket", "us-east-1", "GetDevice"), 200, "")
    assert len(world.calls()) == 10_000
    assert world.counts() == {"GetDevice": 10_003}


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello " * 1000)
    with pytest.raises(WorldError, match="can't be opened as a local cloud"):
        World.open(tmp_path / "text")
    other = sqlite3.connect(tmp_path / "other")
    other.execute("CREATE TABLE mine (x)")
    other.close()
    with pytest.raises(WorldError, match="it has version 0, this program reads version 1"):
        World.open(tmp_path / "other")


def test_a_file_made_by_another_process_in_between_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    World.open(tmp_path / "cloud.db").close()
    real = world_module._version
    asked = []

    def version(connection: sqlite3.Connection) -> int:
        """An empty file before this process has the lock, a finished one after."""
        asked.append(connection)
        return 0 if len(asked) == 1 else real(connection)

    monkeypatch.setattr(world_module, "_version", version)
    World.open(tmp_path / "cloud.db").close()


def test_processes_share_one_file_and_one_truth(tmp_path: Path) -> None:
    """Two processes make the file, create the same 8 tasks by token, and read them all to their end."""
    command = [sys.executable, "-m", "tests.emulator.worker", str(tmp_path / "cloud.db")]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [worker.communicate(timeout=120)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 2
    assert len(set(said)) == 1, "all see the same ids, statuses and results"
    world = World.open(tmp_path / "cloud.db")
    assert world.status()["tasks"] == 8
    assert world.counts()["CreateQuantumTask"] == 16
    world.close()


def test_opening_and_asking_imports_no_simulator() -> None:
    code = (
        "import sys\n"
        "from reconciler.emulator.world import World\n"
        "world = World.open(':memory:')\n"
        "print('botocore' in sys.modules)\n"
        "from tests.emulator.local import Local\n"
        "local = Local(world)\n"
        "print(local.status(local.create()))\n"
        "print(sorted({'numpy', 'braket', 'waitress'} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:3] == ["False", "QUEUED", "[]"]
