"""What a user of Amazon's SDK does with hybrid jobs, in one process, for it takes seconds to load."""

import contextlib
import io
import json
import sys
import time
from pathlib import Path
from typing import Any

from braket.aws import AwsQuantumJob

SV1 = "arn:aws:braket:::device/quantum-simulator/amazon/sv1"
FAST = {"poll_interval_seconds": 0.05}


def finished(source: Path) -> Any:
    job = AwsQuantumJob.create(
        SV1,
        source_module=str(source),
        entry_point="work.main:run",
        job_name="bell",
        hyperparameters={"shots": 20},
        tags={"owner": "lab-3"},
    )
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        job.logs(wait=True, **FAST)
    again = AwsQuantumJob(job.arn)
    metrics = job.metrics()
    del metrics["timestamp"]
    return {
        "result": again.result(**FAST),
        "state": again.state(),
        "tasks": [(task.state(), task.metadata()["jobArn"] == job.arn) for task in job.get_tasks()],
        "log": [line for line in shown.getvalue().splitlines() if line.startswith(("shots", "Metrics"))],
        "metrics": metrics,
        "tags": job.metadata()["tags"],
        "role": job.metadata()["roleArn"],
    }


def cancelled(source: Path) -> Any:
    job = AwsQuantumJob.create(SV1, source_module=str(source), entry_point="work.main:stay", job_name="long")
    while job.state() != "RUNNING":
        time.sleep(0.05)
    answer = job.cancel()
    while job.state() not in AwsQuantumJob.TERMINAL_STATES:
        time.sleep(0.05)
    return {"answer": answer, "state": job.state(), "result": job.result(**FAST)}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    json.dump({"finished": finished(folder), "cancelled": cancelled(folder)}, sys.stdout)
