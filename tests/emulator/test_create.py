import json
from typing import Any

import pytest

from tests.emulator.local import ARIA, BELL, CEPHEUS, FORTE, GARNET, SV1, Local, refused


def action(name: str, version: str = "1", **rest: Any) -> str:
    return json.dumps({"braketSchemaHeader": {"name": name, "version": version}} | rest)


def refusal(local: Local, region: str = "us-east-1", **changes: Any) -> tuple[int, str, str]:
    return refused(lambda: local.create(region=region, **changes))


def test_a_new_task_is_told_as_the_service_tells_it(local: Local) -> None:
    arn = local.create(tags={"a": "b"}, deviceParameters='{"x": 1}', experimentalCapabilities={"enabled": "ALL"})
    id_ = arn.rsplit("/", 1)[1]
    found = local.get(arn)
    created = found.pop("createdAt")
    found.pop("ResponseMetadata")
    assert arn == f"arn:aws:braket:us-east-1:123456789012:quantum-task/{id_}"
    assert created == local.world.now()
    assert found == {
        "quantumTaskArn": arn,
        "status": "QUEUED",
        "deviceArn": SV1,
        "deviceParameters": '{"x": 1}',
        "shots": 10,
        "outputS3Bucket": "results",
        "outputS3Directory": f"some/prefix/{id_}",
        "tags": {"a": "b"},
        "actionMetadata": {"actionType": "braket.ir.openqasm.program"},
        "experimentalCapabilities": {"enabled": "ALL"},
    }


def test_a_created_task_answers_201(local: Local) -> None:
    local.create()
    assert local.world.calls()[-1][1:] == ("braket", "us-east-1", "CreateQuantumTask", 201, "")


def test_shots_out_of_range_are_refused_in_the_services_words(local: Local) -> None:
    assert refusal(local, deviceArn=FORTE, shots=8192) == (
        400,
        "ValidationException",
        f"Shot count should be between 100 and 5000 on {FORTE}, but found 8192.",
    )


def test_a_retired_device_is_gone(local: Local) -> None:
    assert refusal(local, deviceArn=ARIA)[:2] == (410, "DeviceRetiredException")


def test_an_offline_device_takes_nothing(local: Local) -> None:
    assert refusal(local, region="us-west-1", deviceArn=CEPHEUS)[:2] == (424, "DeviceOfflineException")
    local.world.set_switch("devices.offline", f"other, {FORTE}")
    assert refusal(local, deviceArn=FORTE, shots=100)[:2] == (424, "DeviceOfflineException")


@pytest.mark.parametrize("device", [GARNET, "arn:aws:braket:us-east-1::device/qpu/no/such"])
def test_a_device_of_another_region_or_of_none_is_invalid(local: Local, device: str) -> None:
    # CreateQuantumTask models no 404.
    assert refusal(local, deviceArn=device) == (
        400,
        "ValidationException",
        f"Device {device} is not available in region us-east-1",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "The action is not valid JSON"),
        ("[" * 100_000, "The action is not valid JSON"),
        ("[]", "The action has no known braketSchemaHeader"),
        ('{"braketSchemaHeader": 1}', "The action has no known braketSchemaHeader"),
        (action("braket.ir.other"), "The action has no known braketSchemaHeader"),
        (
            action("braket.ir.ahs.program"),
            f"Action braket.ir.ahs.program version 1 is not supported by device {SV1}",
        ),
        (
            action("braket.ir.openqasm.program_set"),
            f"Action braket.ir.openqasm.program_set version 1 is not supported by device {SV1}",
        ),
        ('{"braketSchemaHeader": {"name": ["x"]}}', "The action has no known braketSchemaHeader"),
        (
            action("braket.ir.openqasm.program", "9"),
            f"Action braket.ir.openqasm.program version 9 is not supported by device {SV1}",
        ),
    ],
)
def test_an_action_the_device_does_not_take_is_refused(local: Local, text: str, message: str) -> None:
    assert refusal(local, action=text) == (400, "ValidationException", message)


def test_an_action_above_the_cap_is_refused(local: Local) -> None:
    local.world.set_switch("action.max", str(len(BELL) - 1))
    assert refusal(local) == (400, "ValidationException", "The action is too large")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"deviceParameters": "x" * 48_001},
            "1 validation error detected: Value at 'deviceParameters' failed to satisfy constraint: "
            "Member must have length less than or equal to 48000",
        ),
        (
            {"token": "x" * 65},
            "1 validation error detected: Value at 'clientToken' failed to satisfy constraint: "
            "Member must have length less than or equal to 64",
        ),
        (
            {"associations": [{"arn": "x", "type": "y"}]},
            "2 validation errors detected: Value at 'associations.1.member.arn' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: arn:aws[a-z\-]*:braket:[a-z0-9\-]*:[0-9]{12}:.*; "
            "Value at 'associations.1.member.type' failed to satisfy constraint: "
            "Member must satisfy enum value set: [RESERVATION_TIME_WINDOW_ARN]",
        ),
        ({"jobToken": "x"}, "The job token is not valid"),
    ],
)
def test_limits_of_the_model_hold(local: Local, changes: dict[str, Any], message: str) -> None:
    # botocore's own client checks none of these.
    assert refusal(local, **changes) == (400, "ValidationException", message)


@pytest.mark.parametrize(
    ("device", "message"),
    [(SV1, f"Braket Direct is not supported for {SV1}"), (FORTE, "Reservation arn is invalid")],
)
def test_reservations_are_unknown(local: Local, device: str, message: str) -> None:
    arn = "arn:aws:braket:us-east-1:123456789012:reservation/x"
    associations = [{"arn": arn, "type": "RESERVATION_TIME_WINDOW_ARN"}]
    found = refusal(local, deviceArn=device, shots=100, associations=associations)
    assert found == (400, "ValidationException", message)


def test_a_seed_makes_ids_repeat(local: Local) -> None:
    local.world.set_switch("seed", "7")
    first = local.create()
    local.world.reset()
    assert local.create() != first
    local.world.reset()
    local.world.set_switch("seed", "7")
    assert local.create() == first
