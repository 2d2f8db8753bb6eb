"""A small GitHub on this machine: what its REST documentation says of comments, labels, issues and merged requests.

It has pages, rights, refusals of what is too long, limits of rates, and answers that get lost after acting.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.forge.answering import answering
from tests.forge.scanning_fake import ScanningFake

TOKEN = "ghs_only-for-tests"
BOT = "github-actions[bot]"
REPOSITORY = "lab/study"
_LONGEST = 65_536
Answer = tuple[int, Any, dict[str, str]]


@dataclass
class GitHubFake:
    """What it holds, and how it is to behave."""

    url: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    labels: dict[int, list[str]] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    pulls: dict[int, dict[str, Any]] = field(default_factory=dict)
    scanning: ScanningFake = field(default_factory=ScanningFake)
    may: set[str] = field(default_factory=lambda: {"pull-requests", "issues", "security-events"})
    page_size: int = 2
    next_answers: list[Answer] = field(default_factory=list)
    """Given to the next requests instead of what would happen."""
    lose_after: str = ""
    """Requests with this method act, and are answered by a failing gateway. Once."""
    lose_before: str = ""
    """Requests with this method never arrive, and are answered by a failing gateway."""
    requests: list[tuple[str, str]] = field(default_factory=list)
    _last: int = 100

    def say(self, number: int, author: str, body: str) -> dict[str, Any]:
        """Somebody comments."""
        self._last += 1
        made = {"id": self._last, "user": {"login": author}, "body": body, "number": number}
        self.comments.append(made)
        return made

    def under(self, number: int, author: str = BOT) -> list[str]:
        """What somebody said under a pull request."""
        return [c["body"] for c in self.comments if c["number"] == number and c["user"]["login"] == author]

    def merge(self, number: int, commit: str) -> None:
        """Somebody merges a pull request."""
        self.pulls[number] = {"number": number, "merged_at": "2026-01-15T12:00:00Z", "merge_commit_sha": commit}

    def answer(self, method: str, target: str, body: Any, token: str) -> Answer:
        """One request."""
        self.requests.append((method, target))
        if self.next_answers:
            return self.next_answers.pop(0)
        if token != f"Bearer {TOKEN}":
            return 401, {"message": "Bad credentials"}, {}
        if self.lose_before == method:
            return 502, {"message": "Server Error"}, {}
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        done = self._route(method, parts.path, query, body)
        if self.lose_after == method:
            self.lose_after = ""
            return 502, {"message": "Server Error"}, {}
        return done

    def _route(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        path = path.removeprefix(f"/repos/{REPOSITORY}")
        if found := re.fullmatch(r"/issues/(\d+)/comments", path):
            return self._comments(method, path, query, body, int(found[1]))
        if found := re.fullmatch(r"/issues/comments/(\d+)", path):
            return self._edit_comment(int(found[1]), body)
        if found := re.fullmatch(r"/issues/(\d+)/labels(?:/(.+))?", path):
            return self._labels(method, path, query, body, int(found[1]), unquote(found[2] or ""))
        if found := re.fullmatch(r"/issues(?:/(\d+))?", path):
            return self._issues(method, path, query, body, int(found[1] or 0))
        if found := re.fullmatch(r"/code-scanning/sarifs(?:/(.+))?", path):
            allowed = "security-events" in self.may
            return self.scanning.answer(method, found[1] or "", body) if allowed else _forbidden()
        return self._rest(path, query)

    def _rest(self, path: str, query: dict[str, str]) -> Answer:
        if path == "/user":  # the token of a workflow may not ask who it is
            return _forbidden()
        if found := re.fullmatch(r"/commits/([0-9a-f]+)/pulls", path):
            return self._page(path, query, [p for p in self.pulls.values() if p["merge_commit_sha"] == found[1]])
        return 404, {"message": "Not Found"}, {}

    def _comments(self, method: str, path: str, query: dict[str, str], body: Any, number: int) -> Answer:
        if method == "GET":
            return self._page(path, query, [c for c in self.comments if c["number"] == number])
        if "pull-requests" not in self.may:
            return _forbidden()
        if len(body["body"]) > _LONGEST:
            return _too_long()
        return 201, self.say(number, BOT, body["body"]), {}

    def _edit_comment(self, comment: int, body: Any) -> Answer:
        if "pull-requests" not in self.may:
            return _forbidden()
        if len(body["body"]) > _LONGEST:
            return _too_long()
        for there in self.comments:
            if there["id"] == comment:
                there["body"] = body["body"]
                return 200, there, {}
        return 404, {"message": "Not Found"}, {}

    def _labels(self, method: str, path: str, query: dict[str, str], body: Any, number: int, label: str) -> Answer:
        there = self.labels.setdefault(number, [])
        if method == "GET":
            return self._page(path, query, [{"name": name} for name in there])
        if "pull-requests" not in self.may:
            return _forbidden()
        if method == "DELETE":
            if label not in there:
                return 404, {"message": "Label does not exist"}, {}
            there.remove(label)
        else:
            there += [name for name in body["labels"] if name not in there]
        return 200, [{"name": name} for name in there], {}

    def _issues(self, method: str, path: str, query: dict[str, str], body: Any, number: int) -> Answer:
        if "issues" not in self.may:
            return _forbidden()
        if method == "GET":
            wanted = [i for i in self.issues if i["state"] == query["state"] and query["labels"] in i["labels"]]
            return self._page(path, query, wanted)
        if method == "POST":
            self._last += 1
            self.issues.append({"number": self._last, "user": {"login": BOT}, "state": "open", **body})
            return 201, self.issues[-1], {}
        there = next(i for i in self.issues if i["number"] == number)
        there |= body
        return 200, there, {}

    def _page(self, path: str, query: dict[str, str], items: list[Any]) -> Answer:
        size, page = min(self.page_size, int(query.get("per_page", "30"))), int(query.get("page", "1"))
        headers = {}
        if len(items) > size * page:
            rest = "&".join(f"{name}={value}" for name, value in query.items() if name != "page")
            address = f"{self.url}/repos/{REPOSITORY}{path}?{rest}&page={page + 1}"
            headers["link"] = f'<{address}>; rel="next", <{address}>; rel="last"'
        return 200, items[size * (page - 1) : size * page], headers


def _forbidden() -> Answer:
    return 403, {"message": "Resource not accessible by integration"}, {}


def _too_long() -> Answer:
    errors = [{"resource": "IssueComment", "code": "unprocessable", "field": "data", "message": "Body is too long"}]
    return 422, {"message": "Validation Failed", "errors": errors}, {}


@contextmanager
def served(fake: Any) -> Iterator[None]:
    """On a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            body = json.loads(self.rfile.read(length)) if length else None
            token = self.headers.get("authorization") or self.headers.get("private-token") or ""
            status, answer, headers = fake.answer(self.command, self.path, body, token)
            data = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {
                "content-type": "application/json",
                "content-length": str(len(data)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
            """Tests print nothing."""

    for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
        setattr(Handler, f"do_{method}", Handler._do)
    with answering(Handler) as url:
        fake.url = url
        yield
