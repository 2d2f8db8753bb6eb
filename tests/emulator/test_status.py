import pytest

from tests.emulator.local import AHS, AQUILA, DM1, FORTE, Local, refused


@pytest.fixture(autouse=True)
def _unsimulated(local: Local) -> None:
    local.world.set_switch("simulation", "skip")


def timeline(local: Local, arn: str, *steps: float) -> list[str]:
    seen = [local.status(arn)]
    for step in steps:
        local.world.advance(step)
        seen.append(local.status(arn))
    return seen


def test_a_simulators_task_runs_at_300_ms_and_ends_at_1_s(local: Local) -> None:
    seen = timeline(local, local.create(), 0.299, 0.001, 0.699, 0.001)
    assert seen == ["QUEUED", "QUEUED", "RUNNING", "RUNNING", "COMPLETED"]


def test_a_qpus_task_waits_about_20_s_and_runs_about_5(local: Local) -> None:
    arn = local.create(deviceArn=FORTE, shots=100)
    seen = timeline(local, arn, *[0.5] * 60)
    assert sorted(set(seen), key=seen.index) == ["CREATED", "QUEUED", "RUNNING", "COMPLETED"]
    # Give or take a fifth.
    assert 16 <= seen.index("RUNNING") / 2 <= 24.5
    assert 4 <= seen.count("RUNNING") / 2 <= 6.5


def test_latencies_are_switches_for_new_tasks(local: Local) -> None:
    before = local.create("a")
    local.world.set_switch("latency.factor", "10")
    local.world.set_switch("latency.simulator.run", "2")
    after = local.create("b")
    local.world.advance(1)
    assert (local.status(before), local.status(after)) == ("COMPLETED", "QUEUED")
    local.world.advance(21.999)
    assert local.status(after) == "RUNNING"
    local.world.advance(0.001)
    assert local.status(after) == "COMPLETED"


def test_a_finished_task_tells_its_end_and_its_shots(local: Local) -> None:
    arn = local.create()
    assert "endedAt" not in local.get(arn)
    local.world.advance(100)
    found = local.get(arn)
    assert (found["endedAt"] - found["createdAt"]).total_seconds() == 1
    assert found["numSuccessfulShots"] == 10


def test_a_task_can_be_made_to_fail(local: Local) -> None:
    local.world.set_switch("fail.reason", "Laser off")
    arn = local.create()
    local.world.set_switch("fail.reason", "")
    local.world.advance(1)
    found = local.get(arn)
    assert (found["status"], found["failureReason"]) == ("FAILED", "Laser off")
    assert found["actionMetadata"]["actionType"], "the SDK reads it when a task failed"
    assert "numSuccessfulShots" not in found


def test_the_queue_tells_the_place_while_waiting(local: Local) -> None:
    local.create("other device", deviceArn=DM1)
    local.create("other region", region="us-west-2")
    first, second = local.create("a"), local.create("b")
    assert local.get(first, queue=True)["queueInfo"] == {
        "queue": "QUANTUM_TASKS_QUEUE",
        "position": "1",
        "queuePriority": "Normal",
    }
    assert local.get(second, queue=True)["queueInfo"]["position"] == "2"
    assert "queueInfo" not in local.get(first)
    local.client().cancel_quantum_task(quantumTaskArn=first, clientToken="c")
    assert local.get(second, queue=True)["queueInfo"]["position"] == "1"


def test_the_queue_has_no_place_for_a_running_task(local: Local) -> None:
    arn = local.create()
    local.world.advance(0.5)
    assert local.get(arn, queue=True)["queueInfo"] == {
        "queue": "QUANTUM_TASKS_QUEUE",
        "position": "None",
        "queuePriority": "Normal",
        "message": "Task is in RUNNING status. AmazonBraket does not show queue position for this status.",
    }


def test_a_task_belongs_to_its_region(local: Local) -> None:
    arn = local.create()
    found = refused(local.client(region="us-west-2").get_quantum_task, quantumTaskArn=arn)
    assert found == (404, "ResourceNotFoundException", f"Could not find the quantum task {arn}")


def test_visibility_may_lag_behind_creation(local: Local) -> None:
    local.world.set_switch("visibility.get", "5")
    local.world.set_switch("visibility.search", "9")
    arn = local.create()
    local.world.advance(4.999)
    assert refused(local.get, arn=arn)[1] == "ResourceNotFoundException"
    assert local.create() == arn
    local.world.advance(0.001)
    assert local.status(arn) == "COMPLETED"
    search = local.client().search_quantum_tasks
    assert search(filters=[])["quantumTasks"] == []
    local.world.advance(4)
    assert [task["quantumTaskArn"] for task in search(filters=[])["quantumTasks"]] == [arn]


@pytest.mark.parametrize(("windows", "hours"), [("ignore", 0), ("honour", 41)])
def test_a_qpu_waits_for_its_window_when_told_to(local: Local, windows: str, hours: int) -> None:
    # Aquila works on weekdays from 01:00; the world begins on a Friday at 08:00.
    local.world.set_switch("latency.factor", "0")
    local.world.set_switch("windows", windows)
    local.world.advance(24 * 3600)
    arn = local.create(deviceArn=AQUILA, action=AHS)
    if hours:
        local.world.advance(hours * 3600 - 0.001)
        assert local.status(arn) == "QUEUED"
        local.world.advance(0.001)
    assert local.status(arn) == "COMPLETED"
