import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from reconciler.simulate.program_set_result import parse_program_set
from tests.emulator.local import AQUILA, DM1, FORTE, GARNET, SV1, Local, refused

ROTATION = "OPENQASM 3.0; input float theta; qubit[1] q; bit[1] c; rx(theta) q[0]; c = measure q;"
FLIPS = {"source": ROTATION, "inputs": {"theta": [0.0, 3.141592653589793]}}
ONE = {"source": "OPENQASM 3.0; qubit[2] q; bit[2] c; x q[1]; c = measure q;"}
BROKEN = {"source": "OPENQASM 3.0; qubit[1] q; rx(nonsense) q[0];"}
REGION = "eu-north-1"


def action(*programs: Any) -> str:
    header = {"name": "braket.ir.openqasm.program_set", "version": "1"}
    return json.dumps({"braketSchemaHeader": header, "programs": programs})


def create(local: Local, *programs: Any, **changes: Any) -> str:
    asked: dict[str, Any] = {"region": REGION, "deviceArn": GARNET, "action": action(*programs), "shots": 30} | changes
    return local.create(**asked)


def files(local: Local, arn: str) -> dict[str, Any]:
    """Every JSON document in the folder of a task, by its path there."""
    s3, folder = local.client("s3", REGION), local.get(arn, REGION)["outputS3Directory"]
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket="results", Prefix=folder)["Contents"]]
    read = {key: json.loads(s3.get_object(Bucket="results", Key=key)["Body"].read()) for key in keys}
    return {key.removeprefix(f"{folder}/"): document for key, document in read.items()}


