import json
import sys
from typing import Any

import pytest

import reconciler.simulate.braket
from tests.emulator.local import AQUILA, BELL, DM1, GARNET, SV1, Local, refused
from tests.simulate.actions import rabi


def results(local: Local, arn: str, region: str = "us-east-1") -> dict[str, Any]:
    found = local.get(arn, region)
    key = f"{found['outputS3Directory']}/results.json"
    answer = local.client("s3").get_object(Bucket=found["outputS3Bucket"], Key=key)
    read: dict[str, Any] = json.loads(answer["Body"].read())
    return read


@pytest.mark.parametrize("device", [SV1, DM1])
def test_a_simulator_leaves_the_services_results(local: Local, device: str) -> None:
    arn = local.create(deviceArn=device, shots=100)
    local.world.advance(1)
    found = results(local, arn)
    assert found["braketSchemaHeader"]["name"] == "braket.task_result.gate_model_task_result"
    assert found["taskMetadata"] == {
        "braketSchemaHeader": {"name": "braket.task_result.task_metadata", "version": "1"},
        "id": arn,
        "shots": 100,
        "deviceId": device,
        "createdAt": "2027-01-15T08:00:00.000Z",
        "endedAt": "2027-01-15T08:00:01.000Z",
        "status": "COMPLETED",
    }
    assert {tuple(shot) for shot in found["measurements"]} == {(0, 0), (1, 1)}
    assert found["additionalMetadata"]["simulatorMetadata"]["executionDuration"] >= 0


def test_a_qpu_tells_no_duration(local: Local) -> None:
    arn = local.create(region="eu-north-1", deviceArn=GARNET)
    local.world.advance(60)
    found = results(local, arn, "eu-north-1")
    assert "simulatorMetadata" not in found["additionalMetadata"]
    assert found["taskMetadata"]["deviceId"] == GARNET


def test_neutral_atoms_leave_results_of_their_own_kind(local: Local) -> None:
    arn = local.create(deviceArn=AQUILA, action=rabi(1))
    local.world.advance(60)
    found = results(local, arn)
    assert found["braketSchemaHeader"]["name"] == "braket.task_result.analog_hamiltonian_simulation_task_result"
    assert found["taskMetadata"]["id"] == arn
    assert len(found["measurements"]) == 10


def test_the_same_seed_gives_the_same_samples(local: Local) -> None:
    seen = []
    for _ in range(2):
        local.world.reset()
        local.world.set_switch("seed", "7")
        arn = local.create(shots=200)
        local.world.advance(1)
        seen.append(results(local, arn))
    assert seen[0] == seen[1]
    other = local.create("other", shots=200)
    local.world.advance(1)
    assert results(local, other)["measurements"] != seen[0]["measurements"]


def test_a_program_that_can_not_run_fails_its_task(local: Local) -> None:
    arn = local.create(action=BELL.replace("cnot", "nonsense"))
    local.world.advance(1)
    found = local.get(arn)
    assert found["status"] == "FAILED"
    assert found["failureReason"]
    key = f"{found['outputS3Directory']}/results.json"
    assert refused(local.client("s3").get_object, Bucket="results", Key=key)[0] == 404


def count_runs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    runs: list[int] = []
    real = reconciler.simulate.braket.run

    def run(action: str, kind: Any, shots: int, seed: int) -> str:
        runs.append(seed)
        return real(action, kind, shots, seed)

    monkeypatch.setattr(reconciler.simulate.braket, "run", run)
    return runs


def test_a_task_is_simulated_once_and_only_when_someone_looks(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = count_runs(monkeypatch)
    arn = local.create()
    local.status(arn)
    local.world.advance(1)
    assert runs == []
    local.client().search_quantum_tasks(filters=[])
    assert len(runs) == 1
    local.get(arn)
    results(local, arn)
    assert len(runs) == 1


def test_looking_into_the_bucket_is_looking(local: Local) -> None:
    s3 = local.client("s3")
    first, second, third = (local.create(token).rsplit("/", 1)[1] for token in "abc")
    local.world.advance(1)
    assert s3.get_object(Bucket="results", Key=f"some/prefix/{first}/results.json")["ContentLength"] > 0
    listed = s3.list_objects_v2(Bucket="results", Prefix=f"some/prefix/{second}")["Contents"]
    assert [item["Key"] for item in listed] == [f"some/prefix/{second}/results.json"]
    assert s3.head_object(Bucket="results", Key=f"some/prefix/{third}/results.json")["ContentLength"] > 0


def test_other_objects_of_the_bucket_are_not_results(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = count_runs(monkeypatch)
    s3 = local.client("s3")
    s3.create_bucket(Bucket="results")
    s3.put_object(Bucket="results", Key="state.json", Body=b"{}")
    local.create()
    local.world.advance(1)
    s3.get_object(Bucket="results", Key="state.json")
    s3.list_objects_v2(Bucket="results", Prefix="elsewhere/")
    assert runs == []


def test_a_cancelled_task_is_never_simulated(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = count_runs(monkeypatch)
    arn = local.create()
    local.client().cancel_quantum_task(quantumTaskArn=arn, clientToken="c")
    local.world.advance(100)
    assert local.status(arn) == "CANCELLED"
    assert runs == []


def test_unsimulated_tasks_complete_without_results(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = count_runs(monkeypatch)
    local.world.set_switch("simulation", "skip")
    arn = local.create()
    local.world.advance(1)
    assert local.status(arn) == "COMPLETED"
    assert runs == []
    local.world.set_switch("simulation", "real")
    assert local.status(arn) == "COMPLETED"
    assert runs == [], "what was settled stays"


def test_the_first_to_settle_wins(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one process simulates, another settles the same task: the slower one must change nothing."""
    real = reconciler.simulate.braket.run

    def slower(action: str, kind: Any, shots: int, seed: int) -> str:
        with local.world.transaction() as session:
            session.connection.execute("UPDATE task SET settled_as = 'FAILED', failure = 'the other was first'")
        return real(action, kind, shots, seed)

    monkeypatch.setattr(reconciler.simulate.braket, "run", slower)
    arn = local.create()
    local.world.advance(1)
    found = local.get(arn)
    assert (found["status"], found["failureReason"]) == ("FAILED", "the other was first")
    assert local.client("s3").list_buckets()["Buckets"] == [], "nothing was written"


def test_without_the_simulator_a_task_waits_for_it(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its extra can still be installed; FAILED would be for ever."""
    assert "problem" not in local.world.status()
    arn = local.create()
    with monkeypatch.context() as missing:
        missing.setitem(sys.modules, "braket.default_simulator", None)
        for _ in range(3):
            local.world.advance(60)
            assert local.status(arn) == "RUNNING"
        listed = local.client().search_quantum_tasks(filters=[])["quantumTasks"]
        assert [task["status"] for task in listed] == ["RUNNING"]
        assert local.client("s3").list_buckets()["Buckets"] == []
        assert local.world.status()["problem"] == "The simulator is not installed: pip install 'qctl[simulate]'"
    local.world.advance(60)
    assert local.status(arn) == "COMPLETED"
    assert results(local, arn)["taskMetadata"]["id"] == arn


def test_a_task_that_is_doomed_fails_without_the_simulator(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    local.world.set_switch("fail.reason", "Laser off")
    arn = local.create()
    monkeypatch.setitem(sys.modules, "braket.default_simulator", None)
    local.world.advance(60)
    assert local.status(arn) == "FAILED"
