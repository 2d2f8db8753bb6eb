"""The step that installs qctl, with pip and an index of packages on this machine; then a plan by what it installed."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from tests.forge.checkout_of_qctl import copied
from tests.forge.hub import OnGitHub
from tests.forge.package_index import Index, served


@pytest.fixture
def hub(hub: OnGitHub, tmp_path: Path) -> OnGitHub:
    """A runner without qctl, and a checkout of the action."""
    hub.action = copied(tmp_path / "action")
    del hub.environment["PYTHONPATH"]
    (tmp_path / "bin" / "qctl").unlink()
    python = tmp_path / "bin" / "python3"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', "utf-8")
    python.chmod(0o755)
    return hub


def test_what_the_action_installs_makes_the_plan(hub: OnGitHub) -> None:
    """With the extras that were asked for, in the versions that the repository pins, and from this very commit."""
    hub.repository.branch("more", "bell")
    pinned = metadata.version("rich")
    (hub.repository.root / "desk" / "pins.txt").write_text(f"rich=={pinned}\n", "utf-8")
    hub.repository.commit("more", "bell")
    index = Index(newer={"rich": "999.0"})
    with served(index):
        hub.environment |= {"PIP_INDEX_URL": index.url, "PIP_CONFIG_FILE": "/dev/null", "PIP_NO_CACHE_DIR": "1"}
        job = hub.plan(1, "more", install="true", extras="encrypt", constraints="pins.txt")
    assert job.code == 0, job.log
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in hub.github.under(1)[0]
    installed = job.temp / "qctl-venv"
    found = subprocess.run(
        [installed / "bin" / "python", "-c", "import reconciler; print(reconciler.__file__)"],
        cwd=job.temp,
        env=hub.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(found.stdout.strip()).is_relative_to(installed)
    taken = {file.split("-")[0] for file in index.taken}
    assert {"botocore", "click", "cryptography", "setuptools"} <= taken
    assert "pulser_simulation" not in taken, "an extra that nobody asked for"
    assert [file for file in index.taken if file.startswith("rich-")] == [f"rich-{pinned}-py3-none-any.whl"]


@pytest.mark.parametrize("extras", ["simulate]; touch owned", "$(touch owned)", "../other", "a b", "A", "-r x", "a\nb"])
def test_extras_that_are_no_words_are_refused_before_anything_is_installed(hub: OnGitHub, extras: str) -> None:
    checkout = hub.repository.root / "job0"
    job = hub.job("main", mode="plan", install="true", extras=extras)
    assert job.code == 1
    assert job.log == "extras: words with commas between\n"
    assert not (job.temp / "qctl-venv").exists()
    assert not list(checkout.rglob("owned"))


def test_an_option_of_pip_is_no_file_of_constraints(hub: OnGitHub) -> None:
    hub.environment |= {"PIP_INDEX_URL": "http://127.0.0.1:1/simple", "PIP_CONFIG_FILE": "/dev/null"}
    evil = '--index-url=http://127.0.0.1:2 "; touch "$RUNNER_TEMP/owned"; "'
    job = hub.job("main", mode="plan", install="true", constraints=evil)
    assert job.code == 1
    assert "Could not open requirements file" in job.log
    assert not list(job.temp.rglob("owned"))
