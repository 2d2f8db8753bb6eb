"""Each option has a variable, named as in the help. What is set is not passed over in silence: it may be a guard."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.main import COMMANDS, cli
from tests.cli.place import Place

# What belongs to no command alone, and is read by others than click.
_OTHERS = ["QCTL_VAR_", "QCTL_LOCAL_CLOUD", "QCTL_COLOR", "QCTL_POLICY_DIR", "QCTL_WEBHOOK_URL", "QCTL_WEBHOOK_SECRET"]
_OTHERS += ["QCTL_CACHE_DIR", "QCTL_CACHE_KEY", "QCTL_STATE_KEY", "QCTL_CRASH_AT", "QCTL_ENV", "QCTL_CI_AUTHOR"]


def _commands(command: click.Command, words: str) -> Iterator[tuple[str, click.Command]]:
    for name, part in command.commands.items() if isinstance(command, click.Group) else ():
        yield from _commands(part, f"{words} {name}")
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield words, command


def _all() -> Iterator[tuple[str, click.Command]]:
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        yield from _commands(command, f"qctl {name}")


def _prefix(words: str) -> str:
    return words.replace(" ", "_").replace("-", "_").upper() + "_"


def test_each_option_has_a_variable_that_is_named_as_in_the_help() -> None:
    for words, command in _all():
        for option in (p for p in command.params if isinstance(p, click.Option)):
            longest = max(option.opts, key=len).removeprefix("--").replace("-", "_").upper()
            assert option.envvar is not None
            assert option.envvar[0] == _prefix(words) + longest
            assert not option.allow_from_autoenv


def test_no_other_variable_looks_like_one_of_a_command() -> None:
    """Or a command would refuse it."""
    begun = [(words, name) for words, _ in _all() for name in _OTHERS if name.startswith(_prefix(words))]
    assert begun == []


_EMPTY = [
    ("QCTL_APPLY_EXPECT", "", "--expect"),
    ("QCTL_APPLY_TARGET", "", "--target"),
    ("QCTL_APPLY_TARGET", " ", "--target"),  # a list of words, and there is none
    ("QCTL_APPLY_EXCLUDE", "", "--exclude"),
    ("QCTL_APPLY_FILE", "", "--file"),
    ("QCTL_APPLY_CHDIR", "", "--chdir"),
    ("QCTL_APPLY_VAR", "", "--var"),
    ("QCTL_APPLY_REFRESH", "", "--refresh"),
    ("QCTL_APPLY_ENV", "", "--env"),
    ("QCTL_ENV", "", "--env"),
    ("QCTL_ENV", " ", "--env"),
]


@pytest.mark.parametrize(("name", "value", "option"), _EMPTY, ids=str)
def test_an_empty_variable_approves_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch, name: str, value: str, option: str
) -> None:
    """A workflow whose secret or output is missing means to be careful: it gets nothing, and not everything."""
    monkeypatch.setenv(name, value)
    ran = place.run("apply", "--auto-approve")
    assert ran.code == Exit.ERROR
    assert "[cli/environment]" in ran.err
    assert f"{name} is set and empty. It stands for {option}, which takes a value." in ran.err
    assert f"Give it a value, or unset it to do without {option}." in ran.err
    assert place.tasks() == 0


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("QCTL_APPLY_EXPCT", 'Did you mean "--expect"?'),
        ("QCTL_APPLY_FINGERPRINT", "Unset the variable."),
        ("QCTL_APPLY_MAX_COST", "Unset the variable."),
    ],
)
def test_a_misspelt_variable_approves_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch, name: str, remedy: str
) -> None:
    monkeypatch.setenv(name, "4f53cda1")
    ran = place.run("apply", "--auto-approve")
    assert ran.code == Exit.ERROR
    assert f"{name} is set, and `qctl apply` has no option --" in ran.err
    assert remedy in ran.err
    assert place.tasks() == 0
    place.ok("plan")  # it is no business of other commands


def test_all_that_is_wrong_is_told_at_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QCTL_APPLY_EXPECT", "QCTL_APPLY_TIMEOUT", "QCTL_APPLY_APPROVE"):
        monkeypatch.setenv(name, "")
    ran = place.run("apply", "--auto-approve")
    assert ran.err.count("[cli/environment]") == 3


def test_a_variable_does_what_its_option_does(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QCTL_APPLY_EXPECT", "another")
    assert place.run("apply", "--auto-approve").code == Exit.STALE
    monkeypatch.setenv("QCTL_APPLY_EXPECT", place.ok("plan", "--json").json["fingerprint"])
    monkeypatch.setenv("QCTL_APPLY_TARGET", "QuantumTask/none")
    assert "QuantumTask/none is neither declared nor remembered" in place.run("apply").err
    assert place.tasks() == 0
    monkeypatch.setenv("QCTL_APPLY_TARGET", "QuantumTask/bell")
    place.ok("apply")
    assert place.tasks() == 1


def test_what_is_said_to_one_command_comes_before_what_is_said_to_all(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QCTL_ENV", "staging")
    monkeypatch.setenv("QCTL_PLAN_ENV", "prod")
    assert place.ok("plan", "--json").json["environment"] == "prod"


def test_the_command_line_comes_before_any_variable(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QCTL_ENV", "")
    assert place.ok("plan", "--json", "--env", "prod").json["environment"] == "prod"


def test_where_nothing_is_a_value_an_empty_variable_is_one(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A switch is off, and an option whose default is an empty text has it."""
    monkeypatch.setenv("QCTL_APPLY_WAIT", "")
    monkeypatch.setenv("QCTL_NO_CACHE", "")
    monkeypatch.setenv("QCTL_LOG_SINCE", "")
    place.ok("apply", "--auto-approve")
    place.ok("log")
    monkeypatch.setenv("QCTL_CI_AUTHOR", "")
    assert "[cli/environment]" not in place.run("ci", "reviewed").err


def test_variables_of_a_command_below_are_its_own(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QCTL_COST_PRICES_JSON", "1")
    monkeypatch.setenv("QCTL_COST_PRICES_UPDAT", "prices.csv")
    place.ok("cost")
    assert 'Did you mean "--update"?' in place.run("cost", "prices").err
    monkeypatch.delenv("QCTL_COST_PRICES_UPDAT")
    monkeypatch.setenv("QCTL_COST_BYE", "day")
    assert place.ok("cost", "prices").json
    assert 'Did you mean "--by"?' in place.run("cost").err


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("QCTL_WEBHOOK_URL", "QCTL_WEBHOOK_URL is set and empty, so nobody would be told."),
        ("QCTL_WEBHOOK_SECRET", "QCTL_WEBHOOK_SECRET is set and empty, so what is told would not be signed."),
    ],
)
def test_an_agent_that_could_tell_nobody_or_sign_nothing_does_not_begin(
    place: Place, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.setenv("QCTL_WEBHOOK_URL", "https://example.org/hook")
    monkeypatch.setenv(name, "")
    ran = place.run("reconcile", "--once")
    assert ran.code == Exit.ERROR
    assert "[agent/webhook]" in ran.err
    assert said in ran.err
    assert place.tasks() == 0
