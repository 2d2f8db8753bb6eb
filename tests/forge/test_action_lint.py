"""What may stand in `action.yml` and in a workflow: no expression in a script, nobody's action but pinned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.forge.recipes import yamls_of
from tests.forge.runner import ACTION, HOUSE, action

# Somebody else's actions, each by the commit that was looked at.
_OTHERS = {
    "actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02",  # v4.6.2
    "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683",  # v4.2.2
    "actions/download-artifact@d3f86a106a0bac45b974a628896c90dbdf5c8093",  # v4.3.0
    "aws-actions/configure-aws-credentials@b47578312673ae6fa5b5096b330d9fbac3d116df",  # v4.2.1
}
_OURS = re.compile(r"OWNER/qctl@(?:COMMIT|[0-9a-f]{40})")
_EXAMPLE = (HOUSE / "examples" / "pull-requests" / ".github" / "workflows" / "quantum.yml").read_text("utf-8")
_SECRET = re.compile(r"TOKEN|SECRET|PASSWORD")


def steps_of(text: str) -> list[dict[str, Any]]:
    """Of an action, or of all jobs of a workflow."""
    loaded = yaml.safe_load(text)
    if "runs" in loaded:
        return list(loaded["runs"]["steps"])
    return [step for job in loaded["jobs"].values() for step in job["steps"]]


def problems(steps: list[dict[str, Any]]) -> Iterator[str]:
    """Everything that must not be."""
    for step in steps:
        name = step.get("name", "")
        script = step.get("run", "")
        if "${{" in script:
            yield f"{name}: an expression stands in a script, where a name can become a command"
        if re.search(r"\beval\b|set -x|printenv|\benv$", script, re.MULTILINE):
            yield f"{name}: a script runs texts, or prints its surroundings"
        if script and "run" in step and "shell" not in step:
            yield f"{name}: no shell"
        used = step.get("uses", "")
        if used and used not in _OTHERS and not _OURS.fullmatch(used):
            yield f"{name}: {used} is not pinned to a commit that was looked at"
        if re.search(r"(?<!\")\$(?:\{)?[A-Z_]+(?![A-Z_]*[}\"/\]\w:.+])(?!\")", re.sub(r'"[^"]*"', '""', script)):
            yield f"{name}: a variable without quotes"


def test_no_input_can_become_a_command() -> None:
    assert list(problems(action()["runs"]["steps"])) == []


@pytest.mark.parametrize("text", [_EXAMPLE, *yamls_of("github.md", "# .github/workflows/")], ids=["example", "a", "b"])
def test_workflows_as_well(text: str) -> None:
    steps = [step | {"shell": "bash"} for step in steps_of(text)]
    assert list(problems(steps)) == []
    loaded = yaml.safe_load(text)
    assert loaded["permissions"] == {}, "each job says its own"
    assert "pull_request_target" not in text
    inputs = action()["inputs"]
    for step in steps:
        if step.get("uses", "").startswith("OWNER/qctl"):
            assert set(step["with"]) <= set(inputs)


@pytest.mark.parametrize(
    "step",
    [
        {"run": "echo ${{ github.head_ref }}", "shell": "bash"},
        {"run": "qctl plan $FOLDER", "shell": "bash"},
        {"run": "set -x", "shell": "bash"},
        {"run": "true"},
        {"uses": "actions/checkout@v4"},
        {"uses": "somebody/thing@11bd71901bbe5b1630ceea73d27597364c9af683"},
    ],
    ids=str,
)
def test_what_must_not_be_is_found(step: dict[str, Any]) -> None:
    assert list(problems([step]))


def test_everything_has_a_description() -> None:
    described = action()
    for named in (described["inputs"], described["outputs"]):
        assert [name for name, told in named.items() if not told.get("description")] == []
    page = (HOUSE / "docs" / "ci" / "github.md").read_text("utf-8")
    assert [name for name in (*described["inputs"], *described["outputs"]) if f"`{name}`" not in page] == []


def test_the_token_is_given_only_to_steps_that_talk_to_github() -> None:
    for step in action()["runs"]["steps"]:
        if any(_SECRET.search(name) for name in step.get("env", {})):
            assert "qctl ci " in step["run"]
            assert not re.search(r"qctl (plan|apply|drift|validate)", step["run"])


def test_every_input_is_used_and_every_name_is_an_input() -> None:
    text = ACTION.read_text("utf-8")
    used = set(re.findall(r"inputs\.([a-z-]+)", text))
    assert used == set(action()["inputs"])
    assert set(re.findall(r"steps\.([a-z]+)\.", text)) <= {s.get("id") for s in steps_of(text)}


def test_scripts_are_bash(tmp_path: Path) -> None:
    import subprocess

    for step in action()["runs"]["steps"]:
        if "run" in step:
            (tmp_path / "s").write_text(step["run"], "utf-8")
            assert subprocess.run(["bash", "-n", "s"], cwd=tmp_path, check=False).returncode == 0
