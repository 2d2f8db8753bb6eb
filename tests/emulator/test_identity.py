"""Who is calling: the SDK asks STS before its first task."""

from tests.emulator.local import Local, refused


def test_the_local_cloud_has_one_account(local: Local) -> None:
    answer = local.client("sts").get_caller_identity()
    assert (answer["Account"], answer["Arn"]) == ("123456789012", "arn:aws:iam::123456789012:user/local")


def test_other_actions_are_refused_by_name(local: Local) -> None:
    status, code, message = refused(local.client("sts").get_session_token)
    assert (status, code) == (400, "InvalidAction")
    assert "GetSessionToken" in message