def failure(local: Local, *programs: Any, **changes: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        create(local, *programs, **changes)
    answer: dict[str, Any] = dict(caught.value.response)
    assert answer["Error"]["Code"] == "ValidationException"
    return {key: answer.get(key) for key in ("message", "reason", "programSetValidationFailures")}


def test_a_program_set_is_one_task_with_many_executables(local: Local) -> None:
    arn = create(local, FLIPS, ONE)
    found = local.get(arn, REGION)
    counted = {"actionType": "braket.ir.openqasm.program_set", "programCount": 2, "executableCount": 3}
    assert found["actionMetadata"] == counted
    assert "numSuccessfulShots" not in found
    local.world.advance(60)
    found = local.get(arn, REGION)
    assert (found["status"], found["shots"], found["numSuccessfulShots"]) == ("COMPLETED", 30, 30)
    assert found["actionMetadata"] == counted


def test_its_results_are_spread_over_files_as_the_service_does_it(local: Local) -> None:
    arn = create(local, FLIPS, ONE)
    local.world.advance(60)
    found = files(local, arn)
    assert sorted(found) == [
        "metadata.json",
        "programs/0/executables/0.json",
        "programs/0/executables/1.json",
        "programs/0/program.json",
        "programs/0/results.json",
        "programs/1/executables/0.json",
        "programs/1/program.json",
        "programs/1/results.json",
        "results.json",
    ]
    assert found["results.json"] == {
        "braketSchemaHeader": {"name": "braket.task_result.program_set_task_result", "version": "1"},
        "programResults": ["programs/0/results.json", "programs/1/results.json"],
        "taskMetadata": "metadata.json",
        "s3Location": ["results", f"some/prefix/{arn.rsplit('/', 1)[1]}"],
    }
    metadata = found["metadata.json"]
    assert metadata.pop("endedAt").endswith("Z")
    assert metadata == {
        "braketSchemaHeader": {"name": "braket.task_result.program_set_task_metadata", "version": "1"},
        "id": arn,
        "deviceId": GARNET,
        "createdAt": "2027-01-15T08:00:00.000Z",
        "status": "COMPLETED",
        "requestedShots": 30,
        "successfulShots": 30,
        "programMetadata": [{"executables": [{}, {}]}, {"executables": [{}]}],
        "totalFailedExecutables": 0,
    }
    assert found["programs/0/results.json"] == {
        "braketSchemaHeader": {"name": "braket.task_result.program_result", "version": "1"},
        "executableResults": ["executables/0.json", "executables/1.json"],
        "source": "program.json",
        "additionalMetadata": {},
    }
    assert found["programs/0/program.json"] == {
        "braketSchemaHeader": {"name": "braket.ir.openqasm.program", "version": "1"},
        **FLIPS,
    }
    assert found["programs/0/executables/1.json"] == {
        "braketSchemaHeader": {"name": "braket.task_result.program_set_executable_result", "version": "1"},
        "inputsIndex": 1,
        "measurements": [[1]] * 10,
        "measuredQubits": [0],
    }
    assert found["programs/0/executables/0.json"]["measurements"] == [[0]] * 10
    assert found["programs/1/executables/0.json"]["measurements"] == [[0, 1]] * 10


def test_results_can_be_in_one_file(local: Local) -> None:
    local.world.set_switch("programset.results", "inline")
    arn = create(local, FLIPS, ONE)
    local.world.advance(60)
    found = files(local, arn)
    assert list(found) == ["results.json"]
    programs = found["results.json"]["programResults"]
    assert [len(program["executableResults"]) for program in programs] == [2, 1]
    assert programs[0]["source"]["inputs"] == FLIPS["inputs"]
    assert programs[1]["executableResults"][0]["measurements"] == [[0, 1]] * 10
    assert found["results.json"]["taskMetadata"]["successfulShots"] == 30


@pytest.mark.parametrize("path", ["results.json", "metadata.json", "programs/0/executables/0.json"])
def test_looking_for_any_of_its_files_is_looking(local: Local, path: str) -> None:
    arn = create(local, ONE)
    local.world.advance(60)
    key = f"some/prefix/{arn.rsplit('/', 1)[1]}/{path}"
    assert local.client("s3", REGION).get_object(Bucket="results", Key=key)["ContentLength"] > 0


@pytest.mark.parametrize("layout", ["split", "inline"])
def test_our_reader_reads_them(local: Local, layout: str) -> None:
    local.world.set_switch("programset.results", layout)
    arn = create(local, BROKEN, FLIPS, ONE, shots=40)
    local.world.advance(60)
    found = {path: json.dumps(document) for path, document in files(local, arn).items()}
    read = parse_program_set(found["results.json"], found.__getitem__)
    assert [(one.program, one.inputs, one.result.counts if one.result else one.failure[:10]) for one in read] == [
        (0, 0, "KeyError: "),
        (1, 0, {"0": 10}),
        (1, 1, {"1": 10}),
        (2, 0, {"01": 10}),
    ]


def test_an_executable_that_can_not_run_fails_alone(local: Local) -> None:
    arn = create(local, BROKEN, FLIPS)
    local.world.advance(60)
    found = local.get(arn, REGION)
    assert (found["status"], found["numSuccessfulShots"]) == ("COMPLETED", 20)
    read = files(local, arn)
    failed = read["programs/0/executables/0.json"]
    assert failed["braketSchemaHeader"]["name"] == "braket.task_result.program_set_executable_failure"
    reason = failed["failureMetadata"]
    assert (reason["category"], reason["retryable"], "nonsense" in reason["failureReason"]) == (
        "COMPILATION",
        False,
        True,
    )
    assert read["metadata.json"]["programMetadata"] == [{"executables": [reason]}, {"executables": [{}, {}]}]
    assert read["metadata.json"]["totalFailedExecutables"] == 1


def test_a_failed_program_set_leaves_results(local: Local) -> None:
    arn = create(local, BROKEN)
    local.world.set_switch("fail.reason", "Laser off")
    doomed = create(local, FLIPS, token="doomed")
    local.world.advance(60)
    for one, reason, category in ((arn, "nonsense", "COMPILATION"), (doomed, "Laser off", "DEVICE")):
        found = local.get(one, REGION)
        assert (found["status"], found["numSuccessfulShots"]) == ("FAILED", 0)
        assert reason in found["failureReason"]
        read = files(local, one)
        assert read["metadata.json"]["status"] == "FAILED"
        assert read["programs/0/executables/0.json"]["failureMetadata"]["category"] == category


def test_executables_do_not_share_their_samples(local: Local) -> None:
    coins = {"source": ROTATION, "inputs": {"theta": [1.5707963267948966] * 2}}
    arn = create(local, coins, coins, shots=400)
    local.world.advance(60)
    found = files(local, arn)
    samples = [str(found[f"programs/{i}/executables/{j}.json"]["measurements"]) for i in (0, 1) for j in (0, 1)]
    assert len(set(samples)) == 4


def program_failure(index: int, error: str) -> dict[str, Any]:
    return {"programIndex": index, "errors": [error]}


@pytest.mark.parametrize(
    ("program", "wrong"),
    [
        ({"source": " "}, program_failure(1, "The program has no source")),
        ("text", program_failure(1, "The program has no source")),
        (
            {"source": ROTATION, "inputs": {"theta": 1.0}},
            program_failure(1, "All inputs of a program in a program set must be lists that are not empty"),
        ),
        (
            {"source": ROTATION, "inputs": {"theta": []}},
            program_failure(1, "All inputs of a program in a program set must be lists that are not empty"),
        ),
        (
            {"source": ROTATION, "inputs": {"theta": [1], "phi": [1, 2]}},
            program_failure(1, "All inputs of a program in a program set must have the same length"),
        ),
        (
            {"source": ROTATION, "inputs": {"theta": [1, None]}},
            {"programIndex": 1, "inputsIndex": 1, "errors": ["The value of input theta is no number"]},
        ),
        (
            {"source": "OPENQASM 3.0; qubit q;\n#pragma braket result probability"},
            program_failure(1, "Result types are not supported in a program set"),
        ),
    ],
)
def test_each_program_that_is_wrong_is_named(local: Local, program: Any, wrong: dict[str, Any]) -> None:
    assert failure(local, ONE, program) == {
        "message": "The program set has programs that are not valid",
        "reason": "ProgramSetValidationFailed",
        "programSetValidationFailures": [wrong],
    }


@pytest.mark.parametrize(
    ("programs", "shots", "message"),
    [
        ([], 30, "A program set must have at least one program"),
        ([ONE] * 101, 101, "The program set has 101 executables; at most 100 are run"),
        ([ONE] * 10, 200_010, "The total shots of a program set should be between 1 and 200000, but found 200010"),
        ([ONE], 0, "The total shots of a program set should be between 1 and 200000, but found 0"),
        ([FLIPS, ONE], 31, "The total shots 31 are not divisible by the number of executables 3"),
    ],
)
def test_a_program_set_keeps_the_limits_of_its_device(
    local: Local, programs: list[Any], shots: int, message: str
) -> None:
    found = failure(local, *programs, shots=shots)
    assert found == {
        "message": message,
        "reason": "ProgramSetValidationFailed",
        "programSetValidationFailures": None,
    }


def test_the_range_of_shots_holds_for_each_executable(local: Local) -> None:
    create(local, *[ONE] * 50, shots=50 * 1000, token="fifty")
    assert failure(local, ONE, ONE, shots=40_002)["message"] == (
        f"Shot count should be between 1 and 20000 on {GARNET}, but found 20001."
    )
    forte = {"deviceArn": FORTE, "region": "us-east-1"}
    assert "should be between 100 and 5000" in failure(local, FLIPS, shots=198, **forte)["message"]
    create(local, FLIPS, shots=200, token="forte", **forte)


@pytest.mark.parametrize("device", [SV1, DM1, AQUILA])
def test_not_every_device_takes_program_sets(local: Local, device: str) -> None:
    found = refused(create, local=local, deviceArn=device, region="us-east-1")
    assert found[2] == f"Action braket.ir.openqasm.program_set version 1 is not supported by device {device}"


def test_a_program_set_pays_the_fee_of_a_task_once(local: Local) -> None:
    client = local.client(region=REGION)
    client.create_spending_limit(deviceArn=GARNET, spendingLimit="100")
    create(local, *[ONE] * 50, shots=5000)
    assert client.search_spending_limits()["spendingLimits"][0]["queuedSpend"] == "7.55", "0.30 + 5000 x 0.00145"
