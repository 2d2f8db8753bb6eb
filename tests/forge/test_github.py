"""GitHub as its documentation has it: pages, rights, limits, refusals, lost answers; one comment, whatever comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.forge.client import Client, Refused
from reconciler.forge.github import ACTIONS_BOT, GitHub, headers
from reconciler.forge.kind import Forbidden, ForgeError, OutcomeUnknown
from reconciler.forge.upkeep import close_issue, own_comment, put_comment, put_issue, put_labels
from tests.forge.github_fake import BOT, REPOSITORY, TOKEN, GitHubFake, served

_MARK = "<!-- ours -->"


@dataclass
class HandClock:
    """Time passes only by sleeping."""

    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime(2026, 1, 15, 12, tzinfo=UTC) + timedelta(seconds=sum(self.slept))

    def monotonic(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def fake() -> Iterator[GitHubFake]:
    made = GitHubFake()
    with served(made):
        yield made


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def github(fake: GitHubFake, clock: HandClock) -> GitHub:
    return GitHub(Client(fake.url, headers(TOKEN), clock, TOKEN), REPOSITORY)


def ours(body: str) -> bool:
    return body.startswith(_MARK)


def said(fake: GitHubFake, method: str) -> int:
    return sum(done == method for done, _ in fake.requests)


def test_one_comment_is_made_then_updated_then_kept(fake: GitHubFake, github: GitHub) -> None:
    assert put_comment(github, 7, ours, f"{_MARK} one") == "made"
    assert put_comment(github, 7, ours, f"{_MARK} two") == "updated"
    assert put_comment(github, 7, ours, f"{_MARK} two\n") == "kept"
    assert fake.under(7) == [f"{_MARK} two"]
    assert said(fake, "POST") == 1


def test_ours_is_found_on_a_later_page_among_comments_of_others(fake: GitHubFake, github: GitHub) -> None:
    for number in range(5):
        fake.say(7, "ada", f"{_MARK} forged {number}")
    fake.say(8, BOT, f"{_MARK} of another pull request")
    mine = fake.say(7, BOT, f"{_MARK} one")
    found = own_comment(github, 7, ours)
    assert found is not None
    assert (found.id, found.author) == (mine["id"], ACTIONS_BOT)
    assert put_comment(github, 7, ours, f"{_MARK} two") == "updated"
    assert mine["body"] == f"{_MARK} two"
    assert [c["body"] for c in fake.comments if c["user"]["login"] == "ada"] == [
        f"{_MARK} forged {n}" for n in range(5)
    ]


def test_a_token_with_a_name_believes_only_that_name(fake: GitHubFake, clock: HandClock) -> None:
    fake.say(7, BOT, f"{_MARK} of a workflow")
    app = GitHub(Client(fake.url, headers(TOKEN), clock, TOKEN), REPOSITORY, "lab-app[bot]")
    assert own_comment(app, 7, ours) is None


def test_a_missing_right_says_which(fake: GitHubFake, github: GitHub) -> None:
    fake.may.clear()
    with pytest.raises(Forbidden) as caught:
        put_comment(github, 7, ours, _MARK)
    assert "pull-requests: write" in caught.value.grant
    assert "fork" in caught.value.grant
    assert "Resource not accessible by integration" in str(caught.value)
    with pytest.raises(Forbidden) as caught:
        put_issue(github, "drift", ours, "t", _MARK)
    assert "issues: write" in caught.value.grant


def test_a_wrong_token_is_told_without_the_token(fake: GitHubFake, clock: HandClock) -> None:
    fake.next_answers = [(401, {"message": "Bad credentials ghs_wrong"}, {})]
    github = GitHub(Client(fake.url, headers("ghs_wrong"), clock, "ghs_wrong"), REPOSITORY)
    with pytest.raises(ForgeError) as caught:
        own_comment(github, 7, ours)
    assert "Bad credentials ***" in str(caught.value)


def test_too_many_requests_are_waited_for_as_long_as_asked(fake: GitHubFake, github: GitHub, clock: HandClock) -> None:
    reset = str(int(clock.now().timestamp()) + 40)
    fake.next_answers = [
        (429, {"message": "slow down"}, {"retry-after": "7"}),
        (403, {"message": "API rate limit exceeded"}, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}),
    ]
    assert github.labels(7) == []
    assert clock.slept == [7, 33]


def test_a_refused_creation_may_be_sent_again_for_nothing_was_made(
    fake: GitHubFake, github: GitHub, clock: HandClock
) -> None:
    fake.next_answers = [(403, {"message": "You have exceeded a secondary rate limit"}, {})]
    github.add_comment(7, _MARK)
    assert fake.under(7) == [_MARK]
    assert clock.slept == [1.0]


def test_an_hour_is_not_waited_for(fake: GitHubFake, github: GitHub, clock: HandClock) -> None:
    fake.next_answers = [(429, {"message": "slow down"}, {"retry-after": "3600"})]
    with pytest.raises(Refused):
        github.labels(7)
    assert clock.slept == []


def test_reads_and_edits_are_repeated(fake: GitHubFake, github: GitHub) -> None:
    there = fake.say(7, BOT, _MARK)
    fake.next_answers = [(502, "", {}), (503, "", {})]
    github.edit_comment(7, there["id"], "new")
    assert there["body"] == "new"
    assert said(fake, "PATCH") == 3


def test_a_lost_answer_makes_no_second_comment(fake: GitHubFake, github: GitHub) -> None:
    fake.lose_after = "POST"
    assert put_comment(github, 7, ours, _MARK) == "kept"
    assert fake.under(7) == [_MARK]
    assert said(fake, "POST") == 1


def test_what_may_have_been_made_and_is_not_seen_is_told(fake: GitHubFake, github: GitHub) -> None:
    fake.lose_before = "POST"
    with pytest.raises(OutcomeUnknown):
        put_comment(github, 7, ours, _MARK)
    assert said(fake, "POST") == 1, "and not sent again"


def test_what_is_too_long_is_refused_in_githubs_words(github: GitHub) -> None:
    with pytest.raises(Refused, match=r"422 Validation Failed .*Body is too long"):
        github.add_comment(7, "x" * 65_537)


def test_the_token_goes_to_no_other_address(fake: GitHubFake, github: GitHub, clock: HandClock) -> None:
    fake.next_answers = [(200, [], {"link": '<http://127.0.0.1:1/steal>; rel="next"'})]
    with pytest.raises(ForgeError, match="another address"):
        github.labels(7)
    for address in ("http://api.example.org", "ftp://127.0.0.1", "nonsense"):
        with pytest.raises(ForgeError, match="no https address"):
            Client(address, headers(TOKEN), clock, TOKEN)


@pytest.mark.parametrize("answer", [{}, [1], "x", None])
def test_answers_that_are_no_lists_are_no_empty_lists(fake: GitHubFake, github: GitHub, answer: object) -> None:
    """Or a second comment would be made."""
    fake.next_answers = [(200, answer, {})]
    with pytest.raises(ForgeError, match="is no list"):
        own_comment(GitHub(github.client, REPOSITORY, BOT), 7, ours)


def test_a_list_without_an_end_ends(fake: GitHubFake, github: GitHub) -> None:
    fake.next_answers = [(200, [], {"link": f'<{fake.url}/again>; rel="next"'}) for _ in range(100)]
    with pytest.raises(ForgeError, match="more than 10,000"):
        github.labels(7)


def test_labels_of_others_are_left_alone(fake: GitHubFake, github: GitHub) -> None:
    fake.labels[7] = ["bug", "qctl:pays", "qctl:cancels"]
    put_labels(github, 7, ["qctl:no-changes"], ["qctl:pays", "qctl:cancels", "qctl:no-changes"])
    assert fake.labels[7] == ["bug", "qctl:no-changes"]


def test_one_issue_is_opened_updated_closed_and_opened_anew(fake: GitHubFake, github: GitHub) -> None:
    fake.issues.append(
        {"number": 1, "user": {"login": "ada"}, "state": "open", "labels": ["drift"], "body": f"{_MARK} forged"}
    )
    acts = [
        put_issue(github, "drift", ours, "t", f"{_MARK} one"),
        put_issue(github, "drift", ours, "t", f"{_MARK} two"),
        close_issue(github, "drift", ours, "t", f"{_MARK} none"),
        close_issue(github, "drift", ours, "t", f"{_MARK} none"),
        put_issue(github, "drift", ours, "t", f"{_MARK} three"),
    ]
    assert acts == ["opened 101", "updated 101", "closed 101", "none open", "opened 102"]
    assert [(i["state"], i["body"]) for i in fake.issues] == [
        ("open", f"{_MARK} forged"),
        ("closed", f"{_MARK} none"),
        ("open", f"{_MARK} three"),
    ]


@pytest.mark.parametrize("name", ["lab", "lab/study/x", "lab/../x y", "", "lab/study?x"])
def test_a_repository_is_a_name(github: GitHub, name: str) -> None:
    with pytest.raises(ForgeError):
        GitHub(github.client, name)
