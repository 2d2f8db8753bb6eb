"""A local cloud that somebody filled without qctl: tasks, jobs, a limit and batches."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reconciler.cli.project import Flags, Opened, open_project
from tests.cli.place import UID, Place

_SEQUENCES = Path(__file__).parent.parent / "simulate" / "sequences"
SEQUENCE = (_SEQUENCES / "rabi.json").read_text("utf-8")
BLOCKADE = (_SEQUENCES / "blockade.json").read_text("utf-8")
"""One without variables."""
SV1 = "arn:aws:braket:::device/quantum-simulator/amazon/sv1"
GARNET = "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet"
PROGRAM = "OPENQASM 3.0; qubit[2] q; bit[2] c; h q[0]; cnot q[0], q[1]; c = measure q;"
ACTION = json.dumps({"braketSchemaHeader": {"name": "braket.ir.openqasm.program", "version": "1"}, "source": PROGRAM})
ROLE = "arn:aws:iam::123456789012:role/service-role/AmazonBraketJobsExecutionRole"
PROJECT = f"""apiVersion: qctl/v1alpha1
kind: Project
metadata: {{name: place, uid: {UID}}}
spec:
  providers: {{pasqal: {{mode: local, window: 0}}}}
  devices:
    sim: {SV1}
    garnet: {GARNET}
    free: {{pasqal: EMU_FREE}}
"""
EVIL = {"owner": "lab-3", "note": "a: b - c", "yes": "no", "1e-6": "1e-6"}
"""Tags that a careless YAML would turn into something else."""


def opened() -> Opened:
    """The project of this folder."""
    return open_project(Flags())


def declare(place: Place, *documents: str) -> None:
    """Write the manifest: the project, and these documents."""
    text = PROJECT + "".join(f"---\napiVersion: qctl/v1alpha1\n{document}" for document in documents)
    (place.root / "qctl.yaml").write_text(text, "utf-8")


def make_task(number: int = 1, device: str = SV1, shots: int = 100, **more: Any) -> str:
    """A task; its ARN."""
    region = "eu-north-1" if device == GARNET else "us-east-1"
    request = {
        "clientToken": f"by-hand-{number}",
        "deviceArn": device,
        "shots": shots,
        "action": ACTION,
        "outputS3Bucket": "amazon-braket-by-hand",
        "outputS3KeyPrefix": "results",
        **more,
    }
    answer = opened().braket.client().once(region, "create_quantum_task", **request)
    return str(answer["quantumTaskArn"])


def make_limit(amount: str = "100.50", **more: Any) -> str:
    """A limit of Garnet; its ARN."""
    request = {"clientToken": "limit", "deviceArn": GARNET, "spendingLimit": amount, **more}
    return str(opened().braket.client().once("eu-north-1", "create_spending_limit", **request)["spendingLimitArn"])


def raise_limits(amount: str) -> None:
    """Give every limit of Garnet another amount."""
    client = opened().braket.client()
    found = client.once("eu-north-1", "search_spending_limits", filters=[])["spendingLimits"]
    for number, limit in enumerate(found):
        request = {"spendingLimitArn": limit["spendingLimitArn"], "spendingLimit": amount}
        client.once("eu-north-1", "update_spending_limit", clientToken=f"raised-{number}", **request)


def make_job(number: int = 1) -> str:
    """A hybrid job; its ARN."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        body = b"def run(): pass\n"
        entry = tarfile.TarInfo("work/main.py")
        entry.size = len(body)
        tar.addfile(entry, io.BytesIO(body))
    client = opened().braket.client()
    client.make_bucket("us-east-1", "code")
    client.upload("us-east-1", "code", "source.tar.gz", gzip.compress(raw.getvalue(), mtime=0))
    script = {"entryPoint": "work.main:run", "s3Uri": "s3://code/source.tar.gz", "compressionType": "GZIP"}
    request: dict[str, Any] = {
        "clientToken": f"job-{number}",
        "jobName": f"vqe-{number}",
        "roleArn": ROLE,
        "algorithmSpecification": {"scriptModeConfig": script},
        "outputDataConfig": {"s3Path": f"s3://out/vqe/{number}"},
        "instanceConfig": {"instanceType": "ml.m5.large", "volumeSizeInGb": 30},
        "deviceConfig": {"device": SV1},
        "hyperParameters": {"layers": "2", "rate": "1e-3"},
        "stoppingCondition": {"maxRuntimeInSeconds": 3600},
    }
    return str(client.once("us-east-1", "create_job", **request)["jobArn"])


def make_batch(jobs: Sequence[dict[str, Any]] = ({"runs": 20, "variables": {"omega": 1.0, "t": 1000}},)) -> str:
    """A batch; its id."""
    body = {
        "sequence_builder": SEQUENCE,
        "jobs": list(jobs),
        "open": False,
        "device_type": "EMU_FREE",
        "project_id": "00000000-0000-4000-8000-00000000c0de",
        "tags": ["rydberg", "team=lab-3"],
    }
    return str(opened().pasqal.client().submit("/api/v1/batches", body)["data"]["id"])


def make_workload() -> str:
    """A workload; its id."""
    project = "00000000-0000-4000-8000-00000000c0de"
    body = {"workload_type": "qadence_circuit", "backend": "pyqtorch", "config": {"layers": 2}, "project_id": project}
    return str(opened().pasqal.client().submit("/api/v1/workloads", body, packed=False)["data"]["id"])
