"""Turns one qubit until it is found in 1: a loop of a classical program and quantum tasks."""

import json
import math
import os
from pathlib import Path

from braket.aws import AwsDevice
from braket.circuits import Circuit


def run() -> None:
    """The entry point. Braket gives its hyperparameters as texts, in a file."""
    given = json.loads(Path(os.environ["AMZN_BRAKET_HP_FILE"]).read_text("utf-8"))
    device = AwsDevice(os.environ["AMZN_BRAKET_DEVICE_ARN"])
    shots = int(given["shots"])
    best = {"theta": 0.0, "ones": 0.0}
    for step in range(1, int(given["steps"]) + 1):
        theta = math.pi * step / int(given["steps"])
        counts = device.run(Circuit().rx(0, theta), shots=shots).result().measurement_counts
        ones = counts["1"] / shots
        print(f"Metrics - iteration_number={step}; ones={ones};")
        if ones > best["ones"]:
            best = {"theta": theta, "ones": ones}
    results = {
        "braketSchemaHeader": {"name": "braket.jobs_data.persisted_job_data", "version": "1"},
        "dataDictionary": best,
        "dataFormat": "plaintext",
    }
    Path(os.environ["AMZN_BRAKET_JOB_RESULTS_DIR"], "results.json").write_text(json.dumps(results), "utf-8")
