from botocore.exceptions import ClientError

from tests.emulator.local import SV1, Local, refused


def burst(local: Local, region: str = "us-east-1") -> int:
    """How many devices can be read before the service refuses."""
    for number in range(1000):
        try:
            local.client(region=region).get_device(deviceArn=SV1)
        except ClientError:
            return number
    return 1000


def test_rates_are_off_by_default(local: Local) -> None:
    for _ in range(60):
        local.client().get_device(deviceArn=SV1)
    assert local.world.counts()["GetDevice"] == 60


def test_a_burst_is_used_up_and_filled_again(local: Local) -> None:
    local.world.set_switch("rates", "enforce")
    # GetDevice: 5 a second, 50 at once.
    assert burst(local) == 50
    assert refused(local.client().get_device, deviceArn=SV1) == (429, "ThrottlingException", "Rate exceeded")
    local.world.advance(2)
    assert burst(local) == 10
    local.world.advance(3600)
    assert burst(local) == 50


def test_each_region_and_operation_has_its_own(local: Local) -> None:
    local.world.set_switch("rates", "enforce")
    burst(local)
    assert burst(local, "us-west-2") == 50
    assert local.create()


def test_all_calls_share_one_more(local: Local) -> None:
    local.world.set_switch("rates", "enforce")
    arn = local.create()
    made = 0
    try:
        for _ in range(700):
            local.client().list_tags_for_resource(resourceArn=arn)
            made += 1
    except ClientError:
        pass
    assert made == 599
