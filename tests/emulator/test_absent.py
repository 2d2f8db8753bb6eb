from typing import Any

import pytest

from reconciler.emulator.braket.operations import OPERATIONS
from reconciler.emulator.wire.model import braket
from tests.emulator.local import SV1, Local, refused

JOB = "arn:aws:braket:us-east-1:123456789012:job/x"
NEW_JOB: dict[str, Any] = {
    "jobName": "j",
    "roleArn": "arn:aws:iam::123456789012:role/r",
    "algorithmSpecification": {"scriptModeConfig": {"entryPoint": "m", "s3Uri": "s3://b/k", "compressionType": "NONE"}},
    "outputDataConfig": {"s3Path": "s3://b/o"},
    "instanceConfig": {"instanceType": "ml.m5.large", "volumeSizeInGb": 1},
    "deviceConfig": {"device": SV1},
}


def test_every_operation_of_the_model_is_answered() -> None:
    assert set(OPERATIONS) == set(braket().operation_names)


@pytest.mark.parametrize(
    ("operation", "asked", "status", "code", "what"),
    [
        ("create_job", NEW_JOB, 400, "ValidationException", "Hybrid jobs"),
        ("get_job", {"jobArn": JOB}, 404, "ResourceNotFoundException", "Hybrid jobs"),
        ("cancel_job", {"jobArn": JOB}, 404, "ResourceNotFoundException", "Hybrid jobs"),
    ],
)
def test_what_is_not_emulated_says_so(
    local: Local, operation: str, asked: dict[str, Any], status: int, code: str, what: str
) -> None:
    found = refused(getattr(local.client(), operation), **asked)
    assert found == (status, code, f"{what} are not in this version of the local cloud")


def test_what_is_not_emulated_is_validated_all_the_same(local: Local) -> None:
    found = refused(local.client().create_job, **NEW_JOB | {"jobName": "not valid"})
    assert "at 'jobName' failed to satisfy constraint" in found[2]
    found = refused(local.client().get_job, jobArn="x")
    assert (found[:2], "at 'jobArn'" in found[2]) == ((400, "ValidationException"), True)


def test_searching_for_it_finds_nothing(local: Local) -> None:
    assert local.client().search_jobs(filters=[])["jobs"] == []
