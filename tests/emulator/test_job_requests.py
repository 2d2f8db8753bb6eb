from typing import Any

import pytest

from reconciler.emulator.braket.context import ACCOUNT
from tests.emulator.jobs import NEW, ROLE, create_job, get_job, status
from tests.emulator.local import ARIA, CEPHEUS, FORTE, GARNET, SV1, Local, refused

UNKNOWN = f"arn:aws:braket:us-east-1:{ACCOUNT}:job/x"
RESERVATION = [{"arn": f"arn:aws:braket:us-east-1:{ACCOUNT}:reservation/x", "type": "RESERVATION_TIME_WINDOW_ARN"}]


@pytest.fixture(autouse=True)
def _nothing_really_runs(local: Local) -> None:
    local.world.set_switch("simulation", "skip")


def rule(name: str, operator: str, *values: str) -> dict[str, Any]:
    return {"name": name, "operator": operator, "values": list(values)}


def found(local: Local, *filters: dict[str, Any], region: str = "us-east-1") -> list[str]:
    return [job["jobArn"] for job in local.client(region=region).search_jobs(filters=list(filters))["jobs"]]


def test_a_job_is_read_as_it_was_asked_for_with_the_defaults_of_the_service(local: Local) -> None:
    channel = {"channelName": "data", "dataSource": {"s3DataSource": {"s3Uri": "s3://in/data"}}}
    extras: dict[str, Any] = {
        "tags": {"owner": "lab-3"},
        "hyperParameters": {"shots": "100"},
        "inputDataConfig": [channel],
        "checkpointConfig": {"s3Uri": "s3://out/checkpoints"},
    }
    arn = create_job(local, **extras)
    read = get_job(local, arn, queue=True)
    created = read.pop("createdAt")
    assert created == local.world.now()
    assert read == {name: value for name, value in NEW.items() if name != "clientToken"} | extras | {
        "jobArn": arn,
        "status": "QUEUED",
        "instanceConfig": {"instanceType": "ml.m5.large", "volumeSizeInGb": 30, "instanceCount": 1},
        "stoppingCondition": {"maxRuntimeInSeconds": 432_000},
        "checkpointConfig": {"s3Uri": "s3://out/checkpoints", "localPath": "/opt/braket/checkpoints"},
        "events": [{"eventType": "QUEUED_FOR_EXECUTION", "timeOfEvent": created, "message": ""}],
        "queueInfo": {"queue": "JOBS_QUEUE", "position": "1"},
    }


def test_the_queue_is_counted_for_each_device(local: Local) -> None:
    for token, device in (("a", SV1), ("b", FORTE), ("c", SV1)):
        arn = create_job(local, token, deviceConfig={"device": device})
    assert get_job(local, arn, queue=True)["queueInfo"]["position"] == "2"
    local.world.advance(1)
    assert get_job(local, arn, queue=True)["queueInfo"] == {
        "queue": "JOBS_QUEUE",
        "position": "None",
        "message": "Job is in RUNNING status. AmazonBraket does not show queue position for this status.",
    }


def test_a_token_makes_one_job(local: Local) -> None:
    assert create_job(local, "a") == create_job(local, "a") != create_job(local, "b")
    assert len(found(local)) == 2


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("validation", (400, "ValidationException")),
        ("conflict", (409, "ConflictException")),
    ],
)
def test_a_token_for_another_job_is_refused_if_so_set(local: Local, mode: str, expected: tuple[int, str]) -> None:
    arn = create_job(local)
    assert create_job(local, jobName="other") == arn
    local.world.set_switch("token.mismatch", mode)
    assert refused(create_job, local=local, jobName="other")[:2] == expected
    local.world.set_switch("token.ttl", "10")
    local.world.advance(11)
    assert create_job(local, jobName="other") != arn


@pytest.mark.parametrize(
    "role",
    [
        f"arn:aws:iam::{ACCOUNT}:role/AmazonBraketJobsExecutionRole",
        f"arn:aws:iam::{ACCOUNT}:role/service-role/Mine",
    ],
)
def test_a_role_that_is_not_the_services_own_is_denied(local: Local, role: str) -> None:
    assert refused(create_job, local=local, roleArn=role) == (
        403,
        "AccessDeniedException",
        f"User: arn:aws:iam::{ACCOUNT}:user/local is not authorized to perform: iam:PassRole on resource: {role}",
    )
    create_job(local, "a", roleArn=f"{ROLE}-lab-3")
    local.world.set_switch("jobs.role", "lax")
    create_job(local, "b", roleArn=role)


