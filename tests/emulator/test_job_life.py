"""How hybrid jobs live of which nothing really runs."""

import hashlib
from typing import Any

import pytest

from tests.emulator.jobs import SOURCE, archive, create_job, get_job, status, upload
from tests.emulator.local import Local, refused

IMAGE = "292282985366.dkr.ecr.us-east-1.amazonaws.com/amazon-braket-base-jobs:latest"
WAITS = "The job waits for a process that runs it: qctl wait, or qctl local serve."
OFF = (
    "Running local code is off, so the entry point was not run. Declare the job in a manifest of the project,"
    " or switch it on for all jobs: qctl local switch jobs.run on"
)


def events(local: Local, arn: str) -> list[str]:
    return [event["eventType"] for event in get_job(local, arn)["events"]]


def ending(local: Local, arn: str) -> dict[str, Any]:
    read = get_job(local, arn)
    times = ("startedAt", "endedAt")
    spent = {name: (read[name] - read["createdAt"]).total_seconds() for name in times if name in read}
    kept = ("status", "failureReason", "billableDuration")
    return {name: read[name] for name in kept if name in read} | spent


def test_a_job_runs_by_the_clock_alone(local: Local) -> None:
    local.world.set_switch("simulation", "skip")
    arn = create_job(local)
    seen = []
    for _ in range(3):
        seen.append(status(local, arn))
        local.world.advance(1)
    assert seen == ["QUEUED", "RUNNING", "COMPLETED"]
    assert ending(local, arn) == {"status": "COMPLETED", "billableDuration": 1000, "startedAt": 1, "endedAt": 2}
    began = ["QUEUED_FOR_EXECUTION", "STARTING_INSTANCE", "DOWNLOADING_DATA", "RUNNING"]
    assert events(local, arn) == [*began, "UPLOADING_RESULTS", "COMPLETED"]


def test_a_job_is_at_most_as_long_as_it_may(local: Local) -> None:
    local.world.set_switch("simulation", "skip")
    local.world.set_switch("latency.job.run", "60")
    arn = create_job(local, stoppingCondition={"maxRuntimeInSeconds": 10})
    local.world.advance(11)
    assert ending(local, arn) == {
        "status": "FAILED",
        "failureReason": "The job ran longer than its maximum of 10 s.",
        "billableDuration": 10_000,
        "startedAt": 1,
        "endedAt": 11,
    }
    assert events(local, arn)[-2:] == ["MAX_RUNTIME_EXCEEDED", "FAILED"]


def test_a_failure_can_be_decided_beforehand(local: Local) -> None:
    local.world.set_switch("fail.reason", "AlgorithmError: no")
    arn = create_job(local)
    local.world.set_switch("fail.reason", "")
    local.world.advance(1)
    assert ending(local, arn) == {"status": "RUNNING", "startedAt": 1}
    local.world.advance(1)
    assert ending(local, arn)["failureReason"] == "AlgorithmError: no"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, OFF),
        (
            {"algorithmSpecification": {"containerImage": {"uri": IMAGE}}},
            "The local cloud runs scripts (scriptModeConfig), and can't run a container image.",
        ),
    ],
)
def test_what_can_not_run_here_fails_and_says_why(local: Local, changes: dict[str, Any], reason: str) -> None:
    upload(local, "source.tar.gz", archive({"work/main.py": ""}))
    arn = create_job(local, **changes)
    assert status(local, arn) == "QUEUED"
    local.world.advance(1)
    assert ending(local, arn) == {"status": "FAILED", "failureReason": reason, "endedAt": 1}
    assert events(local, arn) == ["QUEUED_FOR_EXECUTION", "FAILED"]


def test_an_allowed_source_waits_for_a_process_that_stays_and_another_is_not_run(local: Local) -> None:
    allowed, other = archive({"work/main.py": "1"}), archive({"work/main.py": "2"})
    upload(local, "source.tar.gz", allowed)
    local.world.allow_sources([hashlib.sha256(allowed).hexdigest()])
    arn = create_job(local)
    local.world.advance(1)
    info = get_job(local, arn, queue=True)["queueInfo"]
    assert info == {"queue": "JOBS_QUEUE", "position": "1", "message": WAITS}
    # What counts is what would run.
    upload(local, "source.tar.gz", other)
    assert ending(local, arn)["failureReason"] == OFF


def test_every_source_waits_if_all_may_run(local: Local) -> None:
    local.world.set_switch("jobs.run", "on")
    arn = create_job(local)
    local.world.advance(1)
    assert (status(local, arn), SOURCE in str(get_job(local, arn))) == ("QUEUED", True)


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_job_is_cancelled_in_its_queue_or_its_run(local: Local, seconds: int) -> None:
    local.world.set_switch("simulation", "skip")
    arn = create_job(local)
    local.world.advance(seconds)
    cancel = local.client().cancel_job
    for _ in range(2):
        assert cancel(jobArn=arn)["cancellationStatus"] == "CANCELLING"
    assert status(local, arn) == "CANCELLING"
    local.world.advance(0.5)
    assert status(local, arn) == "CANCELLED"
    assert events(local, arn)[-1] == "CANCELLED"
    conflict = "Amazon Braket cannot cancel a job in the CANCELLED status"
    assert refused(cancel, jobArn=arn) == (409, "ConflictException", conflict)
    local.world.advance(10)
    assert status(local, arn) == "CANCELLED"


def test_cancelling_may_come_too_late(local: Local) -> None:
    local.world.set_switch("simulation", "skip")
    local.world.set_switch("cancel", "too-late")
    arn = create_job(local)
    local.client().cancel_job(jobArn=arn)
    local.world.advance(1)
    assert status(local, arn) == "CANCELLING"
    local.world.advance(1)
    assert status(local, arn) == "COMPLETED"
