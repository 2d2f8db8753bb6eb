import json

import pytest

from reconciler.emulator.app import handle
from reconciler.emulator.message import Request
from reconciler.emulator.services import service_of
from reconciler.emulator.world import World
from tests.emulator.local import Local

SIGNED = {"authorization": "AWS4-HMAC-SHA256 Credential=K/20270115/us-east-1/braket/aws4_request"}


def ask(world: World, method: str, path: str, body: bytes = b"", signed: bool = True) -> tuple[int, str, str]:
    headers = SIGNED if signed else {}
    answer = handle(world, Request(method, path, "", headers, body, "braket.us-east-1.amazonaws.com"))
    return answer.status, answer.headers.get("x-amzn-errortype", ""), json.loads(answer.body).get("message", "")


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "/nothing", b"", (404, "UnknownOperationException", "No operation answers GET /nothing")),
        ("POST", "/quantum-tasks", b"{", (400, "SerializationException", "The body is not a JSON object")),
        ("POST", "/quantum-tasks", b"[]", (400, "SerializationException", "The body is not a JSON object")),
        ("POST", "/quantum-tasks", b"\xff", (400, "SerializationException", "The body is not a JSON object")),
        (
            "POST",
            "/tags/x",
            b'{"tags":{"a":"\\ud800"}}',
            (400, "SerializationException", "The body is not a JSON object"),
        ),
        (
            "POST",
            "/quantum-tasks",
            b"",
            (400, "ValidationException", 'Missing required parameter in input: "filters"'),
        ),
        (
            "POST",
            "/quantum-tasks",
            b'{"filters":[],"maxResults":"3"}',
            (
                400,
                "ValidationException",
                "Invalid type for parameter maxResults, value: 3, type: <class 'str'>, valid types: <class 'int'>",
            ),
        ),
        (
            "PATCH",
            "/spending-limit/x/update",
            b'{"clientToken":"a","timePeriod":{"startAt":"soon","endAt":1}}',
            (400, "ValidationException", "'soon' is not a time"),
        ),
    ],
)
def test_what_no_client_of_amazon_sends_is_refused(
    world: World, method: str, path: str, body: bytes, expected: tuple[int, str, str]
) -> None:
    assert ask(world, method, path, body) == expected


def test_an_unsigned_request_has_no_region(world: World) -> None:
    found = ask(world, "POST", "/quantum-tasks", b'{"filters":[]}', signed=False)
    assert found == (403, "MissingAuthenticationTokenException", "Missing Authentication Token")


def test_one_endpoint_answers_sts_and_s3_too(local: Local) -> None:
    assert local.client("sts").get_caller_identity()["Account"] == "123456789012"
    local.client("s3").create_bucket(Bucket="one")
    assert [bucket["Name"] for bucket in local.client("s3").list_buckets()["Buckets"]] == ["one"]


@pytest.mark.parametrize(
    ("host", "path", "signed", "service"),
    [
        ("127.0.0.1", "/core-fast/api/v1/batches", False, "pasqal"),
        ("127.0.0.1", "/account/api/v1/projects", False, "pasqal"),
        ("127.0.0.1", "/oauth/token", False, "pasqal"),
        ("127.0.0.1", "/realms/pasqal-cloud/protocol/openid-connect/token", False, "pasqal"),
        ("127.0.0.1", "/pasqal-results/jobs/1", False, "pasqal"),
        ("apis.pasqal.cloud", "/else", False, "pasqal"),
        ("apis.sa.pasqal.cloud", "/core-fast/api/v1/batches", False, "pasqal"),
        ("pasqal.eu.auth0.com", "/oauth/token", False, "pasqal"),
        ("auth.sa.pasqal.cloud", "/realms/x", False, "pasqal"),
        ("127.0.0.1", "/core-fast/key", True, "braket"),
        ("apis.pasqal.cloud", "/core-fast/key", True, "braket"),
        ("braket.us-east-1.amazonaws.com", "/core-fast/key", False, "braket"),
        ("127.0.0.1", "/core-fast", False, "s3"),
        ("127.0.0.1", "/bucket/core-fast/key", False, "s3"),
        ("apis.pasqal.cloud.example.org", "/bucket/key", False, "s3"),
    ],
)
def test_where_a_request_goes(host: str, path: str, signed: bool, service: str) -> None:
    assert service_of(Request("GET", path, "", SIGNED if signed else {}, b"", host)) == service


def test_calls_are_counted_for_each_service(local: Local) -> None:
    local.create("a")
    local.create("b")
    local.client("sts").get_caller_identity()
    assert local.world.counts() == {"CreateQuantumTask": 2}
    assert local.world.counts("sts") == {"POST": 1}
    assert local.world.status()["calls"] == 3
