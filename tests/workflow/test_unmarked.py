"""Runs that can't carry our marks: known by their content, or in question until a person says."""

from __future__ import annotations

import pytest

from reconciler.core.address import parse_address
from reconciler.core.phase import Phase
from reconciler.core.resource import RunRules
from reconciler.workflow.resolve import NothingToResolve, resolve
from tests.workflow.batch_cloud import LAG, WINDOW
from tests.workflow.unmarked_cloud import Lab, workload

A, B, OTHER = workload("a"), workload("b"), workload("other", "y")
NO_LIST = "Pasqal does not list the workloads of this project (404)"


@pytest.fixture
def lab() -> Lab:
    return Lab()


def test_equal_runs_are_each_made_once(lab: Lab) -> None:
    lab.apply(A, B, OTHER)
    assert lab.ids() == {"Workload/a": "w0", "Workload/b": "w1", "Workload/other": "w2"}
    assert lab.plan(A, B, OTHER).plan.empty


@pytest.mark.parametrize("answer", ["made", "late"])
def test_without_an_answer_it_is_found_by_its_content(lab: Lab, answer: str) -> None:
    lab.cloud.answers = [answer]
    lab.apply(A)
    assert lab.ids() == {"Workload/a": "w0"}
    assert len(lab.cloud.runs) == 1


def test_an_equal_run_of_before_is_not_taken_for_it(lab: Lab) -> None:
    lab.apply(A)
    lab.cloud.answers = ["never"]
    lab.apply(A, B)
    lab.clock.seconds += WINDOW + 1
    lab.apply(A, B)
    assert lab.ids() == {"Workload/a": "w0", "Workload/b": "w1"}


def test_what_never_was_is_sent_by_a_later_command(lab: Lab) -> None:
    lab.cloud.answers = ["never"]
    lab.apply(A)
    lab.clock.seconds += 1
    lab.apply(A)
    assert lab.ids() == {"Workload/a": "w0"}


def test_another_run_of_the_same_form_is_in_no_doubts_way(lab: Lab) -> None:
    """It was made in the same minute on the same backend, and its content says that it is another."""
    lab.cloud.answers = ["never"]
    lab.apply(A)
    lab.cloud.make(OTHER.digest, at=lab.clock.seconds - WINDOW)
    lab.clock.seconds += 1
    lab.apply(A)
    assert [run.digest for run in lab.cloud.runs] == [OTHER.digest, A.digest]


def test_two_doubts_are_ended_by_two_runs(lab: Lab) -> None:
    lab.cloud.answers = ["made", "made"]
    lab.apply(A, interrupted=True)
    lab.cloud.answers = ["made"]
    lab.apply(A, B, interrupted=True)
    lab.clock.seconds += LAG
    lab.apply(A, B)
    assert lab.ids() == {"Workload/a": "w0", "Workload/b": "w1"}


def test_more_runs_than_doubts_are_a_persons_question(lab: Lab) -> None:
    lab.cloud.answers = ["made"]
    lab.apply(A, interrupted=True)
    lab.cloud.make(A.digest)
    lab.clock.seconds += WINDOW + 1
    assert lab.reasons(A) == {
        "Workload/a": "blocked: the submission of 2026-03-01T00:16:40.000Z has no known outcome, and 2 equal runs were "
        "made since: w0, w1; say which with `qctl state resolve`"
    }
    lab.apply(A)
    resolve(lab.session, A.address, "w1")
    assert lab.plan(A).plan.empty
    assert lab.ids() == {"Workload/a": "w1"}


def test_a_lost_state_is_rebuilt_from_contents(lab: Lab) -> None:
    lab.apply(A, B, OTHER)
    lab.cloud.runs[0].phase = Phase.FAILED
    lab.cloud.runs[1].phase = Phase.DONE
    lab.clock.seconds += LAG
    lab.store.forget()
    lab.apply(A, B, OTHER)
    assert lab.ids() == {"Workload/a": "w1", "Workload/b": "w0", "Workload/other": "w2"}, "the best one first"
    assert len(lab.cloud.runs) == 3


def test_a_lost_state_pays_only_for_what_is_not_there(lab: Lab) -> None:
    lab.apply(A)
    lab.clock.seconds += LAG
    lab.store.forget()
    lab.apply(A, B)
    assert len(lab.cloud.runs) == 2


def test_what_can_not_be_listed_is_in_question(lab: Lab) -> None:
    lab.cloud.unlisted = NO_LIST
    lab.apply(A)
    assert lab.cloud.runs == []
    assert lab.reasons(A) == {
        "Workload/a": f"blocked: nothing is remembered of it, and it can't be searched for: {NO_LIST}"
    }


