import pytest

from tests.emulator.local import SV1, Local, refused


def tags(local: Local, arn: str) -> dict[str, str]:
    return dict(local.client().list_tags_for_resource(resourceArn=arn)["tags"])


def test_tags_are_added_replaced_and_removed(local: Local) -> None:
    arn = local.create(tags={"a": "1", "b": "2"})
    local.client().tag_resource(resourceArn=arn, tags={"b": "3", "c é&=": "4"})
    assert tags(local, arn) == {"a": "1", "b": "3", "c é&=": "4"} == local.get(arn)["tags"]
    local.client().untag_resource(resourceArn=arn, tagKeys=["a", "c é&=", "never there"])
    assert tags(local, arn) == {"b": "3"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"AWS:x": "1"}, "Tag key AWS:x is not allowed: the prefix aws: is reserved"),
        ({"k" * 129: "1"}, "A tag key must have 1 to 128 characters"),
        ({"": "1"}, "A tag key must have 1 to 128 characters"),
        ({"k": "v" * 257}, "The value of tag k must have at most 256 characters"),
        ({str(number): "" for number in range(51)}, "A resource can't have more than 50 tags"),
    ],
)
def test_tags_no_resource_can_have_are_refused(local: Local, wrong: dict[str, str], message: str) -> None:
    expected = (400, "ValidationException", message)
    assert refused(lambda: local.create("new", tags=wrong)) == expected
    arn = local.create()
    assert refused(local.client().tag_resource, resourceArn=arn, tags=wrong) == expected


def test_fifty_tags_are_the_most_in_all(local: Local) -> None:
    arn = local.create(tags={str(number): "" for number in range(50)})
    local.client().tag_resource(resourceArn=arn, tags={"0": "changed"})
    found = refused(local.client().tag_resource, resourceArn=arn, tags={"one more": ""})
    assert found == (400, "ValidationException", "A resource can't have more than 50 tags")
    assert tags(local, arn)["0"] == "changed"


def test_tags_of_finished_tasks_are_a_switch(local: Local) -> None:
    local.world.set_switch("simulation", "skip")
    arn = local.create()
    local.world.advance(1)
    local.client().tag_resource(resourceArn=arn, tags={"a": "1"})
    local.world.set_switch("tags.terminal", "refuse")
    expected = (400, "ValidationException", "Tags of a quantum task in the COMPLETED status can't be changed")
    assert refused(local.client().tag_resource, resourceArn=arn, tags={"a": "2"}) == expected
    assert refused(local.client().untag_resource, resourceArn=arn, tagKeys=["a"]) == expected
    assert tags(local, arn) == {"a": "1"}


def test_only_tasks_have_tags(local: Local) -> None:
    assert refused(local.client().list_tags_for_resource, resourceArn=SV1)[:2] == (404, "ResourceNotFoundException")