def test_so_many_jobs_at_the_same_time(local: Local) -> None:
    local.world.set_switch("jobs.quota", "2")
    first = create_job(local, "a")
    create_job(local, "b")
    assert refused(create_job, local=local, token="c") == (
        402,
        "ServiceQuotaExceededException",
        "You have exceeded the service quota of 2 concurrent hybrid jobs",
    )
    create_job(local, "c", region="us-west-2")
    local.client().cancel_job(jobArn=first)
    local.world.advance(1)
    create_job(local, "c")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"deviceConfig": {"device": ARIA}}, (410, "DeviceRetiredException", f"Device {ARIA} is retired")),
        (
            {"deviceConfig": {"device": GARNET}},
            (400, "ValidationException", f"Device {GARNET} is not available in region us-east-1"),
        ),
        ({"associations": RESERVATION}, (400, "ValidationException", f"Braket Direct is not supported for {SV1}")),
        (
            {"associations": RESERVATION, "deviceConfig": {"device": FORTE}},
            (400, "ValidationException", "Reservation arn is invalid"),
        ),
        (
            {"algorithmSpecification": {}},
            (400, "ValidationException", "The algorithmSpecification needs a scriptModeConfig or a containerImage"),
        ),
        (
            {"inputDataConfig": [{"channelName": "a", "dataSource": {"s3DataSource": {"s3Uri": "s3://in/a"}}}] * 2},
            (400, "ValidationException", "The channel names of inputDataConfig must differ"),
        ),
        (
            {"tags": {"aws:x": "1"}},
            (400, "ValidationException", "Tag key aws:x is not allowed: the prefix aws: is reserved"),
        ),
        (
            {"jobName": "not valid"},
            (
                400,
                "ValidationException",
                "1 validation error detected: Value at 'jobName' failed to satisfy constraint: "
                "Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,50}",
            ),
        ),
        (
            {"stoppingCondition": {"maxRuntimeInSeconds": 432_001}},
            (
                400,
                "ValidationException",
                "1 validation error detected: Value at 'stoppingCondition.maxRuntimeInSeconds' failed to satisfy "
                "constraint: Member must have value less than or equal to 432000",
            ),
        ),
    ],
)
def test_what_the_service_does_not_take_is_refused(
    local: Local, changes: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    assert refused(create_job, local=local, **changes) == expected
    assert found(local) == []


def test_a_device_that_is_offline_takes_no_job_and_a_simulator_of_the_job_needs_none(local: Local) -> None:
    asked = NEW | {"deviceConfig": {"device": CEPHEUS}}
    answer = refused(local.client(region="us-west-1").create_job, **asked)
    assert answer == (424, "DeviceOfflineException", f"Device {CEPHEUS} is offline")
    arn = create_job(local, deviceConfig={"device": "local:pennylane/lightning.qubit"})
    assert get_job(local, arn)["deviceConfig"] == {"device": "local:pennylane/lightning.qubit"}


def test_jobs_are_found_by_arn_time_and_name_newest_first(local: Local) -> None:
    arns = []
    for number in range(3):
        arns.append(create_job(local, str(number), jobName=f"vqe-{number}"))
        local.world.advance(60)
    assert found(local) == arns[::-1]
    assert found(local, region="us-west-2") == []
    assert found(local, rule("jobArn", "EQUAL", arns[0], arns[2])) == [arns[2], arns[0]]
    assert found(local, rule("createdAt", "GT", "2027-01-15T08:00:00Z")) == [arns[2], arns[1]]
    assert found(local, rule("jobName", "CONTAINS", "e-1", "e-2"), rule("jobArn", "EQUAL", arns[1])) == [arns[1]]
    pages = local.client().get_paginator("search_jobs").paginate(filters=[], PaginationConfig={"PageSize": 2})
    assert [len(page["jobs"]) for page in pages] == [2, 1]


def test_a_job_in_a_list_is_its_summary(local: Local) -> None:
    arn = create_job(local, tags={"a": "1"})
    local.world.advance(2)
    [summary] = local.client().search_jobs(filters=[])["jobs"]
    read = get_job(local, arn)
    same = ("jobArn", "jobName", "status", "createdAt", "startedAt", "endedAt", "tags")
    assert summary == {name: read[name] for name in same} | {"device": SV1}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (rule("status", "EQUAL", "RUNNING"), "Filter name status is not supported. Supported: jobArn, createdAt"),
        (rule("jobName", "CONTAINS", "v"), "Filter name jobName is not supported. Supported: jobArn, createdAt"),
        (rule("jobArn", "CONTAINS", "x"), "Operator CONTAINS is not supported for filter jobArn. Supported: EQUAL"),
        (rule("createdAt", "CONTAINS", "2027"), "Operator CONTAINS is not supported for filter createdAt"),
        (rule("createdAt", "GT", "soon"), "'soon' is not an ISO 8601 time"),
    ],
)
def test_other_filters_are_refused(local: Local, wrong: dict[str, Any], message: str) -> None:
    local.world.set_switch("jobs.search.name", "off")
    assert refused(local.client().search_jobs, filters=[wrong]) == (400, "ValidationException", message)


