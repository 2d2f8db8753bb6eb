"""Every operation, paginator and modelled exception of Amazon Braket, reached through botocore by a test that names it.

`operations_table.py` makes the table of these tests at the end of a run. Where no request and no switch brings an
exception about, the fault script says it, and the table says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest
from botocore import xform_name
from botocore.loaders import Loader

from reconciler.emulator import catalogue
from reconciler.emulator.rates import spend
from reconciler.emulator.wire.error import ServiceError
from reconciler.emulator.wire.model import braket
from tests.emulator.jobs import NEW, create_job
from tests.emulator.local import ARIA, BELL, FORTE, SV1, Local

JOB = "arn:aws:braket:us-east-1:123456789012:job/x"
TASK = "arn:aws:braket:us-east-1:123456789012:quantum-task/x"
LIMIT = "arn:aws:braket:us-east-1:123456789012:spending-limit/x"
NEW_TASK: Mapping[str, Any] = {
    "deviceArn": SV1,
    "shots": 10,
    "action": BELL,
    "outputS3Bucket": "results",
    "outputS3KeyPrefix": "some/prefix",
}
UNKNOWN_FILTER: Mapping[str, Any] = {"filters": [{"name": "colour", "operator": "EQUAL", "values": ["red"]}]}
Asked = Mapping[str, Any]
Asking = Callable[[Local], Asked]


def _limit(local: Local, name: str = "l") -> str:
    asked = {"clientToken": name, "deviceArn": FORTE, "spendingLimit": "100.00"}
    return str(local.client().create_spending_limit(**asked)["spendingLimitArn"])


# A request that goes well, for whose sake what it names is made first.
WELL: Mapping[str, Asking] = {
    "CancelJob": lambda local: {"jobArn": create_job(local)},
    "CancelQuantumTask": lambda local: {"quantumTaskArn": local.create(deviceArn=FORTE, shots=100)},
    "CreateJob": lambda _: NEW,
    "CreateQuantumTask": lambda _: NEW_TASK,
    "CreateSpendingLimit": lambda _: {"deviceArn": FORTE, "spendingLimit": "3.00"},
    "DeleteSpendingLimit": lambda local: {"spendingLimitArn": _limit(local)},
    "GetDevice": lambda _: {"deviceArn": SV1},
    "GetJob": lambda local: {"jobArn": create_job(local)},
    "GetQuantumTask": lambda local: {"quantumTaskArn": local.create()},
    "ListTagsForResource": lambda local: {"resourceArn": local.create(tags={"owner": "lab-3"})},
    "SearchDevices": lambda _: {"filters": []},
    "SearchJobs": lambda _: {"filters": []},
    "SearchQuantumTasks": lambda _: {"filters": []},
    "SearchSpendingLimits": lambda _: {},
    "TagResource": lambda local: {"resourceArn": local.create(), "tags": {"owner": "lab-3"}},
    "UntagResource": lambda local: {"resourceArn": local.create(tags={"owner": "lab-3"}), "tagKeys": ["owner"]},
    "UpdateSpendingLimit": lambda local: {"spendingLimitArn": _limit(local), "spendingLimit": "4.00"},
}


def _ended(local: Local, make: Callable[[Local], str], name: str) -> Asked:
    """Something that is over: it can't be cancelled any more."""
    local.world.set_switch("simulation", "skip")
    arn = make(local)
    local.world.advance(60)
    return {name: arn}


def _token_used(local: Local) -> Asked:
    local.world.set_switch("token.mismatch", "conflict")
    create_job(local, "t")
    return {**NEW, "clientToken": "t", "jobName": "other"}


def _too_many(local: Local) -> Asked:
    local.world.set_switch("jobs.quota", "1")
    create_job(local, "first")
    return {**NEW, "clientToken": "second"}


def _on(device: str) -> Asked:
    return {**NEW, "deviceConfig": {"device": device}}


def _offline(local: Local, asked: Asked) -> Asked:
    local.world.set_switch("devices.offline", SV1)
    return asked


def _no_service_role(_: Local) -> Asked:
    return {**NEW, "roleArn": "arn:aws:iam::123456789012:role/mine"}


