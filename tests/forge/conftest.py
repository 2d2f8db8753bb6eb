"""Repositories on forges that are on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forge.github_fake import GitHubFake, served
from tests.forge.hub import OnGitHub
from tests.forge.repository import Repository
from tests.forge.runner import surroundings


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[OnGitHub]:
    """With a project on main that declares nothing."""
    github = GitHubFake()
    with served(github):
        yield OnGitHub(Repository.begun(tmp_path), github, surroundings(tmp_path, github.url))
