"""The action, workflows and pipelines, by the schemas that their own makers and SchemaStore publish.

The package check-jsonschema carries them, and the dialect of regular expressions that they are written in.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.forge.recipes import yaml_of, yamls_of
from tests.forge.runner import ACTION, HOUSE

_WORKFLOWS = (
    HOUSE / ".github" / "workflows" / "ci.yml",
    HOUSE / "examples" / "pull-requests" / ".github" / "workflows" / "quantum.yml",
)


def faults(schema: str, *files: Path, transform: str = "") -> str:
    """What the schema has against files; empty: nothing."""
    options = ["--builtin-schema", schema, *(["--data-transform", transform] if transform else [])]
    command = [sys.executable, "-m", "check_jsonschema", *options, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_the_action() -> None:
    assert faults("vendor.github-actions", ACTION) == ""


def test_workflows(tmp_path: Path) -> None:
    texts = yamls_of("github.md", "# .github/workflows/")
    pages = [tmp_path / f"{number}.yml" for number in range(len(texts))]
    for page, text in zip(pages, texts, strict=True):
        page.write_text(text, "utf-8")
    assert len(pages) == 2
    assert faults("vendor.github-workflows", *pages, *_WORKFLOWS) == ""


def test_the_pipeline(tmp_path: Path) -> None:
    page = tmp_path / "page.yml"
    page.write_text(yaml_of("gitlab.md", "# .gitlab-ci.yml"), "utf-8")
    assert faults("vendor.gitlab-ci", page, transform="gitlab-ci") == ""


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ("vendor.github-actions", "name: x\ndescription: x\nruns: {using: composite, steps: [{run: x}]}\n"),
        ("vendor.github-workflows", "on: push\njobs: {a: {steps: []}}\n"),
        ("vendor.gitlab-ci", "a: {script: [x], artifacts: {reports: {junit: 7}}}\n"),
    ],
)
def test_what_they_do_not_know_is_found(tmp_path: Path, schema: str, text: str) -> None:
    """Such as a step without a shell, a job that runs nowhere, and a report that is no file."""
    (tmp_path / "wrong.yml").write_text(text, "utf-8")
    assert faults(schema, tmp_path / "wrong.yml")