# What a request must ask so that it ends in the exception; by operation and exception.
REFUSED: Mapping[tuple[str, str], Asking] = {
    ("CancelJob", "ConflictException"): lambda local: _ended(local, create_job, "jobArn"),
    ("CancelJob", "ResourceNotFoundException"): lambda _: {"jobArn": JOB},
    ("CancelJob", "ValidationException"): lambda _: {"jobArn": TASK},
    ("CancelQuantumTask", "ConflictException"): lambda local: _ended(local, Local.create, "quantumTaskArn"),
    ("CancelQuantumTask", "ResourceNotFoundException"): lambda _: {"quantumTaskArn": TASK},
    ("CancelQuantumTask", "ValidationException"): lambda _: {"quantumTaskArn": TASK, "clientToken": "t" * 65},
    ("CreateJob", "AccessDeniedException"): _no_service_role,
    ("CreateJob", "ConflictException"): _token_used,
    ("CreateJob", "DeviceOfflineException"): lambda local: _offline(local, NEW),
    ("CreateJob", "DeviceRetiredException"): lambda _: _on(ARIA),
    ("CreateJob", "ServiceQuotaExceededException"): _too_many,
    ("CreateJob", "ValidationException"): lambda _: {**NEW, "jobName": "-"},
    ("CreateQuantumTask", "DeviceOfflineException"): lambda local: _offline(local, NEW_TASK),
    ("CreateQuantumTask", "DeviceRetiredException"): lambda _: {**NEW_TASK, "deviceArn": ARIA},
    ("CreateQuantumTask", "ValidationException"): lambda _: {**NEW_TASK, "action": json.dumps({})},
    ("CreateSpendingLimit", "DeviceRetiredException"): lambda _: {"deviceArn": ARIA, "spendingLimit": "3"},
    ("CreateSpendingLimit", "ValidationException"): lambda _: {"deviceArn": FORTE, "spendingLimit": "-3"},
    ("DeleteSpendingLimit", "ResourceNotFoundException"): lambda _: {"spendingLimitArn": LIMIT},
    ("DeleteSpendingLimit", "ValidationException"): lambda _: {"spendingLimitArn": TASK},
    ("GetDevice", "ResourceNotFoundException"): lambda _: {"deviceArn": f"{SV1}x"},
    ("GetDevice", "ValidationException"): lambda _: {"deviceArn": "x" * 257},
    ("GetJob", "ResourceNotFoundException"): lambda _: {"jobArn": JOB},
    ("GetJob", "ValidationException"): lambda _: {"jobArn": TASK},
    ("GetQuantumTask", "ResourceNotFoundException"): lambda _: {"quantumTaskArn": TASK},
    ("GetQuantumTask", "ValidationException"): lambda _: {"quantumTaskArn": "x" * 257},
    ("ListTagsForResource", "ResourceNotFoundException"): lambda _: {"resourceArn": TASK},
    ("SearchDevices", "ValidationException"): lambda _: {"filters": [{"name": "colour", "values": ["red"]}]},
    ("SearchJobs", "ValidationException"): lambda _: UNKNOWN_FILTER,
    ("SearchQuantumTasks", "ValidationException"): lambda _: UNKNOWN_FILTER,
    ("SearchSpendingLimits", "ValidationException"): lambda _: UNKNOWN_FILTER,
    ("TagResource", "ResourceNotFoundException"): lambda _: {"resourceArn": TASK, "tags": {"a": "1"}},
    ("TagResource", "ValidationException"): lambda local: {"resourceArn": local.create(), "tags": {"aws:a": "1"}},
    ("UntagResource", "ResourceNotFoundException"): lambda _: {"resourceArn": TASK, "tagKeys": ["a"]},
    ("UntagResource", "ValidationException"): lambda local: {"resourceArn": local.create(), "tagKeys": []},
    ("UpdateSpendingLimit", "ResourceNotFoundException"): lambda _: {"spendingLimitArn": LIMIT, "spendingLimit": "3"},
    ("UpdateSpendingLimit", "ValidationException"): lambda local: {"spendingLimitArn": _limit(local)},
}
# Nothing that a caller of the local cloud can ask has these ends: the fault script answers so.
SCRIPTED: Mapping[tuple[str, str], Asked] = {
    **{
        (name, "AccessDeniedException"): {"effect": "status", "status": 403}
        for name in WELL
        if name not in ("CreateJob", "ListTagsForResource", "TagResource", "UntagResource")
    },
    **{(name, "InternalServiceException"): {"effect": "error-500"} for name in WELL},
    ("CreateQuantumTask", "ServiceQuotaExceededException"): {"effect": "status", "status": 402},
    ("ListTagsForResource", "ValidationException"): {"effect": "status", "status": 400},
}
# The published rates, enforced: every operation whose model has the exception.
THROTTLED = [name for name in WELL if name not in ("ListTagsForResource", "TagResource", "UntagResource")]
PAGES: Mapping[str, Callable[[Local], list[str]]] = {
    "SearchDevices": lambda _: [device.arn for device in catalogue.devices() if device.is_in("us-east-1")],
    "SearchJobs": lambda local: [create_job(local, token) for token in "abc"],
    "SearchQuantumTasks": lambda local: [local.create(token) for token in "abc"],
    "SearchSpendingLimits": lambda local: [_limit(local, token) for token in "abc"],
}
_ARNS = {
    "SearchDevices": "deviceArn",
    "SearchJobs": "jobArn",
    "SearchQuantumTasks": "quantumTaskArn",
    "SearchSpendingLimits": "spendingLimitArn",
}


