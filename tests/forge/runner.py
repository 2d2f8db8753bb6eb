"""What GitHub's runner does with a composite action: expressions, outputs, files, and bash for each `run`.

The very text of `action.yml` is what runs. Steps that use somebody else's action are only noted.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.forge.github_fake import REPOSITORY, TOKEN

HOUSE = Path(__file__).parents[2]
ACTION = HOUSE / "action.yml"
UPLOAD_INPUTS = {
    "name",
    "path",
    "if-no-files-found",
    "retention-days",
    "compression-level",
    "overwrite",
    "include-hidden-files",
}
"""Of actions/upload-artifact 4.6, as its action.yml has them."""
_TOKENS = re.compile(r"\s*(==|!=|&&|\|\||[()]|'(?:[^']|'')*'|[A-Za-z_][\w.-]*)")
_HOLE = re.compile(r"\$\{\{(.*?)\}\}")


def action() -> dict[str, Any]:
    """The file."""
    loaded: dict[str, Any] = yaml.safe_load(ACTION.read_text("utf-8"))
    return loaded


class Expression:
    """What the runner makes of one: comparisons, `&&`, `||`, and names that are empty if there is nothing."""

    def __init__(self, text: str, contexts: dict[str, Any]) -> None:
        self._tokens = _TOKENS.findall(text)
        assert "".join(self._tokens) == re.sub(r"\s+(?=(?:[^']*'[^']*')*[^']*$)", "", text), f"not understood: {text}"
        self._contexts = contexts

    def value(self) -> str:
        """All of it."""
        found = self._either()
        assert not self._tokens
        return found

    def _either(self) -> str:
        found = self._both()
        while self._take("||"):
            other = self._both()
            found = found or other
        return found

    def _both(self) -> str:
        found = self._compared()
        while self._take("&&"):
            other = self._compared()
            found = found and other
        return found

    def _compared(self) -> str:
        found = self._one()
        for sign in ("==", "!="):
            if self._take(sign):
                return "true" if (found == self._one()) is (sign == "==") else ""
        return found

    def _one(self) -> str:
        if self._take("("):
            inner = self._either()
            assert self._take(")")
            return inner
        token = self._tokens.pop(0)
        if token.startswith("'"):
            return str(token[1:-1].replace("''", "'"))
        found: Any = self._contexts
        for name in token.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        return found if isinstance(found, str) else ""

    def _take(self, token: str) -> bool:
        if self._tokens and self._tokens[0] == token:
            self._tokens.pop(0)
            return True
        return False


@dataclass
class Job:
    """One run of the action: what it was given, and what came of it."""

    workspace: Path
    temp: Path
    environment: dict[str, str]
    event: dict[str, Any] = field(default_factory=dict)
    event_name: str = "push"
    commit: str = ""
    action_path: Path = HOUSE
    outputs: dict[str, str] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    artifacts: dict[str, dict[str, bytes]] = field(default_factory=dict)
    log: str = ""
    code: int = 0

    @property
    def ref(self) -> str:
        """By which the commit is known: of a pull request its trial merge."""
        number = self.event.get("pull_request", {}).get("number")
        return f"refs/pull/{number}/merge" if number else "refs/heads/main"

    @property
    def summary(self) -> str:
        """What the page of the job shows."""
        return (self.temp / "summary").read_text("utf-8")

    def run(self, **inputs: str) -> Job:
        """Every step whose condition holds, until one fails."""
        self.temp.mkdir()
        (self.temp / "event.json").write_text(json.dumps(self.event), "utf-8")
        (self.temp / "summary").touch()
        described = action()
        github = {"token": TOKEN, "event_name": self.event_name, "event": self.event, "repository": REPOSITORY}
        steps: dict[str, Any] = {}
        contexts: dict[str, Any] = {"github": github, "steps": steps, "inputs": {}}
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert given.keys() <= described["inputs"].keys()
        for name, told in described["inputs"].items():
            assert not told.get("required") or name in given
            contexts["inputs"][name] = given.get(name, filled(str(told.get("default", "")), contexts))
        for step in described["runs"]["steps"]:
            if "if" in step and not Expression(step["if"], contexts).value():
                continue
            if "uses" in step:
                self.used.append(step["uses"])
                self._upload({name: filled(_text(value), contexts) for name, value in step["with"].items()})
                continue
            found = self._step(step, contexts)
            if "id" in step:
                steps[step["id"]] = {"outputs": found}
            if self.code:
                break
        self.outputs = {n: filled(told["value"], contexts) for n, told in described["outputs"].items()}
        return self

    def _upload(self, given: dict[str, str]) -> None:
        """actions/upload-artifact with one file: it takes these inputs, and passes over what is hidden."""
        assert given.keys() <= UPLOAD_INPUTS
        assert (given["if-no-files-found"], given["overwrite"]) == ("error", "true")
        assert 1 <= int(given["retention-days"]) <= 90
        path = Path(given["path"])
        assert path.is_file()
        assert not any(part.startswith(".") for part in path.relative_to(self.temp).parts)
        self.artifacts[given["name"]] = {path.name: path.read_bytes()}

    def _step(self, step: dict[str, Any], contexts: dict[str, Any]) -> dict[str, str]:
        assert step["shell"] == "bash"
        script, output = self.temp / "step.sh", self.temp / "output"
        script.write_text(step["run"], "utf-8")
        output.write_text("", "utf-8")
        environment = self.environment | {
            "GITHUB_ACTION_PATH": str(self.action_path),
            "GITHUB_EVENT_NAME": self.event_name,
            "GITHUB_EVENT_PATH": str(self.temp / "event.json"),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_PATH": str(self.temp / "path"),
            "GITHUB_REF": self.ref,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SHA": self.commit,
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary"),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
            "CI": "true",
        }
        environment |= {name: filled(str(value), contexts) for name, value in step.get("env", {}).items()}
        if (added := self.temp / "path").exists():  # the latest first, as the runner has it
            environment["PATH"] = os.pathsep.join([*reversed(added.read_text("utf-8").split()), environment["PATH"]])
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],  # as the runner calls it
            cwd=self.workspace,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.log += done.stdout
        self.code = done.returncode
        assert TOKEN not in done.stdout
        return dict(line.split("=", 1) for line in output.read_text("utf-8").splitlines())


def _text(value: object) -> str:
    """As the runner gives it to an action."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def filled(text: str, contexts: dict[str, Any]) -> str:
    """A text with its expressions' values."""
    return _HOLE.sub(lambda hole: Expression(hole[1], contexts).value(), text)


def surroundings(folder: Path, api: str) -> dict[str, str]:
    """Of a job on a machine that has qctl: nothing of this process' own but the home of the tests."""
    programs = folder / "bin"
    programs.mkdir(parents=True)
    qctl = programs / "qctl"
    qctl.write_text(f'#!/bin/sh\nexec {sys.executable} -m reconciler.cli.main "$@"\n', "utf-8")
    qctl.chmod(0o755)
    return {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(HOUSE),
        "HOME": os.environ["HOME"],
        "QCTL_LOCAL_CLOUD": str(folder / "cloud.sqlite"),
        "GITHUB_API_URL": api,
    }
