"""Whatever is typed: a message that helps, exit code 1, and never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.place import PROJECT, Place

_ALL = [
    "validate",
    "plan",
    "apply",
    "destroy",
    "show",
    "wait",
    "results",
    "devices",
    "graph",
]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("plan", "--sots"), "No such option"),
        (("plan", "extra"), "unexpected extra argument"),
        (("plan", "--refresh", "some"), "'some' is not one of"),
        (("plan", "--var", "shots"), "--var takes NAME=VALUE"),
        (("plan", "--var", "=1"), "--var takes NAME=VALUE"),
        (("plan", "--var", "shots=many"), "[variable/invalid-value]"),
        (("plan", "--var", "shot=1"), "[variable/unknown]"),
        (("plan", "--target", "bell"), "[cli/address]"),
        (("plan", "--env", "../up"), "[state/invalid-name]"),
        (("plan", "-C", "nowhere"), "does not exist"),
        (("plan", "-f", "nowhere.yaml"), "[file/not-found]"),
        (("plan", "--format", "html"), "'html' is not one of"),
        (("apply", "--parallelism", "0"), "not in the range"),
        (("apply", "--parallelism", "many"), "not a valid integer"),
        (("apply", "--timeout", "-1"), "not in the range"),
        (("apply", "--lock-timeout", "soon"), "not a valid float"),
        (("apply",), "--auto-approve"),
        (("destroy", "--target", "[]"), "[cli/address]"),
        (("show", "bell"), "[cli/address]"),
        (("wait", "QuantumTask/"), "[cli/address]"),
        (("results", "QuantumTask/bell[theta"), "[cli/address]"),
        (("state",), "Usage"),
        (("state", "mw"), "No such command 'mw'"),
        (("state", "show", "QuantumTask/nobody"), "[state/no-such-address]"),
        (("state", "rm", "QuantumTask/nobody"), "[state/no-such-address]"),
        (("state", "show"), "Missing argument"),
        (("state", "resolve", "QuantumTask/bell"), "either --adopt ID or --absent"),
        (("state", "resolve", "QuantumTask/bell", "--adopt", "x", "--absent"), "either --adopt ID or --absent"),
        (("state", "resolve", "QuantumTask/bell", "--absent"), "[state/nothing-to-resolve]"),
        (("state", "force-unlock", "0000"), "[state/unlock-refused]"),
        (("devices", "nobody"), "[device/not-found]"),
        (("graph", "--format", "png"), "'png' is not one of"),
        (("completion", "tcsh"), "'tcsh' is not one of"),
        (("completion",), "Missing argument"),
        (("local", "advance", "soon"), "no duration"),
        (("local", "advance", "-5s"), "No such option"),
        (("local", "switch", "nothing"), "[local/switch]"),
        (("local", "switch", "token.ttl", "soon"), "[local/switch]"),
        (("local", "fault", "not json"), "[local/fault]"),
        (("local", "fault", "[]"), "[local/fault]"),
        (("local", "fault", '{"effect": "melt"}'), "[local/fault]"),
        (("local", "serve", "--host", "192.0.2.1", "--port", "0"), "[local/address]"),
        (("local", "serve", "--port", "70000"), "not in the range"),
        (("init",), "[init/exists]"),
        (("init", "sub", "--name", "Not A Name"), "[init/name]"),
        (("init", "qctl.yaml"), "is a file"),
    ],
    ids=" ".join,
)
def test_wrong_input(place: Place, args: tuple[str, ...], message: str) -> None:
    ran = place.run(*args)
    assert ran.code == 1, ran
    assert message in ran.err
    assert not (place.root / ".qctl" / "reports").exists(), "taken for a defect of ours"
    assert place.tasks() == 0


@pytest.mark.parametrize("command", _ALL)
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "project/missing"),
        ("{", "yaml/syntax"),
        ("- 1\n---\n" + PROJECT, "manifest/document"),
        (PROJECT + "---\napiVersion: qctl/v1alpha1\nkind: Nothing\nmetadata: {name: x}\nspec: {}\n", "unknown-kind"),
        (PROJECT.replace("spec:", "spec:\n  budgets: {max: 1 USD}"), "manifest/unknown-key"),
    ],
)
def test_every_command_refuses_a_broken_project(place: Place, command: str, text: str, code: str) -> None:
    (place.root / "qctl.yaml").write_text(text, "utf-8")
    ran = place.run(command)
    assert ran.code == 1
    assert code in ran.err


@pytest.mark.parametrize("command", _ALL)
def test_a_folder_without_a_project(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = place.run(command)
    assert ran.code == 1
    assert "[project/missing]" in ran.err
    assert "qctl init" in ran.err


@pytest.mark.parametrize(("typed", "meant"), [("plna", "plan"), ("aply", "apply"), ("result", "results")])
def test_a_mistyped_command_is_guessed(place: Place, typed: str, meant: str) -> None:
    ran = place.run(typed)
    assert ran.code == 1
    assert f"No such command '{typed}'. Did you mean '{meant}'?" in ran.err


def test_a_command_like_none_of_ours(place: Place) -> None:
    ran = place.run("zzz")
    assert ran.code == 1
    assert "No such command 'zzz'." in ran.err
    assert "Did you mean" not in ran.err


def test_a_local_cloud_that_is_none(place: Place) -> None:
    place.cloud.write_text("this is no database, and it is long enough to be looked at as one" * 10, "utf-8")
    ran = place.run("plan")
    assert ran.code == 1
    assert "[local/unusable]" in ran.err


def test_a_state_that_is_none(place: Place) -> None:
    place.ok("apply", "--auto-approve")
    (place.root / "state" / "place.default.json").write_text("{", "utf-8")
    for command in (("plan",), ("apply", "--auto-approve"), ("state", "list"), ("show",), ("results",)):
        ran = place.run(*command)
        assert ran.code == 1
        assert "[state/unreadable]" in ran.err
    assert place.tasks() == 1
