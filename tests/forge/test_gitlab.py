"""The same on GitLab: notes of a merge request, its labels, and issues."""

from __future__ import annotations

import pytest

from reconciler.forge.client import Client
from reconciler.forge.gitlab import GitLab, headers
from reconciler.forge.kind import Forbidden
from reconciler.forge.place import forge_here, head_here
from reconciler.forge.upkeep import close_issue, put_comment, put_issue, put_labels
from tests.forge.github_fake import served
from tests.forge.gitlab_fake import BOT, TOKEN, GitLabFake, MergeRequest
from tests.forge.test_github import HandClock, ours

_MARK = "<!-- ours -->"


def test_notes_labels_issues_and_merged_requests() -> None:
    fake = GitLabFake(requests={7: MergeRequest(commit="abc", labels=["bug", "qctl:pays"]), 8: MergeRequest()})
    with served(fake):
        gitlab = GitLab(Client(fake.url, headers(TOKEN), HandClock(), TOKEN), "lab/study")
        fake.note(7, BOT, f"{_MARK} added 1 commit", system=True)
        fake.note(7, "ada", f"{_MARK} forged")
        done = [put_comment(gitlab, 7, ours, f"{_MARK} {text}") for text in ("one", "two", "two")]
        assert done == ["made", "updated", "kept"]
        assert [n["body"] for n in fake.requests[7].notes][1:] == [f"{_MARK} forged", f"{_MARK} two"]
        put_labels(gitlab, 7, ["qctl:failed"], ["qctl:pays", "qctl:failed"])
        assert fake.requests[7].labels == ["bug", "qctl:failed"]
        assert gitlab.merged("abc") == [7]
        assert put_issue(gitlab, "drift", ours, "t", f"{_MARK} one") == "opened 1"
        assert put_issue(gitlab, "drift", ours, "t", f"{_MARK} two") == "updated 1"
        assert close_issue(gitlab, "drift", ours, "t", f"{_MARK} none") == "closed 1"
        assert fake.issues[0]["description"] == f"{_MARK} none"
        fake.may = False
        with pytest.raises(Forbidden) as caught:
            put_comment(gitlab, 7, ours, _MARK)
        assert "project access token" in caught.value.grant


@pytest.mark.parametrize(("branch", "head"), [("", "c" * 40), ("b" * 40, "b" * 40)])
def test_a_note_is_about_the_branch_and_not_about_a_trial_merge(branch: str, head: str) -> None:
    assert head_here({"CI_COMMIT_SHA": "c" * 40, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": branch}) == head


def test_a_fork_is_told_so_and_writes_into_no_project_of_its_own() -> None:
    """Its pipeline runs in the fork, where the number of the merge request means another one, or none."""
    fork = {"CI_PROJECT_ID": "7", "CI_MERGE_REQUEST_PROJECT_ID": "42"}
    with pytest.raises(Forbidden, match="comes from a fork") as caught:
        forge_here(fork, HandClock())
    assert "nothing is written for forks" in caught.value.grant
    there = forge_here(fork | {"GITLAB_TOKEN": TOKEN}, HandClock())
    assert isinstance(there, GitLab)
    assert there.project == "42"
    with pytest.raises(Forbidden, match="there is no token"):
        forge_here({"CI_PROJECT_ID": "7"}, HandClock())