def call(local: Local, operation: str, asked: Asked) -> dict[str, Any]:
    """One request of botocore's, as boto3 makes it."""
    return dict(getattr(local.client(), xform_name(operation))(**asked))


def ends_in(local: Local, operation: str, exception: str, asked: Asked) -> None:
    """The call ends in the exception class of that name, with the status that the model gives it."""
    modelled = getattr(local.client().exceptions, exception)
    with pytest.raises(modelled) as caught:
        call(local, operation, asked)
    answer = caught.value.response
    shape = next(shape for shape in braket().error_shapes if shape.name == exception)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == shape.metadata["error"]["httpStatusCode"]
    assert answer["Error"]["Message"]


@pytest.mark.parametrize("operation", WELL)
def test_plain(local: Local, operation: str) -> None:
    model = braket().operation_model(operation)
    answer = call(local, operation, WELL[operation](local))
    assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == model.http["responseCode"]
    assert model.output_shape is not None
    assert set(model.output_shape.required_members) <= answer.keys() <= model.output_shape.members.keys()


@pytest.mark.parametrize("operation", PAGES)
def test_paginator(local: Local, operation: str) -> None:
    """A page of one each, with nothing twice and nothing left out."""
    local.world.set_switch("spending.second", "allow")
    made = PAGES[operation](local)
    paginator = local.client().get_paginator(xform_name(operation))
    asked: Asked = {} if operation == "SearchSpendingLimits" else {"filters": []}
    pages = list(paginator.paginate(**asked, PaginationConfig={"PageSize": 1}))
    key = paginator.result_keys[0].expression
    assert {len(page[key]) for page in pages} == {1}
    arns = sorted(item[_ARNS[operation]] for page in pages for item in page[key])
    assert arns == sorted(made)


@pytest.mark.parametrize(("operation", "exception"), REFUSED)
def test_exception(local: Local, operation: str, exception: str) -> None:
    ends_in(local, operation, exception, REFUSED[operation, exception](local))


@pytest.mark.parametrize("exception", ["ThrottlingException"])
@pytest.mark.parametrize("operation", THROTTLED)
def test_exception_of_the_rates(local: Local, operation: str, exception: str) -> None:
    asked = WELL[operation](local)
    local.world.set_switch("rates", "enforce")
    with local.world.transaction() as session, suppress(ServiceError):
        for _ in range(1000):
            spend(session, "us-east-1", operation)
    ends_in(local, operation, exception, asked)
    local.world.advance(1)
    assert call(local, operation, asked)


@pytest.mark.parametrize(("operation", "exception"), SCRIPTED)
def test_exception_by_script(local: Local, operation: str, exception: str) -> None:
    asked = WELL[operation](local)
    local.world.add_fault({**SCRIPTED[operation, exception], "operation": operation})
    ends_in(local, operation, exception, asked)
    assert call(local, operation, asked)


def test_nothing_of_the_model_is_left_out() -> None:
    model = braket()
    pages = Loader().load_service_model("braket", "paginators-1")["pagination"]
    modelled = {
        (name, shape.name) for name in model.operation_names for shape in model.operation_model(name).error_shapes
    }
    reached = [*REFUSED, *SCRIPTED, *((name, "ThrottlingException") for name in THROTTLED)]
    assert set(WELL) == set(model.operation_names)
    assert set(PAGES) == set(pages)
    assert sorted(reached) == sorted(modelled)
