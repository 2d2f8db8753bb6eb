"""A request that is carried out later than its answer was lost: once, whoever looks first, and whatever dies."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from reconciler.emulator import late
from reconciler.emulator.inprocess_httpx import LocalTransport
from reconciler.emulator.world import Session, World
from tests.emulator.pasqal_wire import BATCH, CORE

DUE = 5


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A local cloud in which batches are due, and nobody has looked since."""
    path = tmp_path / "cloud.db"
    world = World.open(path)
    world.freeze()
    world.add_fault({"service": "pasqal", "effect": "late", "seconds": 60, "count": DUE})
    client = httpx.Client(transport=LocalTransport(world), headers={"authorization": "Bearer any"})
    for _ in range(DUE):
        with pytest.raises(httpx.RemoteProtocolError):
            client.post(f"{CORE}/v1/batches", json=BATCH)
    world.advance(60)
    world.close()
    return path


@pytest.mark.parametrize("gap", range(DUE))
def test_another_process_may_come_between_any_two_transactions(file: Path, gap: int) -> None:
    other = World.open(file)
    gaps = iter(range(100))

    class Slow(World):
        @contextmanager
        def _session(self) -> Iterator[Session]:
            with super()._session() as session:
                yield session
            if next(gaps) == gap:
                assert other.status()["batches"] == DUE

    world = Slow.open(file)
    assert world.status()["batches"] == DUE
    world.close()
    other.close()


def test_who_dies_while_carrying_one_out_leaves_it_to_the_next(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciler.emulator.pasqal import create

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    world = World.open(file)
    with monkeypatch.context() as patch:
        # After the batch was stored, before its jobs are.
        patch.setattr(create, "append", die)
        with pytest.raises(KeyboardInterrupt):
            world.status()
    status = world.status()
    assert (status["batches"], status["jobs"]) == (DUE, DUE)
    world.close()


def test_they_are_carried_out_before_anything_else(file: Path) -> None:
    world = World.open(file)
    with world.transaction() as session:
        assert not late.is_due(session.connection, session.now)
        found = session.connection.execute("SELECT count(*), max(created_at) FROM pasqal_batch").fetchone()
    assert found == (DUE, session.now)
    assert world.counts("pasqal") == {"CreateBatch": DUE}, "they were counted when they came"
    world.close()
