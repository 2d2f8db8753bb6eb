"""The custom workflow of docs/ci/atlantis.md, run as Atlantis runs it: `sh -c` for each step, in the project's folder.

Sources: runatlantis/atlantis, server/core/runtime/run_step_runner.go and env_step_runner.go (the environment, and that
an `env` step loses its last line feed), runtime.go (`GetPlanFilename`) and server/events/pending_plan_finder.go (how it
finds what `atlantis apply` is to apply).
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.forge.recipes import yaml_of
from tests.forge.repository import Checkout, Repository
from tests.forge.runner import surroundings
from tests.render.pull_request_tools import Stats, atlantis


def _workflow() -> dict[str, Any]:
    """Of the server, for the repository that the page names."""
    server = yaml.safe_load(yaml_of("atlantis.md", "# repos.yaml"))
    (repository,) = server["repos"]
    assert repository["apply_requirements"] == ["approved", "mergeable", "undiverged"]
    return dict(server["workflows"][repository["workflow"]])


def _folder() -> str:
    """Of the project, as the repository says it."""
    said = yaml.safe_load(yaml_of("atlantis.md", "# atlantis.yaml"))
    assert said["version"] == 3
    return str(said["projects"][0]["dir"])


@dataclass
class Atlantis:
    """A server and its working folder of one pull request; the state is where all of them find it."""

    repository: Repository
    environment: dict[str, str]
    workspace: str = "default"

    def checkout(self, branch: str) -> Checkout:
        """With `--checkout-strategy=merge`."""
        return self.repository.checkout(branch, onto="main")

    def run(self, stage: str, checkout: Checkout) -> tuple[int, str]:
        """The steps of a stage until one fails: its exit code, and what is shown."""
        folder = checkout.path / _folder()
        environment = self.environment | {
            "ATLANTIS_TERRAFORM_VERSION": "1.9.0",
            "BASE_BRANCH_NAME": "main",
            "BASE_REPO_NAME": "study",
            "BASE_REPO_OWNER": "lab",
            "COMMENT_ARGS": "",
            "DIR": str(folder),
            "HEAD_BRANCH_NAME": "more",
            "HEAD_COMMIT": checkout.head,
            "HEAD_REPO_NAME": "study",
            "HEAD_REPO_OWNER": "lab",
            "PLANFILE": str(folder / f"{self.workspace}.tfplan"),
            "SHOWFILE": str(folder / f"{self.workspace}.json"),
            "PROJECT_NAME": "",
            "PULL_AUTHOR": "ada",
            "PULL_NUM": "7",
            "REPO_REL_DIR": _folder(),
            "USER_NAME": "ada",
            "WORKSPACE": self.workspace,
        }
        shown = ""
        for step in _workflow()[stage]["steps"]:
            (kind, what) = next(iter(step.items()))
            code, said = _sh(what["command"] if kind == "env" else what, folder, environment)
            if kind == "env":
                environment[what["name"]] = said.removesuffix("\n")
            else:
                assert kind == "run"
                shown += said
            if code:
                return code, shown
        self.repository.keep(checkout)
        return 0, shown


def _sh(command: str, folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.fixture
def server(tmp_path: Path) -> Atlantis:
    environment = surroundings(tmp_path, "")
    del environment["GITHUB_API_URL"]
    return Atlantis(Repository.begun(tmp_path), environment)


def test_what_was_planned_is_applied_once_and_not_when_something_changed(server: Atlantis) -> None:
    server.repository.branch("more", "bell")
    pull = server.checkout("more")
    code, shown = server.run("plan", pull)
    assert code == 0, shown
    assert atlantis(shown) == Stats(imported=0, added=1, changed=0, destroyed=0)
    pending = server.repository.git("ls-files", ".", "--others", at=pull.path.name).splitlines()
    assert [name for name in pending if name.endswith(".tfplan")] == ["study/default.tfplan"], (
        "`atlantis apply` sees it"
    )

    other = server.checkout("more")  # the same pull request, as another server would have it
    assert server.run("plan", other)[0] == 0
    code, shown = server.run("apply", pull)
    assert code == 0, shown
    assert "Apply complete! Runs: 1 added, 0 changed, 0 destroyed." in shown
    assert server.repository.tasks() == 1

    # A custom apply leaves the plan where it is, so the command can be given again.
    code, shown = server.run("apply", pull)
    assert code == 5
    assert "Plan is stale [plan/stale]" in shown
    with (other.path / "study" / "bell.yaml").open("a", encoding="utf-8") as manifest:
        manifest.write("# edited\n")
    code, shown = server.run("apply", other)
    assert code == 5
    assert "The file bell.yaml was edited. Nothing was done." in shown
    assert server.repository.tasks() == 1

    again = server.checkout("more")
    code, shown = server.run("plan", again)
    assert code == 0
    assert atlantis(shown) is None, "no changes"


def test_a_workspace_is_an_environment_and_a_plan_that_fails_leaves_nothing_to_apply(server: Atlantis) -> None:
    server.repository.branch("more", "bell")
    server.workspace = "prod"
    pull = server.checkout("more")
    assert server.run("plan", pull)[0] == 0
    said = _sh(f"qctl show {pull.path}/study/prod.tfplan", pull.path, server.environment)[1]
    assert "environment prod" in said

    server.repository.commit("more", "bell", shots=200_000)
    refused = server.checkout("more")
    code, shown = server.run("plan", refused)
    assert code == 1
    assert "device/shots" in shown
    assert not (refused.path / "study" / "prod.tfplan").exists()
