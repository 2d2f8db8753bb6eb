"""The same on GitLab: notes of a merge request, its labels, and issues."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from reconciler.forge.client import Client
from reconciler.forge.gitlab import GitLab, headers
from reconciler.forge.kind import Forbidden
from reconciler.forge.upkeep import close_issue, put_comment, put_issue, put_labels
from tests.forge.github_fake import served
from tests.forge.test_github import HandClock, ours

_MARK = "<!-- ours -->"
_TOKEN = "glpat-only-for-tests"
_BASE = "/projects/lab%2Fstudy"


@dataclass
class GitLabFake:
    """A small GitLab: one merge request, number 7."""

    url: str = ""
    notes: list[dict[str, Any]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    may: bool = True

    def note(self, author: str, body: str, *, system: bool = False) -> dict[str, Any]:
        self.notes.append({"id": len(self.notes) + 1, "author": {"username": author}, "body": body, "system": system})
        return self.notes[-1]

    def answer(self, method: str, target: str, body: Any, token: str) -> tuple[int, Any, dict[str, str]]:
        assert token == _TOKEN
        parts = urlsplit(target)
        path, query = parts.path.removeprefix(_BASE), {k: v[0] for k, v in parse_qs(parts.query).items()}
        if path == "/user":
            return 200, {"username": "project_1_bot"}, {}
        if method != "GET" and not self.may:
            return 403, {"message": "403 Forbidden"}, {}
        if found := re.fullmatch(r"/merge_requests/7/notes(?:/(\d+))?", path):
            return self._notes(method, query, body, int(found[1] or 0))
        if path == "/merge_requests/7":
            if body:
                self.labels = [name for name in self.labels if name != body.get("remove_labels")]
                self.labels += list(filter(None, body.get("add_labels", "").split(",")))
            return 200, {"labels": self.labels}, {}
        if path == "/repository/commits/abc/merge_requests":
            return 200, [{"iid": 7, "state": "merged", "merge_commit_sha": "abc"}, {"iid": 8, "state": "opened"}], {}
        return self._issues(method, body, int(path.rpartition("/")[2]) if path.count("/") > 1 else 0)

    def _notes(self, method: str, query: dict[str, str], body: Any, note: int) -> tuple[int, Any, dict[str, str]]:
        if method == "POST":
            return 201, self.note("project_1_bot", body["body"]), {}
        if method == "PUT":
            self.notes[note - 1]["body"] = body["body"]
            return 200, self.notes[note - 1], {}
        page = int(query.get("page", "1"))
        more = {"link": f'<{self.url}{_BASE}/merge_requests/7/notes?page={page + 1}>; rel="next"'}
        return 200, self.notes[page - 1 : page], more if len(self.notes) > page else {}

    def _issues(self, method: str, body: Any, number: int) -> tuple[int, Any, dict[str, str]]:
        if method == "GET":
            return 200, [i for i in self.issues if i["state"] == "opened"], {}
        if method == "POST":
            self.issues.append({"iid": 1, "author": {"username": "project_1_bot"}, "state": "opened", **body})
            return 201, self.issues[-1], {}
        self.issues[number - 1] |= body | ({"state": "closed"} if body.get("state_event") == "close" else {})
        return 200, self.issues[number - 1], {}


def test_notes_labels_issues_and_merged_requests() -> None:
    fake = GitLabFake()
    with served(fake):
        gitlab = GitLab(Client(fake.url, headers(_TOKEN), HandClock(), _TOKEN), "lab/study")
        fake.note("project_1_bot", f"{_MARK} added 1 commit", system=True)
        fake.note("ada", f"{_MARK} forged")
        done = [put_comment(gitlab, 7, ours, f"{_MARK} {text}") for text in ("one", "two", "two")]
        assert done == ["made", "updated", "kept"]
        assert [n["body"] for n in fake.notes][1:] == [f"{_MARK} forged", f"{_MARK} two"]
        fake.labels = ["bug", "qctl:pays"]
        put_labels(gitlab, 7, ["qctl:failed"], ["qctl:pays", "qctl:failed"])
        assert fake.labels == ["bug", "qctl:failed"]
        assert gitlab.merged("abc") == [7]
        assert put_issue(gitlab, "drift", ours, "t", f"{_MARK} one") == "opened 1"
        assert put_issue(gitlab, "drift", ours, "t", f"{_MARK} two") == "updated 1"
        assert close_issue(gitlab, "drift", ours, "t", f"{_MARK} none") == "closed 1"
        assert fake.issues[0]["description"] == f"{_MARK} none"
        fake.may = False
        with pytest.raises(Forbidden) as caught:
            put_comment(gitlab, 7, ours, _MARK)
        assert "project access token" in caught.value.grant
