"""A repository on a small GitHub, whose jobs run the action."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.forge.github_fake import GitHubFake
from tests.forge.repository import Repository
from tests.forge.runner import Job


@dataclass
class OnGitHub:
    """What there is of it."""

    repository: Repository
    github: GitHubFake
    environment: dict[str, str]
    jobs: list[Job] = field(default_factory=list)

    def job(self, ref: str, *, onto: str = "", number: int = 0, event: str = "push", **inputs: str) -> Job:
        """The action in a checkout of a branch, merged onto another one as GitHub does for pull requests."""
        checkout = self.repository.checkout(ref, onto)
        payload = {"pull_request": {"number": number, "head": {"sha": checkout.head}}} if number else {}
        temp = checkout.path.with_name(f"{checkout.path.name}-temp")
        job = Job(checkout.path, temp, self.environment, payload, event, checkout.commit)
        self.jobs.append(job)
        job.run(install="false", working_directory="study", **inputs)
        self.repository.keep(checkout)
        return job

    def plan(self, number: int, branch: str, **inputs: str) -> Job:
        """On the pull request."""
        return self.job(branch, onto="main", number=number, event="pull_request", mode="plan", **inputs)

    def merged(self, number: int, branch: str) -> str:
        """Somebody merges a pull request."""
        commit = self.repository.merge(branch)
        self.github.merge(number, commit)
        return commit
