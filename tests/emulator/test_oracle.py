from random import Random
from typing import Any

import pytest
from botocore.awsrequest import create_request_object, prepare_request_dict
from botocore.model import OperationModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from reconciler.emulator.inprocess import to_request
from reconciler.emulator.message import Request, Response
from reconciler.emulator.wire.error import ServiceError
from reconciler.emulator.wire.model import braket
from reconciler.emulator.wire.parse import parse
from reconciler.emulator.wire.route import braket_router
from reconciler.emulator.wire.serialise import serialise, serialise_error
from tests.emulator.shapes import arbitrary

ROUNDS = 1000
OPERATIONS = braket().operation_names


def on_the_wire(operation: OperationModel, asked: dict[str, Any]) -> Request:
    wired: Any = create_serializer("rest-json", include_validation=False).serialize_to_request(asked, operation)
    prepare_request_dict(wired, endpoint_url="http://127.0.0.1:1234")
    return to_request(create_request_object(wired).prepare())


def off_the_wire(operation: OperationModel, answer: Response) -> dict[str, Any]:
    wired = {"status_code": answer.status, "headers": answer.headers, "body": answer.body}
    parser: Any = create_parser("rest-json")
    parsed: dict[str, Any] = parser.parse(wired, operation.output_shape)
    return parsed


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_botocore_sends_is_what_we_read(name: str) -> None:
    operation = braket().operation_model(name)
    assert operation.input_shape is not None
    dice = Random(name)
    for _ in range(ROUNDS):
        asked = arbitrary(operation.input_shape, dice)
        request = on_the_wire(operation, asked)
        route = braket_router().match(request.method, request.path)
        assert route.operation.name == name
        assert parse(route, request) == asked


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_we_answer_is_what_botocore_reads(name: str) -> None:
    operation = braket().operation_model(name)
    assert operation.output_shape is not None
    dice = Random(name)
    for _ in range(ROUNDS):
        result = arbitrary(operation.output_shape, dice)
        read = off_the_wire(operation, serialise(operation, result))
        assert read.pop("ResponseMetadata")["HTTPStatusCode"] == operation.http["responseCode"]
        assert read == result


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_modelled_error_reaches_the_client_with_its_status(name: str) -> None:
    operation = braket().operation_model(name)
    for shape in operation.error_shapes:
        read = off_the_wire(operation, serialise_error(ServiceError(shape.name, "why é")))
        assert read["Error"]["Code"] == shape.name
        assert read["Error"]["Message"] == "why é"
        assert read["ResponseMetadata"]["HTTPStatusCode"] == shape.metadata["error"]["httpStatusCode"]
