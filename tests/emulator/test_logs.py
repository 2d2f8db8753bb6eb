from typing import Any

import pytest

from reconciler.emulator import logs
from reconciler.emulator.app import handle
from reconciler.emulator.message import Request
from tests.emulator.jobs import ROLE
from tests.emulator.local import Local, refused

GROUP, STREAM = "/aws/braket/jobs", "vqe/1/algo-1-5"
START = 1_800_000_000_000
METRICS = r"fields @timestamp, @message | filter @logStream like /^vqe\/1\// | filter @message like /Metrics - /"


@pytest.fixture(autouse=True)
def _lines(local: Local) -> None:
    """Two streams: five lines a second apart, and one line of another job."""
    with local.world.transaction() as session:
        for number in range(5):
            kind = "Metrics - energy" if number % 2 else "line"
            at = START + number * 1000
            logs.append(session.connection, "us-east-1", STREAM, at, [f"{kind}={number};"])
        logs.append(session.connection, "us-east-1", "vqe/10/algo-1-5", START, ["Metrics - energy=9;"])


def events(local: Local, **asked: Any) -> tuple[str, dict[str, Any]]:
    """The numbers of the lines of a page, and the page."""
    asked = {"logGroupName": GROUP, "logStreamName": STREAM} | asked
    page = local.client("logs").get_log_events(**asked)
    return "".join(event["message"][-2] for event in page["events"]), page


def test_streams_are_found_by_the_name_of_their_job(local: Local) -> None:
    describe = local.client("logs").describe_log_streams
    [stream] = describe(logGroupName=GROUP, logStreamNamePrefix="vqe/1/")["logStreams"]
    assert stream == {
        "logStreamName": STREAM,
        "creationTime": START,
        "firstEventTimestamp": START,
        "lastEventTimestamp": START + 4000,
        "arn": f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}:log-stream:{STREAM}",
    }
    names = [STREAM, "vqe/10/algo-1-5"]
    pages = local.client("logs").get_paginator("describe_log_streams")
    found = pages.paginate(logGroupName=GROUP, PaginationConfig={"PageSize": 1})
    assert [one["logStreamName"] for page in found for one in page["logStreams"]] == names
    latest = describe(logGroupName=GROUP, orderBy="LastEventTime", descending=True)["logStreams"]
    assert [one["logStreamName"] for one in latest] == names


def test_lines_are_read_from_either_end(local: Local) -> None:
    read, page = events(local, startFromHead=True, limit=2)
    assert read == "01"
    read, page = events(local, nextToken=page["nextForwardToken"], limit=2)
    assert read == "23"
    assert events(local, nextToken=page["nextBackwardToken"], limit=2)[0] == "01"
    read, page = events(local, nextToken=page["nextForwardToken"])
    assert read == "4"
    end = page["nextForwardToken"]
    read, page = events(local, nextToken=end)
    assert (read, page["nextForwardToken"]) == ("", end)
    assert events(local, nextToken=page["nextBackwardToken"], limit=1)[0] == "4"
    assert events(local, limit=2)[0] == "34"


def test_lines_are_read_from_a_time_to_before_another(local: Local) -> None:
    read, page = events(local, startTime=START + 1000, endTime=START + 3000, startFromHead=True)
    assert read == "12"
    assert page["events"][0] == {
        "timestamp": START + 1000,
        "message": "Metrics - energy=1;",
        "ingestionTime": START + 1000,
    }


def test_the_metrics_of_one_job_are_found_newest_first(local: Local) -> None:
    client = local.client("logs")
    asked = {"logGroupName": GROUP, "startTime": START // 1000, "endTime": START // 1000 + 3, "limit": 10}
    query = client.start_query(queryString=METRICS, **asked)["queryId"]
    answer = client.get_query_results(queryId=query)
    rows = [{one["field"]: one["value"] for one in row} for row in answer["results"]]
    assert (answer["status"], [row.pop("@ptr") for row in rows]) == ("Complete", ["4", "2"])
    assert rows == [
        {"@timestamp": "2027-01-15 08:00:03.000", "@message": "Metrics - energy=3;"},
        {"@timestamp": "2027-01-15 08:00:01.000", "@message": "Metrics - energy=1;"},
    ]


@pytest.mark.parametrize(
    ("operation", "asked", "code", "message"),
    [
        (
            "describe_log_streams",
            {"logGroupName": "/other"},
            "ResourceNotFoundException",
            "The specified log group does not exist.",
        ),
        (
            "get_log_events",
            {"logGroupName": GROUP, "logStreamName": "vqe"},
            "ResourceNotFoundException",
            "The specified log stream does not exist.",
        ),
        (
            "get_log_events",
            {"logGroupName": GROUP, "logStreamName": STREAM, "nextToken": "f/x"},
            "InvalidParameterException",
            "The specified nextToken is invalid.",
        ),
        (
            "start_query",
            {"logGroupName": GROUP, "startTime": 0, "endTime": 1, "queryString": "fields @message"},
            "MalformedQueryException",
            "The local cloud does not know this part of a query: fields @message",
        ),
        (
            "start_query",
            {
                "logGroupName": GROUP,
                "startTime": 0,
                "endTime": 1,
                "queryString": "fields @timestamp, @message | filter @message like /(a+)+b/",
            },
            "MalformedQueryException",
            "The local cloud does not know this part of a query: filter @message like /(a+)+b/",
        ),
        ("get_query_results", {"queryId": "x"}, "ResourceNotFoundException", "The specified query does not exist."),
        (
            "describe_log_groups",
            {},
            "UnknownOperationException",
            "The local cloud has no 'DescribeLogGroups' of CloudWatch Logs.",
        ),
    ],
)
def test_what_is_not_there_is_said(
    local: Local, operation: str, asked: dict[str, Any], code: str, message: str
) -> None:
    assert refused(getattr(local.client("logs"), operation), **asked) == (400, code, message)


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"logGroupName": 3}'])
def test_nonsense_is_refused(local: Local, body: bytes) -> None:
    headers = {
        "authorization": "AWS4-HMAC-SHA256 Credential=K/20270115/us-east-1/logs/aws4_request",
        "x-amz-target": "Logs_20140328.DescribeLogStreams",
    }
    answer = handle(local.world, Request("POST", "/", "", headers, body, "logs.us-east-1.amazonaws.com"))
    assert (answer.status, b"__type" in answer.body) == (400, True)


@pytest.mark.parametrize(
    ("effect", "status", "code"),
    [("throttle", 400, "ThrottlingException"), ("error-503", 503, "ServiceUnavailableException")],
)
def test_faults_reach_it(local: Local, effect: str, status: int, code: str) -> None:
    local.world.add_fault({"effect": effect, "service": "logs", "operation": "DescribeLogStreams"})
    assert refused(local.client("logs").describe_log_streams, logGroupName=GROUP)[:2] == (status, code)


def test_other_regions_have_their_own_lines(local: Local) -> None:
    found = local.client("logs", region="us-west-2").describe_log_streams(logGroupName=GROUP)
    assert found["logStreams"] == []


def test_iam_lists_the_one_role_of_the_service(local: Local) -> None:
    iam = local.client("iam")
    roles = [
        role for page in iam.get_paginator("list_roles").paginate(PathPrefix="/service-role/") for role in page["Roles"]
    ]
    assert [(role["Arn"], role["RoleName"]) for role in roles] == [(ROLE, "AmazonBraketJobsExecutionRole")]
    assert iam.list_roles(PathPrefix="/mine/")["Roles"] == []
    assert refused(iam.list_users) == (400, "InvalidAction", "The local IAM has only ListRoles.")
