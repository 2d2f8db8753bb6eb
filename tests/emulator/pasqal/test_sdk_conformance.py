"""Pasqal's own SDK, unmodified, against the local cloud over HTTP: what it sees is what a user of it sees."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.pasqal.operations import OPERATIONS
from reconciler.emulator.world import World
from tests.emulator.pasqal.local import PROJECT
from tests.emulator.serving import serving

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, World]]:
    """Where the local cloud answers, and its file. Emulators take no time, QPUs keep batches until the clock is moved.

    The SDK looks for two seconds after the first time that a batch is not over.
    """
    path = tmp_path_factory.mktemp("world") / "local.sqlite"
    world = World.open(path)
    for name in ("emulator.queue", "emulator.run", "cancel"):
        world.set_switch(f"pasqal.latency.{name}", "0")
    world.set_switch("pasqal.latency.qpu.queue", "3600")
    with serving(world) as server:
        yield server.url, path, world
    world.close()


@pytest.fixture(scope="module")
def seen(local: tuple[str, Path, World], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The whole session of `sdk_session.py`, which is one process because the SDK takes seconds to load."""
    url, path, _ = local
    environment = {
        "LOCAL_URL": url,
        "LOCAL_WORLD": str(path),
        "NO_PROXY": "127.0.0.1",
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path_factory.mktemp("home")),
    }
    ran = subprocess.run(
        [sys.executable, "-m", "tests.emulator.pasqal.sdk_session"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    report: dict[str, Any] = json.loads(ran.stdout)
    return report


def test_a_batch_runs_and_its_results_are_read(seen: dict[str, Any]) -> None:
    assert seen["run"] == {
        "status": ["DONE", "DONE", "DONE"],
        "first": {"111": 5},
        "raw": ["111"] * 5,
        "second": 7,
        "sequences": [None, True, True],
        "variables": [{"omega": 3.141592653589793, "t": 1000}, {}],
        "configuration": "EmuFreeConfig",
        "tags": ["a", "b"],
        "counts": {"PENDING": 0, "RUNNING": 0, "DONE": 2, "ERROR": 0, "CANCELED": 0},
        "job": [5, "DONE"],
    }


def test_an_open_batch_grows_until_it_is_closed(seen: dict[str, Any]) -> None:
    assert seen["open_batch"] == {
        "before": [True, "RUNNING", ["late", "later"]],
        "after": [False, "DONE"],
        "runs": [1, 2, 1, 3],
        "closed": "Job creation failed: 409",
        "retry": "JobRetryError",
        "late": False,
    }


def test_batches_and_jobs_are_cancelled(seen: dict[str, Any]) -> None:
    assert seen["cancelling"] == {
        "one": "CANCELED",
        "bulk": [[True], [True]],
        "three": "CANCELED",
        "chosen": [[True], {}],
        "single": "CANCELED",
        "left": ["PENDING", "CANCELED", "CANCELED", "CANCELED"],
        "many": ["DONE", "CANCELED", "CANCELED", "CANCELED"],
        "done": ["DONE", "Batch cancelling failed: 409"],
        "finished job": "Job cancelling failed: 409",
    }


def test_failed_jobs_run_again_in_a_new_batch(seen: dict[str, Any]) -> None:
    assert seen["again"] == {"states": ["DONE", "ERROR"], "errors": 1, "parents": [True, True], "runs": [1]}


def test_every_filter_of_the_sdk_is_understood(seen: dict[str, Any]) -> None:
    assert seen["lists"] == {
        "mine": [True],
        "every": 1,
        "closed": 0,
        "none": 0,
        "page": [1, 2, True],
        "jobs": [11],
    }


def test_jobs_of_three_pages_come_in_order(seen: dict[str, Any]) -> None:
    assert seen["many_jobs"] == [251, True]


def test_a_workload_says_that_nothing_ran(seen: dict[str, Any]) -> None:
    note = "The local cloud does not execute workloads."
    assert seen["workloads"] == {
        "made": ["DONE", {"executed": False, "note": note, "config": {"depth": 2}}],
        "cancelled": ["CANCELED", "CANCELED"],
        "late": "Workload cancelling failed: 409",
        "wrong": "Job creation failed: 422",
    }


def test_devices_projects_and_signing_in(seen: dict[str, Any]) -> None:
    assert seen["surroundings"] == {
        "specs": ["EMU_FREE", "EMU_MPS", "EMU_SV", "FRESNEL"],
        "public": True,
        "projects": [PROJECT],
        "switched": [PROJECT, PROJECT],
        "wrong": "403: Wrong email or password.",
    }


def test_refusals_are_read_by_the_sdk(seen: dict[str, Any]) -> None:
    assert seen["mistakes"] == {
        "missing": "Batch fetching failed: 404",
        "stranger": "Batch creation failed: 403",
        "variables": "Batch creation failed: 422",
        "tags": "Batch creation failed: 422",
    }


def test_the_sdk_met_no_path_that_is_not_there(local: tuple[str, Path, World], seen: dict[str, Any]) -> None:
    assert seen
    calls = local[2].counts("pasqal")
    assert "Unknown" not in calls
    unused = {"GetDeviceSpec", "GetDeviceQueue", "GetFullResults", "ListDevices", "ListWorkloads"}
    assert calls.keys() == OPERATIONS.keys() - unused, "the SDK has no method for these"
