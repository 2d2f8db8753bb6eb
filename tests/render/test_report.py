"""The report of our own bug: complete, private, without secrets."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.render.report import report_text, without_secrets, write_report

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def _error(text: str) -> Exception:
    try:
        try:
            raise KeyError("the cause")
        except KeyError as cause:
            raise RuntimeError(text) from cause
    except RuntimeError as error:
        return error


def test_what_a_maintainer_needs(tmp_path: Path) -> None:
    path = write_report(_error("boom"), ["plan", "--env", "prod"], tmp_path / "a" / "b", {"QCTL_COLOR": "never"}, NOW)
    text = path.read_text("utf-8")
    assert path.parent == tmp_path / "a" / "b"
    assert path.name.startswith("qctl-20261120T100000-")
    assert "arguments: plan --env prod\n" in text
    assert "variables that are set: QCTL_COLOR\n" in text
    assert "KeyError: 'the cause'" in text
    assert "raise RuntimeError(text) from cause\nRuntimeError: boom" in text


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = write_report(_error("boom"), [], tmp_path, {}, NOW)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_second_report_replaces_none(tmp_path: Path) -> None:
    paths = {write_report(_error(word), [], tmp_path, {}, NOW) for word in ("first", "second")}
    assert sorted("first" in path.read_text("utf-8") for path in paths) == [False, True]  # and two files


def test_a_folder_that_can_not_be_written_is_no_second_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = write_report(_error("boom"), [], tmp_path / "file" / "reports", {}, NOW)
    assert "RuntimeError: boom" in path.read_text("utf-8")


def test_values_of_secret_variables_are_left_out() -> None:
    env = {"AWS_SECRET_ACCESS_KEY": "abc/def+123", "MY_PASSWORD": "hunter22", "API_TOKEN": "1", "HOME": "here-at-home"}
    text = report_text(_error("abc/def+123 hunter22 1 here-at-home"), ["hunter22"], env, NOW)
    assert "abc/def" not in text
    assert "hunter22" not in text
    assert "RuntimeError: [left out] [left out] 1 here-at-home" in text
    assert "variables that are set: AWS_SECRET_ACCESS_KEY\n" in text


def test_values_of_variables_of_the_project_are_left_out() -> None:
    text = report_text(_error("boom"), ["plan", "--var", "key=s3cr3t", "--var=other=s3cr3t", "--env", "a=b"], {}, NOW)
    assert "arguments: plan --var key=[left out] --var=other=[left out] --env a=b\n" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("key AKIAIOSFODNN7EXAMPLE used", "key [left out] used"),
        ("https://ada:pa55w0rd@example.org/x", "https://[left out]@example.org/x"),
        ("Authorization: Bearer abcdef.ghi", "Authorization: [left out]"),
        ("'aws_session_token': 'abcdefgh'", "'aws_session_token': '[left out]'"),
        ("?X-Amz-Signature=0123456789&b=1", "?X-Amz-Signature=[left out]&b=1"),
        ('{"password": "abcdefgh"}', '{"password": "[left out]"}'),
        ("clientToken is long", "clientToken is long"),
        ("https://example.org:8080/a@b", "https://example.org:8080/a@b"),
    ],
)
def test_what_looks_like_a_secret_is_left_out(text: str, shown: str) -> None:
    assert without_secrets(text, {}) == shown
