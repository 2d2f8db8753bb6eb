"""Which forge this job runs for, by the variables that its runner sets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.core.ports import Clock
from reconciler.forge import github, gitlab
from reconciler.forge.client import Client
from reconciler.forge.github import GitHub
from reconciler.forge.gitlab import GitLab
from reconciler.forge.kind import Forbidden, ForgeError

Environ = Mapping[str, str]
_FORK = "Read the plan in the log of the job; nothing is written for forks"


def forge_here(environ: Environ, clock: Clock, author: str = "") -> GitHub | GitLab:
    """The forge of this job. Raises ForgeError where there is none, or no token."""
    if environ.get("GITHUB_REPOSITORY"):
        token = _token(environ, "GITHUB_TOKEN", "GH_TOKEN")
        base = environ.get("GITHUB_API_URL") or "https://api.github.com"
        client = Client(base, github.headers(token), clock, token)
        return GitHub(client, environ["GITHUB_REPOSITORY"], author)
    if environ.get("CI_PROJECT_ID"):
        token = _token(environ, "GITLAB_TOKEN")
        base = environ.get("CI_API_V4_URL") or "https://gitlab.com/api/v4"
        # A fork's pipeline runs in the fork, and its merge request is the other project's.
        project = environ.get("CI_MERGE_REQUEST_PROJECT_ID") or environ["CI_PROJECT_ID"]
        return GitLab(Client(base, gitlab.headers(token), clock, token), project, author)
    raise ForgeError(
        "neither GITHUB_REPOSITORY nor CI_PROJECT_ID is set: this is no job of GitHub Actions or GitLab CI"
    )


def request_here(environ: Environ) -> int | None:
    """The number of the pull request that this job is about, if it is about one."""
    number = str(_event(environ).get("pull_request", {}).get("number") or environ.get("CI_MERGE_REQUEST_IID", ""))
    return int(number) if number.isascii() and number.isdecimal() and int(number) > 0 else None


def head_here(environ: Environ) -> str:
    """The last commit of the pull request, not that of its trial merge; else the commit that is checked out."""
    head = _event(environ).get("pull_request", {}).get("head", {}).get("sha")
    branch = environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")  # only where GitLab made a trial merge
    return str(head or environ.get("GITHUB_SHA") or branch or environ.get("CI_COMMIT_SHA") or "")


def analysed_here(environ: Environ, checked_out: str) -> tuple[str, str]:
    """Which commit findings are about, and by which ref GitHub knows it. Raises ForgeError.

    A job about a pull request has its trial merge checked out, unless the workflow asked for the branch itself: then
    the lines are those of its last commit.
    """
    commit, ref = environ.get("GITHUB_SHA", ""), environ.get("GITHUB_REF", "")
    number = request_here(environ)
    if number is not None and checked_out != commit and checked_out == head_here(environ):
        return checked_out, f"refs/pull/{number}/head"
    if not commit or not ref:
        raise ForgeError("GITHUB_SHA and GITHUB_REF do not say which commit the findings are about")
    return commit, ref


def _event(environ: Environ) -> dict[str, Any]:
    path = environ.get("GITHUB_EVENT_PATH")
    if not path or not Path(path).is_file():
        return {}
    try:
        event = json.loads(Path(path).read_text("utf-8"))
    except ValueError:
        return {}
    wanted = isinstance(event, dict) and isinstance(event.get("pull_request"), dict)
    return event if wanted and isinstance(event["pull_request"].get("head", {}), dict) else {}


def _token(environ: Environ, *names: str) -> str:
    for name in names:
        if token := environ.get(name, "").strip():
            if not token.isascii() or not token.isprintable():
                raise ForgeError(f"{name} holds no token: a token is one word of plain letters")
            return token
    if environ.get("CI_MERGE_REQUEST_PROJECT_ID", environ.get("CI_PROJECT_ID")) != environ.get("CI_PROJECT_ID"):
        raise Forbidden("this merge request comes from a fork, whose pipeline has no token", _FORK)
    raise Forbidden("there is no token", f"Set {' or '.join(names)} for this step alone")
