"""The hook of pre-commit, run as pre-commit would run it: from the root of a repository, without names of files."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.forge.runner import HOUSE, surroundings
from tests.test_docs import _ALL

_STUDY = HOUSE / "examples" / "pull-requests" / "study"


def _hook() -> dict[str, object]:
    (hook,) = yaml.safe_load((HOUSE / ".pre-commit-hooks.yaml").read_text("utf-8"))
    return dict(hook)


@pytest.mark.parametrize("broken", [False, True])
def test_the_hook_passes_what_is_right_and_stops_what_is_not(tmp_path: Path, broken: bool) -> None:
    shutil.copytree(_STUDY, tmp_path / "study")
    manifest = tmp_path / "study" / "qctl.yaml"
    if broken:
        manifest.write_text(manifest.read_text("utf-8").replace("shots: 1000", "shot: 1000"), "utf-8")
    hook = _hook()
    assert (hook["language"], hook["pass_filenames"]) == ("python", False)
    command = [*shlex.split(str(hook["entry"])), "--chdir", "study"]
    env = surroundings(tmp_path / "machine", "")
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == int(broken), done.stderr
    assert ("Did you mean" in done.stderr) == broken


def test_the_program_that_it_names_is_installed_with_the_package() -> None:
    import tomllib

    scripts = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert str(_hook()["entry"]).split()[0] in scripts


def test_it_runs_for_every_sort_of_file_that_a_project_reads() -> None:
    pattern = re.compile(str(_hook()["files"]))
    for name in ("study/qctl.yaml", "a/circuits/ghz.qasm", "sequences/rabi.json", "algo/main.py"):
        assert pattern.search(name)
    assert not pattern.search("README.md")


def test_pages_name_the_hook_that_there_is() -> None:
    named = {found for page in _ALL for found in re.findall(r"- id: (qctl-[a-z]+)", page.read_text("utf-8"))}
    assert named == {_hook()["id"]}