def test_it_stays_in_question_when_something_else_is_remembered(lab: Lab) -> None:
    lab.cloud.unlisted = NO_LIST
    lab.apply(A, OTHER)
    resolve(lab.session, OTHER.address, None)
    lab.apply(A, OTHER)
    assert [run.digest for run in lab.cloud.runs] == [OTHER.digest]
    assert lab.reasons(A, OTHER)["Workload/a"].startswith("blocked: ")


def test_a_list_that_comes_back_answers_the_question(lab: Lab) -> None:
    lab.cloud.make(A.digest, at=0.0)
    lab.cloud.unlisted = NO_LIST
    lab.apply(A)
    lab.cloud.unlisted = ""
    lab.apply(A)
    assert lab.ids() == {"Workload/a": "w0"}
    assert len(lab.cloud.runs) == 1


def test_a_person_says_that_it_was_never_made(lab: Lab) -> None:
    lab.cloud.unlisted = NO_LIST
    resolve(lab.session, A.address, None, A)
    lab.apply(A)
    assert lab.ids() == {"Workload/a": "w0"}


def test_a_person_says_which_it_is(lab: Lab) -> None:
    lab.cloud.unlisted = NO_LIST
    made = lab.cloud.make(A.digest)
    with pytest.raises(NothingToResolve, match="has no run w7"):
        resolve(lab.session, A.address, "w7", A)
    resolve(lab.session, A.address, made, A)
    assert lab.plan(A).plan.empty


def test_one_run_stands_for_one_address(lab: Lab) -> None:
    lab.apply(A)
    lab.cloud.answers = ["never"]
    lab.apply(A, B, interrupted=True)
    with pytest.raises(NothingToResolve, match="w0 is on record already, as a run of Workload/a"):
        resolve(lab.session, B.address, "w0")


def test_where_runs_can_be_listed_there_is_no_question(lab: Lab) -> None:
    lab.apply(A)
    with pytest.raises(NothingToResolve, match="no submission whose outcome is unknown"):
        resolve(lab.session, parse_address("Workload/a"), None, A)


def test_without_a_list_nothing_new_is_sent_unasked(lab: Lab) -> None:
    """An older copy of the state may have been put back: only a person can know that it was never sent."""
    lab.apply(OTHER)
    lab.cloud.unlisted = NO_LIST
    applied = lab.apply(A, OTHER)
    assert applied.unknown[A.address] == f"nothing is remembered of it, and it can't be searched for: {NO_LIST}"
    lab.clock.seconds += 10 * WINDOW
    assert lab.apply(A, OTHER).submitted == []
    assert len(lab.cloud.runs) == 1
    resolve(lab.session, A.address, None, A)
    assert lab.apply(A, OTHER).submitted == [A.address]


def test_an_older_copy_of_the_state_pays_nothing_anew(lab: Lab) -> None:
    changed = workload("a", "y")
    lab.apply(A)
    copy = lab.store.saved
    lab.apply(changed)
    lab.store.saved = copy
    lab.clock.seconds += LAG
    lab.apply(changed)
    assert len(lab.cloud.runs) == 2


def test_a_run_that_is_only_alike_is_never_ended(lab: Lab) -> None:
    """It may be another environment's, or another project's."""
    lab.apply(A)
    lab.clock.seconds += LAG
    lab.store.forget()
    lab.apply(A)
    assert lab.apply().cancelled == []
    assert lab.plan().plan.empty


def test_every_equal_run_counts_as_a_try(lab: Lab) -> None:
    retried = workload("a", rules=RunRules(max_attempts=2, retry_on=frozenset({Phase.CANCELLED})))
    for _ in range(2):
        lab.apply(retried)
        lab.cloud.runs[-1].phase = Phase.CANCELLED
        lab.clock.seconds += LAG
    lab.store.forget()
    lab.apply(retried)
    lab.apply(retried)
    assert len(lab.cloud.runs) == 2


def test_a_raised_generation_pays_again(lab: Lab) -> None:
    lab.apply(A)
    lab.clock.seconds += LAG
    lab.apply(workload("a", rules=RunRules(generation=2)))
    assert len(lab.cloud.runs) == 2


def test_a_person_can_not_take_another_content_for_it(lab: Lab) -> None:
    lab.cloud.answers = ["never"]
    lab.apply(A, interrupted=True)
    other = lab.cloud.make(OTHER.digest)
    with pytest.raises(NothingToResolve, match=f"{other} runs something else than Workload/a declares"):
        resolve(lab.session, A.address, other)
