import gzip
import io
import tarfile
from typing import Any

from tests.emulator.local import SV1, Local

ROLE = "arn:aws:iam::123456789012:role/service-role/AmazonBraketJobsExecutionRole"
SOURCE = "s3://code/source.tar.gz"
NEW: dict[str, Any] = {
    "clientToken": "t",
    "jobName": "vqe",
    "roleArn": ROLE,
    "algorithmSpecification": {
        "scriptModeConfig": {"entryPoint": "work.main:run", "s3Uri": SOURCE, "compressionType": "GZIP"}
    },
    "outputDataConfig": {"s3Path": "s3://out/vqe/1"},
    "instanceConfig": {"instanceType": "ml.m5.large", "volumeSizeInGb": 30},
    "deviceConfig": {"device": SV1},
}


def create_job(local: Local, token: str | None = None, region: str = "us-east-1", **changes: Any) -> str:
    asked = NEW | {"clientToken": token or "t"} | changes
    return str(local.client(region=region).create_job(**asked)["jobArn"])


def get_job(local: Local, arn: str, queue: bool = False) -> dict[str, Any]:
    found = local.client().get_job(jobArn=arn, additionalAttributeNames=["QueueInfo"] if queue else [])
    del found["ResponseMetadata"]
    return dict(found)


def status(local: Local, arn: str) -> str:
    return str(get_job(local, arn)["status"])


def archive(files: dict[str, str]) -> bytes:
    """A source archive, as the SDK packs a folder."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            tar.addfile(entry, io.BytesIO(text.encode()))
    return gzip.compress(raw.getvalue(), mtime=0)


def upload(local: Local, key: str, body: bytes, bucket: str = "code") -> None:
    s3 = local.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key=key, Body=body)
