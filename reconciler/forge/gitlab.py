"""GitLab's REST API, version 4: https://docs.gitlab.com/api/."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from reconciler.forge.answers import number_of, text_of
from reconciler.forge.client import Client, Refused
from reconciler.forge.kind import Comment, Forbidden, Issue

T = TypeVar("T")
_GRANT = (
    "Set the variable GITLAB_TOKEN, masked, to a project access token with the scope `api` and the role Reporter "
    "or higher: the job's own token may not write notes"
)


def headers(token: str) -> dict[str, str]:
    """What every request says."""
    return {"private-token": token, "accept": "application/json"}


@dataclass(frozen=True, slots=True)
class GitLab:
    """Implements Forge for one project, by its number or its path. Pull requests are merge requests here."""

    client: Client
    project: str
    author: str = ""

    def me(self) -> str:
        """A project's token is a user of its own."""
        return self.author or text_of(_allowed(lambda: self.client.get("/user")), "username")

    def comments(self, number: int) -> Iterator[Comment]:
        """Notes that people or tokens wrote, not those of GitLab itself."""
        query = {"sort": "asc", "order_by": "created_at"}
        path = self._path(f"/merge_requests/{number}/notes")
        for item in _allowed(lambda: list(self.client.pages(path, query))):
            if not item.get("system"):
                yield _comment(item)

    def add_comment(self, number: int, body: str) -> Comment:
        """A note."""
        path = self._path(f"/merge_requests/{number}/notes")
        return _comment(_allowed(lambda: self.client.make(path, {"body": body})))

    def edit_comment(self, number: int, comment: int, body: str) -> None:
        """In place."""
        path = self._path(f"/merge_requests/{number}/notes/{comment}")
        _allowed(lambda: self.client.edit("PUT", path, {"body": body}))

    def labels(self, number: int) -> Sequence[str]:
        """By name."""
        found = _allowed(lambda: self.client.get(self._path(f"/merge_requests/{number}")))
        return [str(label) for label in found.get("labels") or []]

    def add_labels(self, number: int, labels: Sequence[str]) -> None:
        """Those that the project lacks are made by GitLab."""
        self._relabel(number, {"add_labels": ",".join(labels)})

    def remove_label(self, number: int, label: str) -> None:
        """Taking off what is off changes nothing."""
        self._relabel(number, {"remove_labels": label})

    def _relabel(self, number: int, change: Mapping[str, str]) -> None:
        _allowed(lambda: self.client.edit("PUT", self._path(f"/merge_requests/{number}"), change))

    def merged(self, commit: str) -> Sequence[int]:
        """By the merge commit, the squashed one, or the last one of a fast-forward."""
        path = self._path(f"/repository/commits/{quote(commit, safe='')}/merge_requests")
        found = _allowed(lambda: list(self.client.pages(path)))
        names = ("merge_commit_sha", "squash_commit_sha", "sha")
        made = [m for m in found if m.get("state") == "merged" and commit in [m.get(name) for name in names]]
        return [number_of(m, "iid") for m in made]

    def open_issues(self, label: str) -> Iterator[Issue]:
        """By the label."""
        query = {"state": "opened", "labels": label, "sort": "asc", "order_by": "created_at"}
        for item in _allowed(lambda: list(self.client.pages(self._path("/issues"), query))):
            yield Issue(number_of(item, "iid"), _author(item), item.get("description") or "")

    def open_issue(self, title: str, body: str, label: str) -> int:
        """With its label."""
        data = {"title": title, "description": body, "labels": label}
        return number_of(_allowed(lambda: self.client.make(self._path("/issues"), data)), "iid")

    def edit_issue(self, number: int, title: str, body: str, *, close: bool = False) -> None:
        """In place."""
        data = {"title": title, "description": body} | ({"state_event": "close"} if close else {})
        _allowed(lambda: self.client.edit("PUT", self._path(f"/issues/{number}"), data))

    def _path(self, rest: str) -> str:
        return f"/projects/{quote(self.project, safe='')}{rest}"


def _comment(item: Any) -> Comment:
    return Comment(number_of(item, "id"), _author(item), item.get("body") or "")


def _author(item: Mapping[str, Any]) -> str:
    author = item.get("author")
    return text_of(author, "username") if isinstance(author, dict) else ""


def _allowed(call: Callable[[], T]) -> T:
    try:
        return call()
    except Refused as error:
        if error.status in {401, 403}:
            raise Forbidden(str(error), _GRANT) from error
        raise
