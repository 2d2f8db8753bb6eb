"""The paid-once matrix of hybrid jobs: faults, deaths and lost states, around the upload of the source as well."""

from __future__ import annotations

import itertools
import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore.loaders
import botocore.session
import pytest

from reconciler.core.attempt import Outcome
from reconciler.emulator import objects
from reconciler.emulator.objects import StoredObject
from reconciler.emulator.world import World
from reconciler.providers.braket.client import BraketClient
from tests.paid_once.job_bench import RUNS, Shop
from tests.paid_once.process import KILLED, run
from tests.paid_once.test_kills import POINTS
from tests.paid_once.test_matrix import _AGAIN as AGAIN
from tests.paid_once.test_matrix import _FAULTS as FAULTS

_OPERATIONS = {"create": "CreateJob", "tag": "TagResource", "cancel": "CancelJob"}
CASES = list(itertools.product(FAULTS, _OPERATIONS, AGAIN))
_BUCKET = "amazon-braket-us-east-1-123456789012"
_LOADER = botocore.loaders.create_loader()


@pytest.fixture
def shop(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A fresh machine at a fresh cloud, where jobs wait in the queue for longer than anybody looks."""
    # A quarter of a case is spent on reading botocore's models again.
    monkeypatch.setattr(botocore.session, "create_loader", lambda _path=None: _LOADER)
    world.set_switch("latency.job.queue", "1000000000")
    made = Shop(tmp_path / "project", world)
    made.declare()
    return made


def _disturb(world: World, fault: str, verb: str, *, always: bool) -> None:
    world.add_fault({**FAULTS[fault], "operation": _OPERATIONS[verb], "always": always})
    if fault == "lost and late":
        # The searches that follow a lost answer don't see the job yet either.
        world.set_switch("visibility.search", "240")


def _heal(world: World) -> None:
    world.clear_faults()
    world.set_switch("visibility.search", "0")


def _want(shop: Shop, verb: str) -> None:
    """What comes before the call of the verb is done; the call itself is declared."""
    if verb != "create":
        shop.apply()
    shop.declare(owner="lab-2" if verb == "tag" else "lab-1", tasks=verb != "cancel")


@pytest.mark.parametrize(("fault", "verb", "again"), CASES)
def test_one_job_is_paid_once(shop: Shop, fault: str, verb: str, again: str) -> None:
    _want(shop, verb)

    _disturb(shop.world, fault, verb, always=again != "same process")
    shop.apply()
    assert any(rule.fired for rule in shop.world.faults()), "no call met the fault: this case tests nothing"
    _heal(shop.world)
    AGAIN[again](shop)
    shop.apply()
    assert shop.paid() <= RUNS, "a job was paid twice"
    shop.world.advance(600)  # whatever was late is there now, and what is cancelled has ended
    shop.apply()
    shop.check(verb)


@pytest.mark.parametrize("mode", ["ignore", "validation", "conflict"])
def test_token_reused_with_another_request(shop: Shop, mode: str) -> None:
    """What the service does then is not documented; the promise holds whatever it is."""
    shop.world.set_switch("token.mismatch", mode)
    _disturb(shop.world, "lost and late", "create", always=True)
    shop.apply()
    _heal(shop.world)
    shop.world.set_switch("visibility.search", "240")
    shop.declare(owner="lab-2")  # the same run identity, another request
    shop.forget_everything()
    shop.apply()
    shop.world.advance(600)
    shop.apply()
    shop.check("tag")


@pytest.mark.parametrize("again", ["next process", "another machine"])
def test_token_forgotten_by_the_service(shop: Shop, again: str) -> None:
    """Two days later no token protects: our tags alone, or the journal with them, find the job."""
    _disturb(shop.world, "lost and late", "create", always=True)
    shop.apply()
    _heal(shop.world)
    shop.world.advance(2 * 86_400)
    AGAIN[again](shop)
    shop.apply()
    shop.check()


def test_job_that_never_happened_is_made_after_all(shop: Shop) -> None:
    _disturb(shop.world, "500 before acting", "create", always=True)
    assert len(shop.apply().unknown) == RUNS
    _heal(shop.world)
    shop.world.advance(2 * 86_400)
    assert len(shop.apply().submitted) == RUNS
    shop.check()


def _apply(shop: Shop, **death: Any) -> int:
    return run(["apply", "-C", str(shop.root), "--auto-approve", "--parallelism", "2"], **death)


@pytest.mark.parametrize(("verb", "point"), POINTS)
def test_killed_at_a_crash_point(shop: Shop, verb: str, point: str) -> None:
    _want(shop, verb)

    assert _apply(shop, crash_at=point) == KILLED, "the point was never passed: this case tests nothing"
    assert _apply(shop) == 0
    shop.world.advance(60)
    assert _apply(shop) == 0
    shop.check(verb)


# The source: in S3 before anything is paid.

_UPLOAD_FAULTS: dict[str, dict[str, Any]] = {
    name: rule for name, rule in FAULTS.items() if name not in ("late visibility", "lost and late")
} | {"403": {"effect": "status", "status": 403}, "unreachable": {"effect": "unreachable"}}


@pytest.fixture
def puts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that were stored, each as often as that was done."""
    found: list[str] = []
    real = objects.put_object

    def noted(connection: sqlite3.Connection, bucket: str, key: str, *rest: Any) -> StoredObject:
        if key.endswith(".tar.gz"):
            found.append(f"{bucket}/{key}")
        return real(connection, bucket, key, *rest)

    monkeypatch.setattr(objects, "put_object", noted)
    return found


_UPLOADS = [
    (fault, method)
    for fault, method in itertools.product(_UPLOAD_FAULTS, ("HEAD", "PUT"))
    if (fault, method) != ("garbage after acting", "HEAD")  # the same as without acting
]


@pytest.mark.parametrize(("fault", "method"), _UPLOADS)
def test_without_its_source_no_job_is_paid(shop: Shop, puts: list[str], fault: str, method: str) -> None:
    """Either the source is there although nobody said so, or nothing is: a job never goes first."""
    shop.world.add_fault({**_UPLOAD_FAULTS[fault], "service": "s3", "operation": method, "always": True})
    applied = shop.apply()
    assert shop.world.faults()[0].fired, "no call met the fault: this case tests nothing"
    assert shop.paid() <= RUNS * len(shop.sources()), "a job was paid without its source"
    attempts = [a for record in shop.plan().seen.records.values() for a in record.attempts]
    assert not applied.unknown, "nothing was sent about a job, so nothing is in doubt"
    assert {a.outcome for a in attempts} <= {Outcome.ACCEPTED, Outcome.REFUSED}
    _heal(shop.world)
    shop.apply()
    shop.apply()
    assert len(shop.sources()) == len(puts) == 1, "equal sources are stored once"
    shop.check()


@pytest.mark.parametrize("fault", ["500 after acting", "answer lost", "read timeout"])
def test_answer_to_the_upload_lost_once(shop: Shop, puts: list[str], fault: str) -> None:
    """The same process finds the source in its place and goes on."""
    path = r"\.tar\.gz$"
    shop.world.add_fault({**FAULTS[fault], "service": "s3", "operation": "PUT", "path": path, "skip": 1})
    shop.apply()
    assert shop.world.faults()[0].fired, "no call met the fault: this case tests nothing"
    assert len(puts) == 1
    shop.check()


def test_equal_sources_are_stored_once(shop: Shop, puts: list[str]) -> None:
    """Two jobs share one, and another machine packs the same bytes; other bytes are another object."""
    shop.apply()
    assert len(puts) == 1
    assert shop.sources() == [f"{_BUCKET}/qctl/matrix/sources"]
    shop.forget_everything()
    (shop.root / "algo" / "main.py").touch()
    shop.apply()
    shop.check()
    assert len(puts) == 1
    (shop.root / "algo" / "main.py").write_text("def run(): ...\n", "utf-8")
    shop.apply()
    assert len(puts) == 2
    assert len(shop.sources()) == 2


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("again", ["next process", "another machine"])
def test_killed_around_the_upload(
    shop: Shop, puts: list[str], monkeypatch: pytest.MonkeyPatch, moment: str, again: str
) -> None:
    real: Callable[..., None] = BraketClient.upload
    here = os.getpid()

    def deadly(self: BraketClient, region: str, bucket: str, key: str, body: bytes) -> None:
        if os.getpid() == here:
            real(self, region, bucket, key, body)
            return
        if moment == "after":
            self.make_bucket(region, bucket)
            real(self, region, bucket, key, body)
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(BraketClient, "upload", deadly)
    assert _apply(shop) == KILLED
    assert shop.paid() == 0
    assert len(shop.sources()) == (1 if moment == "after" else 0)
    AGAIN[again](shop)
    shop.apply()
    assert len(puts) == (0 if moment == "after" else 1), "what the dead process stored is used"
    shop.check()
