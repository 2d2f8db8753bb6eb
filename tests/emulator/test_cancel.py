import pytest

from tests.emulator.local import Local, refused


def cancel(local: Local, arn: str, token: str = "c") -> str:  # noqa: S107 - an idempotency token
    return str(local.client().cancel_quantum_task(quantumTaskArn=arn, clientToken=token)["cancellationStatus"])


@pytest.fixture(autouse=True)
def _unsimulated(local: Local) -> None:
    local.world.set_switch("simulation", "skip")


def test_cancelling_takes_its_time_and_ends_cancelled(local: Local) -> None:
    arn = local.create()
    assert cancel(local, arn) == "CANCELLING"
    assert local.status(arn) == "CANCELLING"
    local.world.advance(0.499)
    assert cancel(local, arn, "other") == "CANCELLING"
    local.world.advance(0.001)
    found = local.get(arn)
    assert found["status"] == "CANCELLED"
    assert (found["endedAt"] - found["createdAt"]).total_seconds() == 0.5
    local.world.advance(1000)
    assert local.status(arn) == "CANCELLED"


def test_a_run_that_ends_first_completes(local: Local) -> None:
    arn = local.create()
    local.world.advance(0.6)
    assert cancel(local, arn) == "CANCELLING"
    local.world.advance(0.399)
    assert local.status(arn) == "CANCELLING"
    local.world.advance(0.001)
    assert local.status(arn) == "COMPLETED"


def test_cancelling_can_be_too_late_always(local: Local) -> None:
    local.world.set_switch("cancel", "too-late")
    arn = local.create()
    assert cancel(local, arn) == "CANCELLING"
    local.world.advance(0.9)
    assert local.status(arn) == "CANCELLING"
    local.world.advance(0.1)
    assert local.status(arn) == "COMPLETED"


def test_a_finished_task_is_a_conflict_in_the_services_words(local: Local) -> None:
    arn = local.create()
    local.world.advance(1)
    found = refused(local.client().cancel_quantum_task, quantumTaskArn=arn, clientToken="c")
    assert found == (409, "ConflictException", "Amazon Braket cannot cancel a quantum task in the COMPLETED status")


def test_a_cancelled_task_is_a_conflict_except_for_the_token_that_did_it(local: Local) -> None:
    arn = local.create()
    cancel(local, arn, "mine")
    local.world.advance(1)
    assert cancel(local, arn, "mine") == "CANCELLED"
    found = refused(local.client().cancel_quantum_task, quantumTaskArn=arn, clientToken="other")
    assert found == (409, "ConflictException", "Amazon Braket cannot cancel a quantum task in the CANCELLED status")


def test_an_unknown_task_is_not_found(local: Local) -> None:
    arn = "arn:aws:braket:us-east-1:123456789012:quantum-task/none"
    found = refused(local.client().cancel_quantum_task, quantumTaskArn=arn, clientToken="c")
    assert found == (404, "ResourceNotFoundException", f"Could not find the quantum task {arn}")
