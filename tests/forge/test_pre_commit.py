"""The hook, by pre-commit itself: it clones qctl, installs it from an index on this machine, and stops a commit."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.forge.checkout_of_qctl import copied
from tests.forge.package_index import Index, served
from tests.forge.recipes import yamls_of
from tests.forge.runner import HOUSE
from tests.test_docs import _ALL

_STUDY = HOUSE / "examples" / "pull-requests" / "study"


def _hook() -> dict[str, object]:
    (hook,) = yaml.safe_load((HOUSE / ".pre-commit-hooks.yaml").read_text("utf-8"))
    return dict(hook)


def _git(folder: Path, *args: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """As Ada, without anybody's settings; what a hook says is in its standard error."""
    env = dict(os.environ) | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    named = ["-c", "user.name=ada", "-c", "user.email=ada@example.org"]
    return subprocess.run(
        ["git", *named, *args], cwd=folder, env=env, capture_output=True, text=True, check=check, timeout=300
    )


def _committed(folder: Path) -> str:
    """Everything in a folder, as the first commit of a repository."""
    _git(folder, "init", "--quiet")
    _git(folder, "add", "--all", "--force")
    _git(folder, "commit", "--quiet", "--no-verify", "-m", "first")
    return _git(folder, "rev-parse", "HEAD").stdout.strip()


def _configured(page: str, source: Path, commit: str) -> str:
    """What the page says, with this machine's qctl in it."""
    (text,) = yamls_of(page, "# .pre-commit-config.yaml")
    return text.replace("https://github.com/OWNER/qctl", str(source)).replace("COMMIT", commit)


def test_a_commit_of_what_is_not_right_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = copied(tmp_path / "qctl")
    commit = _committed(source)
    mine = tmp_path / "mine"
    shutil.copytree(_STUDY, mine / "study")
    (mine / ".pre-commit-config.yaml").write_text(_configured("README.md", source, commit), "utf-8")
    _committed(mine)
    for name in ("PYTHONPATH", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_CONSTRAINT"):
        monkeypatch.delenv(name, raising=False)
    index = Index()
    with served(index):
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))
        installed = [sys.executable, "-m", "pre_commit", "install", "--install-hooks"]
        subprocess.run(installed, cwd=mine, check=True, capture_output=True)
    assert any(file.startswith("botocore-") for file in index.taken)

    manifest = mine / "study" / "qctl.yaml"
    right = manifest.read_text("utf-8")
    manifest.write_text(right.replace("shots: 1000", "shot: 1000"), "utf-8")
    stopped = _git(mine, "commit", "-am", "wrong", check=False)
    assert stopped.returncode == 1
    assert "qctl validate............................................................Failed" in stopped.stderr
    assert 'Did you mean "shots"?' in stopped.stderr
    manifest.write_text(right.replace("shots: 1000", "shots: 100"), "utf-8")
    assert (
        "qctl validate............................................................Passed"
        in _git(mine, "commit", "-am", "right").stderr
    )
    (mine / "README.md").write_text("no manifest\n", "utf-8")
    _git(mine, "add", "README.md")
    assert "(no files to check)Skipped" in _git(mine, "commit", "-m", "words").stderr


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
