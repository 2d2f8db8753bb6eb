"""A repository on a small GitHub, whose jobs run the action."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.forge.github_fake import REPOSITORY, GitHubFake
from tests.forge.repository import Repository
from tests.forge.runner import HOUSE, Job


@dataclass
class OnGitHub:
    """What there is of it."""

    repository: Repository
    github: GitHubFake
    environment: dict[str, str]
    action: Path = HOUSE
    """The checkout of qctl that the action is in."""
    jobs: list[Job] = field(default_factory=list)

    def job(
        self, ref: str, *, onto: str = "", number: int = 0, event: str = "push", fork: str = "", **inputs: str
    ) -> Job:
        """The action in a checkout of a branch, merged onto another one as GitHub does for pull requests."""
        checkout = self.repository.checkout(ref, onto)
        head = {"sha": checkout.head, "repo": {"full_name": fork or REPOSITORY}}
        payload = {"pull_request": {"number": number, "head": head}} if number else {}
        temp = checkout.path.with_name(f"{checkout.path.name}-temp")
        job = Job(checkout.path, temp, self.environment, payload, event, checkout.commit, self.action)
        self.jobs.append(job)
        job.run(**({"install": "false", "working_directory": "study"} | inputs))
        self.repository.keep(checkout)
        return job

    def plan(self, number: int, branch: str, fork: str = "", **inputs: str) -> Job:
        """On the pull request."""
        return self.job(branch, onto="main", number=number, event="pull_request", fork=fork, mode="plan", **inputs)

    def merged(self, number: int, branch: str) -> str:
        """Somebody merges a pull request."""
        commit = self.repository.merge(branch)
        self.github.merge(number, commit)
        return commit
