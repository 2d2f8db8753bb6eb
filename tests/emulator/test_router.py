import pytest

from reconciler.emulator.message import Request, Scope
from reconciler.emulator.wire.error import ServiceError
from reconciler.emulator.wire.route import braket_router

ARN = "arn:aws:braket:us-east-1:123456789012:quantum-task/0b1c"


@pytest.mark.parametrize(
    ("method", "path", "operation", "labels"),
    [
        ("GET", "/quantum-task/arn%3Aa%2Fb", "GetQuantumTask", {"quantumTaskArn": "arn:a/b"}),
        ("PUT", "/quantum-task/arn%3Aa%2Fb/cancel", "CancelQuantumTask", {"quantumTaskArn": "arn:a/b"}),
        ("GET", "/quantum-task/cancel", "GetQuantumTask", {"quantumTaskArn": "cancel"}),
        ("PUT", "/quantum-task/cancel/cancel", "CancelQuantumTask", {"quantumTaskArn": "cancel"}),
        # Unquoted once: a label may hold what looks like an escape.
        ("GET", "/device/a%252Fb", "GetDevice", {"deviceArn": "a%2Fb"}),
        ("GET", "/device/a+b", "GetDevice", {"deviceArn": "a+b"}),
        # Decoded paths, from servers that give nothing else.
        ("GET", f"/quantum-task/{ARN}", "GetQuantumTask", {"quantumTaskArn": ARN}),
        ("PUT", f"/quantum-task/{ARN}/cancel", "CancelQuantumTask", {"quantumTaskArn": ARN}),
        (
            "GET",
            "/device/arn:aws:braket:::device/qpu/x/y",
            "GetDevice",
            {"deviceArn": "arn:aws:braket:::device/qpu/x/y"},
        ),
    ],
)
def test_a_path_finds_its_operation(method: str, path: str, operation: str, labels: dict[str, str]) -> None:
    route = braket_router().match(method, path)
    assert (route.operation.name, route.labels) == (operation, labels)


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("DELETE", "/quantum-task/a"), ("POST", "/quantum-taskx")])
def test_a_path_of_nothing_is_an_error(method: str, path: str) -> None:
    with pytest.raises(ServiceError, match="No operation answers") as caught:
        braket_router().match(method, path)
    assert caught.value.code == "UnknownOperationException"


@pytest.mark.parametrize(
    ("query", "headers", "scope"),
    [
        ("", {"authorization": "AWS4-HMAC-SHA256 Credential=K/20270115/eu-west-2/braket/aws4_request, Signed"}, True),
        ("X-Amz-Credential=K%2F20270115%2Feu-west-2%2Fbraket%2Faws4_request&X-Amz-Date=1", {}, True),
        ("", {"authorization": "Bearer x"}, False),
        ("", {}, False),
    ],
)
def test_the_signature_says_service_and_region(query: str, headers: dict[str, str], scope: bool) -> None:
    request = Request("GET", "/", query, headers, b"", "127.0.0.1")
    assert request.scope == (Scope("braket", "eu-west-2") if scope else Scope("", ""))
