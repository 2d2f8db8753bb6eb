"""GitHub's REST API, version 2022-11-28: https://docs.github.com/en/rest."""

from __future__ import annotations

import base64
import gzip
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import quote

from reconciler.forge.answers import number_of, text_of
from reconciler.forge.client import Client, Refused
from reconciler.forge.kind import Comment, Forbidden, ForgeError, Issue

T = TypeVar("T")
ACTIONS_BOT: Final = "github-actions[bot]"
"""Who a workflow's own token writes as. It may not ask who it is."""
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_COMMENT = (
    "Give the job `permissions: pull-requests: write`. A pull request from a fork gets a token that only reads, "
    "whatever the workflow says"
)
_READ = "Give the job `permissions: pull-requests: read`"
_ISSUES = "Give the job `permissions: issues: write`"
_SCANNING = (
    "Give the job `permissions: security-events: write`, and turn on code scanning in the repository's settings: a "
    "private repository needs GitHub Code Security for it"
)
_MOST_SARIF = 10_000_000  # bytes, compressed
_MOST_WORDS = 600  # characters of what is wrong with a report


def headers(token: str) -> dict[str, str]:
    """What every request says."""
    return {
        "authorization": f"Bearer {token}",
        "accept": "application/vnd.github+json",
        "x-github-api-version": "2022-11-28",
    }


@dataclass(frozen=True, slots=True)
class GitHub:
    """Implements Forge for one repository. `author` is who the token is, where that is known."""

    client: Client
    repository: str
    author: str = ""

    def __post_init__(self) -> None:
        if not _REPOSITORY.fullmatch(self.repository):
            raise ForgeError(f"{self.repository!r} is no repository of GitHub")

    def me(self) -> str:
        """By the token itself; the token of a workflow may not ask, and is known."""
        if self.author:
            return self.author
        try:
            return text_of(self.client.get("/user"), "login")
        except Refused as error:
            if error.status in {401, 404}:
                raise
            return ACTIONS_BOT

    def comments(self, number: int) -> Iterator[Comment]:
        """By pages."""
        for item in _allowed(lambda: list(self.client.pages(self._path(f"/issues/{number}/comments"))), _READ):
            yield _comment(item)

    def add_comment(self, number: int, body: str) -> Comment:
        """Under the pull request as a whole, beside no line."""
        return _comment(
            _allowed(lambda: self.client.make(self._path(f"/issues/{number}/comments"), {"body": body}), _COMMENT)
        )

    def edit_comment(self, number: int, comment: int, body: str) -> None:
        """GitHub's comments have numbers of their own."""
        del number
        path = self._path(f"/issues/comments/{comment}")
        _allowed(lambda: self.client.edit("PATCH", path, {"body": body}), _COMMENT)

    def labels(self, number: int) -> Sequence[str]:
        """By name."""
        found = _allowed(lambda: list(self.client.pages(self._path(f"/issues/{number}/labels"))), _READ)
        return [text_of(item, "name") for item in found]

    def add_labels(self, number: int, labels: Sequence[str]) -> None:
        """Adding a label that is there changes nothing, so this may be repeated."""
        path = self._path(f"/issues/{number}/labels")
        _allowed(lambda: self.client.edit("POST", path, {"labels": list(labels)}), _COMMENT)

    def remove_label(self, number: int, label: str) -> None:
        """One that somebody else took off is off."""
        path = self._path(f"/issues/{number}/labels/{quote(label, safe='')}")
        try:
            _allowed(lambda: self.client.edit("DELETE", path), _COMMENT)
        except Refused as error:
            if error.status not in {404, 410}:
                raise

    def merged(self, commit: str) -> Sequence[int]:
        """Those whose merge made this very commit."""
        path = self._path(f"/commits/{quote(commit, safe='')}/pulls")
        found = _allowed(lambda: list(self.client.pages(path)), _READ)
        return [number_of(p, "number") for p in found if p.get("merged_at") and p.get("merge_commit_sha") == commit]

    def open_issues(self, label: str) -> Iterator[Issue]:
        """Pull requests are issues to GitHub, and none to us."""
        query = {"state": "open", "labels": label, "sort": "created", "direction": "asc"}
        for item in _allowed(lambda: list(self.client.pages(self._path("/issues"), query)), _ISSUES):
            if "pull_request" not in item:
                yield Issue(number_of(item, "number"), _author(item), item.get("body") or "")

    def open_issue(self, title: str, body: str, label: str) -> int:
        """With its label, by which it is found again."""
        data = {"title": title, "body": body, "labels": [label]}
        return number_of(_allowed(lambda: self.client.make(self._path("/issues"), data), _ISSUES), "number")

    def edit_issue(self, number: int, title: str, body: str, *, close: bool = False) -> None:
        """In place."""
        data = {"title": title, "body": body} | ({"state": "closed", "state_reason": "completed"} if close else {})
        _allowed(lambda: self.client.edit("PATCH", self._path(f"/issues/{number}"), data), _ISSUES)

    def upload_sarif(self, report: bytes, commit: str, ref: str) -> str:
        """Findings for code scanning; the same report twice is one. Says by which id it is followed."""
        packed = gzip.compress(report, mtime=0)
        if len(packed) > _MOST_SARIF:
            raise ForgeError(
                f"the findings are {len(packed):,} bytes when compressed, and GitHub takes {_MOST_SARIF:,}"
            )
        encoded = base64.b64encode(packed).decode("ascii")
        data = {"commit_sha": commit, "ref": ref, "sarif": encoded, "tool_name": "qctl"}
        path = self._path("/code-scanning/sarifs")
        return text_of(_allowed(lambda: self.client.edit("POST", path, data), _SCANNING), "id")

    def sarif_standing(self, upload: str) -> tuple[str, str]:
        """What became of an upload (`pending`, `complete` or `failed`), and what was wrong with it."""
        path = self._path(f"/code-scanning/sarifs/{quote(upload, safe='')}")
        answer = _allowed(lambda: self.client.get(path), _SCANNING)
        errors = answer.get("errors") or [] if isinstance(answer, dict) else []
        return text_of(answer, "processing_status"), "; ".join(map(str, errors))[:_MOST_WORDS]

    def _path(self, rest: str) -> str:
        return f"/repos/{self.repository}{rest}"


def _comment(item: Any) -> Comment:
    return Comment(number_of(item, "id"), _author(item), item.get("body") or "")


def _author(item: Mapping[str, Any]) -> str:
    user = item.get("user")  # none any more, if the account was deleted
    return text_of(user, "login") if isinstance(user, dict) else ""


def _allowed(call: Callable[[], T], grant: str) -> T:
    """The call, with a refused right told as the right to grant."""
    try:
        return call()
    except Refused as error:
        if error.status in {401, 403}:
            raise Forbidden(str(error), grant) from error
        raise
