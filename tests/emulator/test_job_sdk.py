"""Amazon's own SDK, unmodified, makes hybrid jobs whose scripts use it too."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.world import World
from tests.emulator.jobs import ROLE
from tests.emulator.serving import serving

SCRIPT = """
import time
from braket.aws import AwsDevice
from braket.circuits import Circuit
from braket.jobs import get_job_device_arn, save_job_result
from braket.jobs.metrics import log_metric

def run(shots: int):
    print("shots", shots)
    task = AwsDevice(get_job_device_arn()).run(Circuit().h(0).cnot(0, 1), shots=shots, poll_interval_seconds=0.05)
    counts = task.result().measurement_counts
    log_metric("even", counts["00"] + counts["11"], timestamp=1, iteration_number=0)
    save_job_result({"counted": sum(counts.values()), "where": task.metadata()["outputS3Directory"].rsplit("/", 1)[0]})

def stay():
    time.sleep(600)
"""


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    world = World.open(tmp_path / "local.sqlite")
    world.set_switch("jobs.run", "on")
    world.set_switch("latency.factor", "0.05")
    with serving(world) as server:
        yield server.url
    world.close()


def test_jobs_of_the_sdk_run_are_listed_and_are_cancelled(url: str, tmp_path: Path) -> None:
    source = tmp_path / "work"
    source.mkdir()
    (source / "__init__.py").touch()
    (source / "main.py").write_text(SCRIPT)
    environment = {
        "AWS_ENDPOINT_URL": url,
        "BRAKET_ENDPOINT": url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    # The SDK leaves the results' archive where it stands.
    ran = subprocess.run(
        [sys.executable, "-m", "tests.emulator.sdk_jobs", str(source)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    seen: dict[str, Any] = json.loads(ran.stdout)
    assert seen == {
        "finished": {
            "result": {"counted": 20, "where": "jobs/bell/tasks"},
            "state": "COMPLETED",
            "tasks": [["COMPLETED", True]],
            "log": ["shots 20", "Metrics - timestamp=1; even=20; iteration_number=0;"],
            "metrics": {"even": [20.0], "iteration_number": [0.0]},
            "tags": {"owner": "lab-3"},
            "role": ROLE,
        },
        "cancelled": {"answer": "CANCELLING", "state": "CANCELLED", "result": {}},
    }
