"""Batches: their jobs in plans, in comments and on record, compared whole."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from reconciler.core.attempt import Attempt
from reconciler.core.change import Action
from reconciler.core.job import Adding
from reconciler.core.job_change import JobAction, JobChange
from reconciler.core.phase import Phase
from reconciler.core.state import Record
from reconciler.render.job_text import runs_text
from reconciler.render.paint import OURS
from reconciler.render.plan_markdown import plan_markdown
from reconciler.render.plan_text import plan_text
from reconciler.render.state_text import record_text, standing
from tests.render.batch_samples import BATCH, batch, every_job, job, new_batch
from tests.render.conftest import Expected
from tests.render.samples import plan

ATTACK = "\x1b[2J\r\n\u202e</pre><script>`"


def test_each_job_has_its_line(expected: Expected) -> None:
    assert plan_text(plan(every_job())) == expected("batch_update.txt")


def test_colour_changes_no_letter() -> None:
    coloured = plan_text(plan(every_job()), colour=True)
    assert "\x1b[32m+\x1b[0m 4" in coloured
    assert OURS.sub("", coloured) == plan_text(plan(every_job()))


def test_a_new_batch(expected: Expected) -> None:
    change = new_batch(job("omega=1.0"), job("omega=2.0", shown={"runs": 7, "sequence": "b" * 16}))
    assert plan_text(plan(change)) == expected("batch_create.txt")


@pytest.mark.parametrize(("jobs", "shown"), [(20, 20), (21, 3), (500, 3)])
def test_large_batches_are_folded(jobs: int, shown: int) -> None:
    told = plan(new_batch(*(job(f"n={i}") for i in range(jobs))))
    text = plan_text(told)
    assert text.count("never submitted") == shown
    assert (f"\n          … and {jobs - shown} more to submit\n" in text) == (jobs > 20)
    assert f"jobs: {jobs} to submit\n" in text
    assert plan_text(told, full=True).count("never submitted") == jobs


def test_each_sort_of_job_is_folded_alone() -> None:
    paid = [JobChange(job(str(i), "DONE", Phase.DONE), JobAction.NONE, "already paid", "b") for i in range(100)]
    change = every_job()
    text = plan_text(plan(replace(change, jobs=(*paid, *change.jobs))))
    assert "… and 98 more already paid" in text
    assert "\n        + 4  " in text, "what is to be done is not hidden by what is done"
    assert "… and 98 more already paid" in plan_markdown(plan(replace(change, jobs=(*paid, *change.jobs))))


def test_jobs_that_are_added_change_nothing_of_their_batch() -> None:
    change = replace(every_job(), fields=())
    assert "device" not in plan_text(plan(change)), "only what changes is shown"


def test_a_batch_with_nothing_to_do_is_not_shown() -> None:
    change = replace(every_job(), action=Action.NONE, operations=(), fields=(), jobs=every_job().jobs[:1])
    text = plan_text(plan(change))
    assert "already paid" not in text
    assert "Jobs:" not in text


def test_a_lost_job_is_called_so() -> None:
    lost = JobChange(job("1", "RUNNING"), JobAction.NONE, "lost with its batch", "", "the cloud has no batch")
    assert "jobs: 1 lost" in plan_text(plan(replace(every_job(), jobs=(lost,))))


def test_nothing_of_a_job_commands_the_terminal() -> None:
    known = job(ATTACK, ATTACK, shown={"runs": ATTACK, "variables": {ATTACK: ATTACK}, ATTACK: [ATTACK]})
    change = replace(every_job(), jobs=(JobChange(known, JobAction.SUBMIT, ATTACK, ATTACK, ATTACK),))
    text = plan_text(plan(change))
    assert re.sub("\n", "", text).isprintable()
    assert re.sub("\n", "", record_text(str(BATCH), Record((batch(known, known),)))).isprintable()
    assert runs_text({"variables": {ATTACK: 1}}).isprintable()
    markdown = plan_markdown(plan(change))
    assert "<script>" not in markdown
    assert markdown.count("</pre>") == 1


def test_long_variables_are_cut_in_the_middle() -> None:
    told = runs_text({"runs": 5, "variables": {"ts": list(range(100)), "name": "q1"}})
    assert told == 'runs 5, name "q1", ts [0, 1, 2, 3,…97, 98, 99]'
    line = next(t for t in plan_text(plan(new_batch(job("1", shown={"x" * 300: 1})))).split("\n") if "+ 1 " in t)
    assert len(line) < 160


def test_a_batch_on_record(expected: Expected) -> None:
    known = [c.job for c in every_job().jobs if c.job.id]
    known[4] = replace(known[4], failure="no laser\x1b[2J")
    adding = Adding("2026-11-20T10:05:00Z", (job("4"),), tuple(j.id for j in known))
    attempts = (
        batch(*known, accepting=True, adding=adding),
        batch(job("1", "DONE", Phase.DONE), status="DONE", phase=Phase.DONE, number=2),
    )
    assert record_text(str(BATCH), Record(attempts)) == expected("batch_state.txt")


@pytest.mark.parametrize(
    ("run", "told"),
    [
        (batch(job("1", "DONE", Phase.DONE), job("2", "RUNNING"), job("3")), "RUNNING 1/3"),
        (batch(job("1", "DONE", Phase.DONE), job("2", "DONE", Phase.DONE, foreign=True)), "RUNNING 1/1"),
        (batch(job("1", "PENDING"), status=""), "submitted 0/1"),
        (batch(job("1", "DONE", Phase.DONE), adding=Adding("", (job("2"),), ())), "RUNNING 1/1, 1 unknown"),
        (batch(job("1"), missing=True), "missing"),
        (batch(status="DONE"), "DONE"),
    ],
)
def test_the_status_of_a_batch_counts_its_jobs(run: Attempt, told: str) -> None:
    assert standing(run) == told