@pytest.mark.parametrize("operation", ["get_job", "cancel_job"])
def test_a_job_that_is_not_there_is_not_found(local: Local, operation: str) -> None:
    call = getattr(local.client(), operation)
    assert refused(call, jobArn=UNKNOWN) == (404, "ResourceNotFoundException", f"Could not find the job {UNKNOWN}")
    elsewhere = create_job(local, region="us-west-2")
    assert refused(call, jobArn=elsewhere)[:2] == (404, "ResourceNotFoundException")


def test_a_new_job_may_be_seen_late(local: Local) -> None:
    local.world.set_switch("visibility.get", "1")
    local.world.set_switch("visibility.search", "2")
    arn = create_job(local)
    assert refused(local.client().get_job, jobArn=arn)[1] == "ResourceNotFoundException"
    local.world.advance(1)
    assert (status(local, arn), found(local)) == ("RUNNING", [])
    local.world.advance(1)
    assert found(local) == [arn]


def test_jobs_have_tags(local: Local) -> None:
    arn = create_job(local, tags={"a": "1", "b": "2"})
    local.client().tag_resource(resourceArn=arn, tags={"b": "3", "c": "4"})
    local.client().untag_resource(resourceArn=arn, tagKeys=["a"])
    assert local.client().list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "3", "c": "4"}
    assert get_job(local, arn)["tags"] == {"b": "3", "c": "4"}
    local.world.advance(2)
    local.world.set_switch("tags.terminal", "refuse")
    assert refused(local.client().tag_resource, resourceArn=arn, tags={"d": "5"}) == (
        400,
        "ValidationException",
        "Tags of a job in the COMPLETED status can't be changed",
    )


def test_faults_hide_jobs_and_edit_their_tags(local: Local) -> None:
    local.world.add_fault({"effect": "hide", "operation": "CreateJob", "seconds": 5})
    local.world.add_fault({"effect": "tags", "operation": "GetJob", "remove": ["a"], "set": {"b": "2"}})
    arn = create_job(local, tags={"a": "1"})
    assert found(local) == []
    local.world.advance(5)
    assert found(local) == [arn]
    get_job(local, arn)
    assert get_job(local, arn)["tags"] == {"b": "2"}


def test_the_tasks_of_a_job_are_those_made_with_its_token(local: Local) -> None:
    job = create_job(local)
    with local.world.transaction() as session:
        token = session.connection.execute("SELECT secret FROM job").fetchone()[0]
    refusal = (400, "ValidationException", "The job token is not valid")
    assert refused(local.create, jobToken=token) == refusal  # it does not run yet
    local.world.advance(1)
    assert status(local, job) == "RUNNING"
    task, other = local.create("a", jobToken=token), local.create("b")
    assert (local.get(task)["jobArn"], "jobArn" in local.get(other)) == (job, False)
    of_job = local.client().search_quantum_tasks(filters=[rule("jobArn", "EQUAL", job)])
    assert [one["quantumTaskArn"] for one in of_job["quantumTasks"]] == [task]
    local.world.advance(1)
    assert refused(local.create, token="c", jobToken=token) == refusal
