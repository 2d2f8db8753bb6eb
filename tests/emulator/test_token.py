import pytest

from tests.emulator.local import SV1, Local, refused


def test_the_same_request_again_is_the_same_task(local: Local) -> None:
    first = local.create("once")
    local.world.set_switch("devices.offline", SV1)
    assert local.create("once") == first, "a repeat must not notice that the device went offline"
    assert local.world.status()["tasks"] == 1


def test_another_token_or_another_region_is_another_task(local: Local) -> None:
    assert len({local.create("a"), local.create("b"), local.create("a", region="us-west-2")}) == 3


def test_other_parameters_are_ignored_by_default(local: Local) -> None:
    assert local.create("a", shots=1) == local.create("a", shots=2)


@pytest.mark.parametrize(
    ("mode", "status", "code"), [("validation", 400, "ValidationException"), ("conflict", 409, "ConflictException")]
)
def test_other_parameters_can_be_an_error(local: Local, mode: str, status: int, code: str) -> None:
    local.world.set_switch("token.mismatch", mode)
    local.create("a", tags={"x": "1"})
    assert local.create("a", tags={"x": "1"})
    found = refused(lambda: local.create("a", tags={"x": "2"}))
    assert found == (status, code, "The client token was already used with other parameters")


def test_a_token_is_forgotten_after_its_time(local: Local) -> None:
    local.world.set_switch("token.ttl", "60")
    first = local.create("a")
    local.world.advance(60)
    assert local.create("a") == first
    local.world.advance(0.001)
    second = local.create("a")
    assert second != first
    assert local.create("a") == second


def test_a_refused_create_uses_no_token(local: Local) -> None:
    refused(lambda: local.create("a", shots=10**6))
    local.world.set_switch("token.mismatch", "conflict")
    assert local.create("a")
