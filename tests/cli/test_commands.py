"""What the small commands say, and that looking changes nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from reconciler.cli.main import COMMANDS, cli
from tests.cli.place import Place


def test_help_names_every_command(place: Place) -> None:
    text = place.ok("--help").out
    assert all(f"  {name} " in text for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(place: Place, name: str) -> None:
    assert "Usage: qctl " + name in place.ok(name, "--help").out


def test_init(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "My Study 1"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert "qctl plan" in place.ok("init").out
    text = (folder / "qctl.yaml").read_text("utf-8")
    schema = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert json.loads((folder / schema).read_text("utf-8")) == place.ok("schema").json
    assert "  name: my-study-1\n" in text
    assert place.ok("plan").out.count("+ QuantumTask/bell") == 1
    hinted = re.sub(r"# (?=pasqal|fresnel)", "", text)
    assert "\n    pasqal: {mode: local}" in hinted
    assert "\n    fresnel: {pasqal: FRESNEL}" in hinted
    (folder / "qctl.yaml").write_text(hinted, "utf-8")
    assert "valid" in place.ok("validate").out


def test_init_twice_keeps_the_uid(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place.ok("init", str(tmp_path / "new"))
    before = (tmp_path / "new" / "qctl.yaml").read_bytes()
    monkeypatch.chdir(tmp_path)
    ran = place.run("init", "new")
    assert ran.code == 1
    assert ran.err == (
        "error: Project exists already [init/exists]\n"
        " --> new/qctl.yaml\n"
        "  new/qctl.yaml is there already, and its uid must never change. Nothing was written.\n"
        "  help: Go on with it: edit new/qctl.yaml, then run qctl plan. For another project name another folder.\n"
        "\n1 error.\n"
    )
    assert (tmp_path / "new" / "qctl.yaml").read_bytes() == before


def test_two_projects_have_two_uids(place: Place, tmp_path: Path) -> None:
    place.ok("init", str(tmp_path / "one"), "--bare", "--name", "same")
    place.ok("init", str(tmp_path / "two"), "--bare", "--name", "same")
    assert (tmp_path / "one" / "qctl.yaml").read_bytes() != (tmp_path / "two" / "qctl.yaml").read_bytes()


def test_init_leaves_the_users_files(place: Place, tmp_path: Path) -> None:
    (tmp_path / "new" / "circuits").mkdir(parents=True)
    (tmp_path / "new" / "circuits" / "bell.qasm").write_text("mine", "utf-8")
    assert "Left as it is:" in place.ok("init", str(tmp_path / "new")).out
    assert (tmp_path / "new" / "circuits" / "bell.qasm").read_text("utf-8") == "mine"


def _files(place: Place) -> dict[Path, bytes]:
    """What is the project's; `.qctl/` is this machine's, and `plan` keeps its cache there."""
    kept = (p for p in sorted(place.root.rglob("*")) if p.is_file() and ".qctl" not in p.parts)
    return {p: p.read_bytes() for p in kept}


@pytest.mark.parametrize("args", [("plan",), ("validate",), ("show",), ("graph",), ("state", "list"), ("devices",)])
def test_looking_changes_nothing(place: Place, args: tuple[str, ...]) -> None:
    place.finish()
    place.declare("bell", "other")
    before = _files(place)
    place.ok(*args)
    assert _files(place) == before
    assert place.tasks() == 1


def test_an_environment_has_its_own_runs(place: Place) -> None:
    place.ok("apply", "--auto-approve")
    place.ok("apply", "--auto-approve", "--env", "staging")
    assert place.tasks() == 2
    place.ok("apply", "--auto-approve", "--env", "staging")
    assert place.tasks() == 2


def test_state_rm_lets_go_and_never_pays_again(place: Place) -> None:
    place.ok("apply", "--auto-approve")
    assert "nothing was cancelled" in place.ok("state", "rm", "QuantumTask/bell").out
    assert "QuantumTask/bell" not in place.ok("state", "list").out
    assert "QuantumTask/bell" in place.ok("state", "list", "--all").out
    place.ok("apply", "--auto-approve")
    assert place.tasks() == 1


def test_state_unlock_takes_the_lock_from_its_holder(place: Place) -> None:
    with place.held() as holder:
        ran = place.run("apply", "--auto-approve")
        assert "ada on elsewhere" in ran.err
        assert f"qctl state force-unlock {holder.id}" in ran.err
        assert "ada" in place.ok("state", "force-unlock", holder.id).out
        place.ok("apply", "--auto-approve")
    assert place.tasks() == 1


def test_local_reset_asks(place: Place) -> None:
    place.ok("apply", "--auto-approve")
    assert place.run("local", "reset").code == 130  # no answer is no
    assert place.tasks() == 1
    place.ok("local", "reset", "--yes")
    assert place.tasks() == 0


def test_switches_and_faults_are_listed(place: Place) -> None:
    assert "token.ttl = '86400'" in place.ok("local", "switch").out
    assert place.ok("local", "switch", "token.ttl", "60").out == "token.ttl = '60'\n"
    assert "throttle on braket.*" in place.ok("local", "fault", '{"effect": "throttle"}').out
    assert place.ok("local", "fault", "--clear").out == ""


def test_devices_by_alias_name_and_arn(place: Place) -> None:
    for name in ("garnet", "Garnet", "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet"):
        (found,) = place.ok("devices", name, "--json").json["devices"]
        assert (found["name"], found["alias"]) == ("Garnet", "garnet")
    retired = {d["status"] for d in place.ok("devices", "--all", "--json").json["devices"]}
    assert "RETIRED" in retired
    assert "RETIRED" not in place.ok("devices").out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(place: Place, shell: str) -> None:
    assert "_QCTL_COMPLETE" in place.ok("completion", shell).out


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("qctl pl", "plan"),
        ("qctl show Q", "QuantumTask/bell"),
        ("qctl plan --target Q", "QuantumTask/bell"),
        ("qctl state show Q", "QuantumTask/bell"),
        ("qctl apply --replace Q", "QuantumTask/bell"),
    ],
)
def test_completion_completes_and_says_nothing_else(place: Place, words: str, found: str) -> None:
    asked = {"_QCTL_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    code = "from reconciler.cli.main import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | asked, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.stderr, done.returncode) == (f"plain,{found}", "", 0)
    assert not (place.root / ".qctl" / "reports").exists()


def test_in_a_folder_of_the_project_its_place_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """`qctl init` there, as was proposed before, would have begun a project in the project."""
    (place.root / "circuits" / "old").mkdir(parents=True)
    monkeypatch.chdir(place.root / "circuits" / "old")
    ran = place.run("plan")
    assert (ran.code, "[project/missing]" in ran.err) == (1, True)
    assert "help: The project is further up: go there, or say -C ../.." in ran.err
    assert place.ok("plan", "-C", "../..").code == 0


def test_every_option_says_what_it_is_for() -> None:
    def walk(command: click.Command, path: str) -> Iterator[str]:
        if isinstance(command, click.Group):
            for name in command.list_commands(click.Context(command)):
                found = command.get_command(click.Context(command), name)
                assert found is not None
                yield from walk(found, f"{path} {name}")
        yield from (f"{path} {p.opts[0]}" for p in command.params if isinstance(p, click.Option) and not p.help)

    assert list(walk(cli, "qctl")) == []


def test_no_colour_in_a_pipe_unless_it_is_wished(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in place.ok("plan").out
    monkeypatch.setenv("QCTL_COLOR", "always")
    assert "\x1b" in place.ok("plan").out


def test_markdown_for_a_pull_request(place: Place) -> None:
    assert "QuantumTask/bell" in place.ok("plan", "--format", "markdown").out
