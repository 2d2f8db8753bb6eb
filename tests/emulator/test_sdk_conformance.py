"""Amazon's own SDK, unmodified, against the local cloud over HTTP: what it sees is what a user of it sees."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.world import World
from tests.emulator.serving import serving

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Where the local cloud answers, and its file. QPUs keep tasks queued until the clock is moved."""
    path = tmp_path_factory.mktemp("world") / "local.sqlite"
    world = World.open(path)
    world.set_switch("latency.simulator.queue", "0.02")
    world.set_switch("latency.simulator.run", "0.02")
    world.set_switch("latency.qpu.queue", "3600")
    world.set_switch("latency.cancel", "0.02")
    with serving(world) as server:
        yield server.url, path
    world.close()


@pytest.fixture(scope="module")
def seen(url: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The whole session of `sdk_session.py`, which is one process because the SDK takes seconds to load."""
    endpoint, world = url
    environment = {
        "AWS_ENDPOINT_URL": endpoint,
        "BRAKET_ENDPOINT": endpoint,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "LOCAL_WORLD": str(world),
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path_factory.mktemp("home")),
    }
    ran = subprocess.run(
        [sys.executable, "-m", "tests.emulator.sdk_session"],
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


def test_all_devices_of_all_regions_are_listed(seen: dict[str, Any]) -> None:
    assert seen["devices"] == {
        "names": ["Aquila", "Cepheus-1-108Q", "Forte 1", "Garnet", "SV1", "dm1"],
        "retired": ["Aria 1"],
    }


def test_a_device_tells_what_it_can_do(seen: dict[str, Any]) -> None:
    assert seen["device"] == {
        "edges": 60,
        "forte edges": 36 * 35,
        "native": ["cz", "prx"],
        "sites": 256,
        "status": ["ONLINE", "OFFLINE", "RETIRED"],
        "depth": {"Normal": "3", "Priority": "0", "Jobs": "0"},
        "emulated": 50,
    }


def test_a_circuit_runs_and_its_result_is_read(seen: dict[str, Any]) -> None:
    run = seen["run"]
    assert run["state"] == "COMPLETED"
    assert run["counts"].keys() == {"00", "11"}
    assert sum(run["counts"].values()) == 100
    assert run["tags"]["owner"] == "lab-3"
    assert (run["same"], run["id"]) == (True, True)
    assert run["ms"] >= 1


def test_result_types_have_their_values(seen: dict[str, Any]) -> None:
    assert seen["values"] == {
        "vector": [0.5, 0.0, 0.0, 0.5],
        "expectation": pytest.approx(1.0),
        "noise": [0.75, 0.25],
        "sampled": [-1.0],
    }


def test_a_batch_stays_on_the_local_cloud(seen: dict[str, Any]) -> None:
    assert seen["batch"] == [{"10": 5}, {"1": 5}, {"01": 5}]


def test_a_queued_task_waits_or_is_cancelled(seen: dict[str, Any]) -> None:
    queue = seen["queue"]
    assert int(queue["position"].removeprefix(">")) >= 1
    assert queue["states"][0] in ("CREATED", "QUEUED")
    assert queue["states"][1] in ("CANCELLING", "CANCELLED")
    assert queue["later"] == ["COMPLETED", "CANCELLED"]
    assert queue["counts"].keys() == {"00", "11"}
    assert not queue["simulator metadata"]


def test_atoms_are_flipped_on_aquila(seen: dict[str, Any]) -> None:
    assert seen["analog"] == {"rr": 20}


def test_a_task_too_wide_for_this_machine_fails_with_the_reason(seen: dict[str, Any]) -> None:
    assert seen["failure"] == {
        "result": None,
        "state": "FAILED",
        "reason": "The program uses 30 qubits; this machine simulates at most 26 of this kind.",
    }


def test_pages_tags_and_errors_are_the_models(seen: dict[str, Any]) -> None:
    assert seen["boto"] == {
        "sizes": [2],
        "a": None,
        "b": "2",
        "device pages": 5,
        "missing": True,
        "offline": True,
        "retired": True,
        "again": True,
    }


def test_files_go_to_and_from_the_default_bucket(seen: dict[str, Any]) -> None:
    assert seen["files"] == {
        "bucket": "amazon-braket-us-east-1-123456789012",
        "read": "streamed",
        "size": 300_000,
        "keys": ["in/copy/source.bin", "in/source.bin", "in/stream é"],
        "locked": 412,
        "missing": 404,
        "part": "89",
    }


def test_a_program_set_runs_as_one_task(seen: dict[str, Any]) -> None:
    assert seen["program_set"] == {
        "state": "COMPLETED",
        "counts": [[{"0": 20}, {"1": 20}], [{"0": 20}, {"0": 20}, {"1": 20}, {"1": 20}], [{"10": 20}]],
        "z": [1.0, 1.0, -1.0, 1.0],
        "inputs": {"theta": pytest.approx(3.141592653589793)},
        "told": [
            {"actionType": "braket.ir.openqasm.program_set", "programCount": 3, "executableCount": 7},
            140,
            140,
        ],
        "id": True,
    }


def test_a_program_set_says_what_is_wrong_with_it(seen: dict[str, Any]) -> None:
    assert seen["invalid_program_set"] == {
        "reason": "ProgramSetValidationFailed",
        "failures": [{"programIndex": 1, "errors": ["The program has no source"]}],
        "shown": True,
        "state": "FAILED",
        "failed": ["ProgramSetExecutableFailure", "COMPILATION"],
    }


def test_a_spending_limit_guards_a_device(seen: dict[str, Any]) -> None:
    limits = seen["limits"]
    assert limits["made"] == ["arn:aws:braket:us-east-1::device/qpu/ionq/Forte-1", "3", "0", "0", {"owner": "lab-3"}]
    assert limits["until"].startswith("2125-12-30T00:00:00")
    assert limits["refused"][0] == "ValidationException"
    assert limits["refused"][1].startswith(
        "Attempted to spend over the spending limit or outside the spending limit time window."
        " Spending limit: 3, current spend: 0, estimated cost: 8.3000000000, start time: "
    )
    assert limits["full"] == ["8.3", "8.3", "0"]
    assert (limits["left"], limits["missing"]) == ([], True)
