"""A small GitLab on this machine: notes, labels, issues and merged requests, as its REST documentation has them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "glpat-only-for-tests"
BOT = "project_1_bot"
Answer = tuple[int, Any, dict[str, str]]


@dataclass
class MergeRequest:
    """One of them."""

    notes: list[dict[str, Any]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    commit: str = ""
    """The merge commit; empty: it is open."""


@dataclass
class GitLabFake:
    """What it holds, and whether the token may write."""

    url: str = ""
    requests: dict[int, MergeRequest] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    may: bool = True
    _last: int = 0

    def note(self, number: int, author: str, body: str, *, system: bool = False) -> dict[str, Any]:
        """Somebody says something."""
        self._last += 1
        made = {"id": self._last, "author": {"username": author}, "body": body, "system": system}
        self.requests.setdefault(number, MergeRequest()).notes.append(made)
        return made

    def under(self, number: int, author: str = BOT) -> list[str]:
        """What somebody said about a merge request."""
        return [n["body"] for n in self.requests[number].notes if n["author"]["username"] == author]

    def answer(self, method: str, target: str, body: Any, token: str) -> Answer:
        """One request."""
        if token != TOKEN:
            return 401, {"message": "401 Unauthorized"}, {}
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/user":
            return 200, {"username": BOT}, {}
        if method != "GET" and not self.may:
            return 403, {"message": "403 Forbidden"}, {}
        found = re.fullmatch(r"/projects/[^/]+(/.+)", parts.path)
        return self._route(method, found[1], query, body) if found else (404, {"error": "404 Not Found"}, {})

    def _route(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        if found := re.fullmatch(r"/merge_requests/(\d+)/notes(?:/(\d+))?", path):
            return self._notes(method, int(found[1]), query, body, int(found[2] or 0))
        if found := re.fullmatch(r"/merge_requests/(\d+)", path):
            return self._request(int(found[1]), body)
        if found := re.fullmatch(r"/repository/commits/([0-9a-z]+)/merge_requests", path):
            return 200, [self._described(number, found[1]) for number in self.requests], {}
        if found := re.fullmatch(r"/issues(?:/(\d+))?", path):
            return self._issues(method, query, body, int(found[1] or 0))
        return 404, {"error": "404 Not Found"}, {}

    def _described(self, number: int, commit: str) -> dict[str, Any]:
        """Of the requests that hold a commit; only one was merged by it."""
        merged = self.requests[number].commit
        state = {"state": "merged", "merge_commit_sha": merged} if merged else {"state": "opened"}
        return {"iid": number, "sha": "0" * len(commit)} | state

    def _request(self, number: int, body: Any) -> Answer:
        there = self.requests.setdefault(number, MergeRequest())
        if body:
            there.labels = [name for name in there.labels if name != body.get("remove_labels")]
            there.labels += [n for n in body.get("add_labels", "").split(",") if n and n not in there.labels]
        return 200, {"iid": number, "labels": there.labels}, {}

    def _notes(self, method: str, number: int, query: dict[str, str], body: Any, note: int) -> Answer:
        if method == "POST":
            return 201, self.note(number, BOT, body["body"]), {}
        there = self.requests.setdefault(number, MergeRequest()).notes
        if method == "PUT":
            made = next(n for n in there if n["id"] == note)
            made["body"] = body["body"]
            return 200, made, {}
        page = int(query.get("page", "1"))  # of one note each
        more = {"link": f'<{self.url}/projects/1/merge_requests/{number}/notes?page={page + 1}>; rel="next"'}
        return 200, there[page - 1 : page], more if len(there) > page else {}

    def _issues(self, method: str, query: dict[str, str], body: Any, number: int) -> Answer:
        if method == "GET":
            wanted = [i for i in self.issues if i["state"] == query["state"] and query["labels"] in i["labels"]]
            return 200, wanted, {}
        if method == "POST":
            made = {"iid": len(self.issues) + 1, "author": {"username": BOT}, "state": "opened", **body}
            self.issues.append(made)
            return 201, made, {}
        self.issues[number - 1] |= body | ({"state": "closed"} if body.get("state_event") == "close" else {})
        return 200, self.issues[number - 1], {}
