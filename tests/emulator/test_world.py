import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from reconciler.emulator import storage
from reconciler.emulator.inprocess_httpx import LocalTransport
from reconciler.emulator.world import World, WorldError
from tests.emulator.local import Local
from tests.emulator.pasqal_wire import BATCH, CORE

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
    counts = dict.fromkeys(("tasks", "batches", "jobs", "workloads", "hybrid_jobs", "faults", "calls"), 0)
    assert status == {"now": START, "frozen": False, "advanced": 0, **counts, "switches": {}}
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


def test_a_missing_pulser_is_a_problem_of_those_who_have_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pulser_simulation", None)
    assert "problem" not in world.status()
    with httpx.Client(transport=LocalTransport(world), headers={"authorization": "Bearer any"}) as client:
        client.post(f"{CORE}/v1/batches", json=BATCH).raise_for_status()
    assert "pip install 'qctl[simulate]'" in world.status()["problem"]
    world.set_switch("simulation", "skip")
    assert "problem" not in world.status()


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
    with pytest.raises(WorldError, match=f"it has version 0, this program reads version {storage.VERSION}"):
        World.open(tmp_path / "other")


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A file of version 1, as the first qctl made them, with a switch, a task and an object in it."""
    path = tmp_path / "older.db"
    connection = sqlite3.connect(path)
    connection.executescript(storage._STEPS[0])
    connection.executescript(
        "INSERT INTO clock VALUES (1, 5000, NULL); INSERT INTO meta VALUES ('world', 'w');"
        "INSERT INTO switch VALUES ('rates', 'enforce'); INSERT INTO fault VALUES"
        ' (7, \'{"effect": "lost", "service": "else"}\', 3, 1);'
        "PRAGMA user_version = 1"
    )
    connection.close()
    return path


def test_a_file_of_version_1_is_upgraded_and_keeps_what_it_holds(older: Path) -> None:
    for _ in range(2):
        world = World.open(older, Clock())
        status = world.status()
        assert (status["id"], status["advanced"], status["switches"]) == ("w", 5, {"rates": "enforce"})
        assert [(line.id, line.rule.effect, line.seen) for line in world.faults()] == [(7, "lost", 3)]
        assert (status["batches"], status["jobs"], status["workloads"]) == (0, 0, 0)
        world.close()


def test_an_upgrade_that_fails_leaves_the_old_file(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "_STEPS", (storage._STEPS[0], "CREATE TABLE half (x); CREATE TABLE half (x)"))
    with pytest.raises(WorldError, match="can't be opened as a local cloud: table half already exists"):
        World.open(older)
    with sqlite3.connect(older) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'half'").fetchall() == []
    connection.close()


@pytest.mark.parametrize("version", [storage.VERSION + 1, -1])
def test_a_file_of_another_version_is_refused_and_left_alone(older: Path, version: int) -> None:
    with sqlite3.connect(older) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    with pytest.raises(WorldError, match=f"it has version {version}, this program reads version {storage.VERSION}"):
        World.open(older)


def test_a_file_made_by_another_process_in_between_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    World.open(tmp_path / "cloud.db").close()
    real = storage._version
    asked = []

    def version(connection: sqlite3.Connection) -> int:
        """An empty file before this process has the lock, a finished one after."""
        asked.append(connection)
        return 0 if len(asked) == 1 else real(connection)

    monkeypatch.setattr(storage, "_version", version)
    World.open(tmp_path / "cloud.db").close()
    assert len(asked) > 1, "it was looked at again under the lock"


def test_a_new_file_may_be_opened_by_many_at_the_same_time(tmp_path: Path) -> None:
    """SQLite refuses one of those who leave its old journal mode together: without patience this fails at once."""
    crowd = 4
    start = threading.Barrier(crowd)

    def open_it(path: Path) -> str:
        start.wait(10)
        world = World.open(path)
        name = str(world.status()["id"])
        world.close()
        return name

    with ThreadPoolExecutor(crowd) as pool:
        for number in range(20):
            assert len(set(pool.map(open_it, [tmp_path / f"{number}.db"] * crowd))) == 1


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
