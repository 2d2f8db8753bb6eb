"""Batches and workloads as people and scripts meet them."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.project import Flags, open_project
from tests.cli.batches import apply, declare, fault, remembered
from tests.cli.place import Place

NEW = """\
  # Batch/sweep will be submitted
  + Batch/sweep
      reason: declared, and nothing was ever accepted for it: 2 jobs
      device   = "EMU_FREE"
      sequence = "SHA"
      tags     = ["rydberg"]
      price    = 0.00 USD (Pasqal does not bill EMU_FREE, says its list of devices)
      jobs: 2 to submit
        + omega=1.0  runs 20, omega 1.0, t 1000  declared, and never submitted  (execution: a new paid run)
        + omega=2.0  runs 20, omega 2.0, t 1000  declared, and never submitted  (execution: a new paid run)

Plan: 1 to add, 0 to change, 0 to destroy.
Jobs: 2 to submit.
Cost: 0.00 USD now, at most 0.00 USD.
Prices: Pasqal of 2026-04-15 (shipped with qctl).
"""
GROWN = """\
  # Batch/sweep will be updated in place
  ~ Batch/sweep
      reason: updated in place: 1 job to add to the open batch; tags.quick, tags.rydberg
      + tag = "quick"  (mutable: in place)
      - tag = "rydberg"  (mutable: in place)
      run   = "ID"  (RUNNING)
      price = 0.00 USD (Pasqal does not bill EMU_FREE, says its list of devices)
      jobs: 1 to submit, 2 already paid
          omega=1.0  runs 20, omega 1.0, t 1000  DONE  already paid
          omega=2.0  runs 20, omega 2.0, t 1000  DONE  already paid
        + omega=3.0  runs 20, omega 3.0, t 1000        declared, and never submitted  (execution: a new paid run)

Plan: 0 to add, 1 to change, 0 to destroy.
Jobs: 1 to submit.
Cost: 0.00 USD now, at most 0.00 USD.
Prices: Pasqal of 2026-04-15 (shipped with qctl).
In progress: 1 RUNNING.
"""


@pytest.fixture(autouse=True)
def _at_once(place: Place) -> None:
    """What is submitted is over by the next look."""
    place.world.set_switch("latency.factor", "0")
    declare(place)


def test_a_batch_is_planned_applied_and_then_there_is_nothing_to_do(place: Place) -> None:
    planned = place.ok("plan").out
    sha = planned.partition('sequence = "')[2][:16]
    assert planned == NEW.replace("SHA", sha)
    applied = apply(place)
    assert applied.code == 0
    assert "\nApply complete! Runs: 1 added, 0 changed, 0 destroyed; jobs: 2 added.\n" in applied.out
    assert place.ok("plan").out == (
        "Already paid, not run again: 1.\nNo changes. Your infrastructure matches the configuration.\n"
    )
    (change,) = place.ok("plan", "--json").json["changes"]
    assert [(job["label"], job["action"], job["reason"]) for job in change["jobs"]] == [
        ("omega=1.0", "no-op", "already paid"),
        ("omega=2.0", "no-op", "already paid"),
    ]


def test_an_open_batch_grows_and_is_closed(place: Place) -> None:
    declare(place, open_=True)
    apply(place)
    declare(place, "[1.0, 2.0, 3.0]", tags="[quick]", open_=True)
    assert place.ok("plan").out == GROWN.replace("ID", remembered().id)
    assert "Runs: 0 added, 1 changed, 0 destroyed; jobs: 1 added.\n" in apply(place).out
    assert "RUNNING 3/3" in place.ok("show").out
    declare(place, "[1.0, 2.0, 3.0]", tags="[quick]")
    assert "\n      open = true -> false  (mutable: in place)\n" in place.ok("plan").out
    (applied,) = [e for e in place.ok("apply", "--auto-approve", "--json").events if e["event"] == "applied"]
    assert (applied["jobs_added"], applied["jobs_cancelled"], applied["closed"]) == (0, 0, 1)
    assert "DONE 3/3" in place.ok("show").out


def test_jobs_that_are_declared_no_more_are_cancelled_and_not_missed(place: Place) -> None:
    place.world.set_switch("latency.factor", "1")
    place.world.set_switch("pasqal.latency.emulator.queue", "60")
    apply(place)
    declare(place, "[1.0]")
    text = place.ok("plan").out
    assert "        - omega=2.0  runs 20, omega 2.0, t 1000  PENDING  no longer declared  (mutable: in place)\n" in text
    assert "Runs: 0 added, 0 changed, 0 destroyed; jobs: 1 cancelled.\n" in apply(place).out
    place.ok("local", "advance", "10m")
    place.ok("wait")


def test_wait_names_the_jobs_that_somebody_cancelled(place: Place) -> None:
    place.world.set_switch("latency.factor", "1")
    place.world.set_switch("pasqal.latency.emulator.queue", "60")
    apply(place)
    session, batch = open_project(Flags()).session, remembered()
    session.tokenless("Batch").cancel_jobs(batch, batch.jobs[1:])
    place.ok("local", "advance", "10m")
    ran = place.run("wait")
    assert ran.code == Exit.ERROR
    assert "error: Batch/sweep has jobs without a result: job omega=2.0 ended as CANCELED.\n" in ran.err
    assert place.run("wait").code == Exit.DONE, "that failure is old"


def test_a_job_that_failed_in_an_older_batch_is_no_news(place: Place) -> None:
    place.world.set_switch("latency.factor", "1")
    place.world.set_switch("pasqal.latency.emulator.queue", "60")
    apply(place)
    session, batch = open_project(Flags()).session, remembered()
    session.tokenless("Batch").cancel_jobs(batch, batch.jobs[1:])
    place.ok("local", "advance", "10m")
    place.world.set_switch("latency.factor", "0")
    declare(place, "[1.0, 2.0, 3.0]")
    ran = place.ok("apply", "--auto-approve", "--wait")
    assert "warning: Batch/sweep: Job omega=2.0 ended CANCELED." in ran.out
    assert "jobs: 1 added." in ran.out


def test_jobs_that_were_refused_are_not_counted(place: Place) -> None:
    declare(place, open_=True)
    apply(place)
    declare(place, "[1.0, 2.0, 3.0]", open_=True)
    fault(place, "AddJobs", status=400)
    ran = apply(place)
    assert ran.code == Exit.ERROR
    assert "\nApply incomplete! Runs: 0 added, 0 changed, 0 destroyed, 1 refused.\n" in ran.out


def test_an_open_batch_whose_jobs_are_over_is_not_waited_for(place: Place) -> None:
    declare(place, open_=True)
    ran = place.ok("apply", "--auto-approve", "--wait", "--timeout", "60")
    assert "unfinished" not in ran.err
    assert remembered().open, "it waits for us"


def test_results_job_by_job(place: Place, tmp_path: Path) -> None:
    declare(place, workload=True)
    apply(place)
    out, plot = tmp_path / "out", tmp_path / "plot.svg"
    shown = place.ok("results", "--out", str(out), "--plot", str(plot)).out
    assert "Batch/sweep omega=1.0 (20 runs)\n  STATE" in shown
    assert "Batch/sweep omega=2.0 (20 runs)\n  STATE" in shown
    assert 'Workload/vqe:\n{\n  "config": {\n    "layers": 2\n' in shown
    names = ["Batch_sweep_omega=1.0.json", "Batch_sweep_omega=2.0.json", "Workload_vqe.json"]
    assert sorted(path.name for path in out.iterdir() if "provenance" not in path.name) == names
    assert '"counter"' in (out / names[0]).read_text("utf-8")
    assert plot.read_text("utf-8").count('class="name"') == 2


def test_results_of_jobs_as_json(place: Place) -> None:
    declare(place, workload=True)
    apply(place)
    found = place.ok("results", "--json").json["results"]
    batch = found["Batch/sweep"]
    assert batch["problem"] is None
    one, two = batch["jobs"]
    assert (one["label"], two["label"]) == ("omega=1.0", "omega=2.0")
    assert one["shown"] == {"runs": 20, "variables": {"omega": 1.0, "t": 1000}}
    assert (one["id"], one["batch"], one["status"]) == (remembered().jobs[0].id, remembered().id, "DONE")
    assert sum(one["counts"].values()) == one["shots"] == 20
    assert found["Workload/vqe"]["document"]["config"] == {"layers": 2}


def test_results_of_jobs_that_are_missing(place: Place) -> None:
    place.world.set_switch("latency.factor", "1")
    place.world.set_switch("pasqal.latency.emulator.queue", "60")
    ran = place.run("results")
    assert (ran.code, ran.out.splitlines()[0]) == (Exit.ERROR, "Batch/sweep omega=1.0: not submitted yet")
    apply(place)
    ran = place.run("results", "--json")
    assert ran.code == Exit.RUNNING, "they may come"
    assert ran.json["results"]["Batch/sweep"]["problem"] == "2 of 2 jobs have no result"
    session, batch = open_project(Flags()).session, remembered()
    session.tokenless("Batch").cancel_jobs(batch, batch.jobs[1:])
    place.ok("local", "advance", "5s")
    ran = place.run("results")
    assert "Batch/sweep omega=1.0: PENDING\n" in ran.out
    assert ran.code == Exit.ERROR, "one of them never comes"
    assert "Batch/sweep omega=2.0: CANCELED\n" in ran.out


def test_a_doubt_that_nothing_repeats_says_the_way_out(place: Place) -> None:
    declare(place, workload=True)
    fault(place, "CreateWorkload", "status-after", status=504)
    place.world.set_switch("pasqal.workloads.list", "off")
    apply(place)  # nothing is remembered, and nothing can be looked for
    ran = apply(place)
    assert ran.code == Exit.UNKNOWN
    assert "Nothing is sent again while it is in doubt." in ran.err
    assert "can't pay twice" not in ran.err, "that is said where a client token protects"
    assert "qctl state resolve 'Workload/vqe' --adopt ID" in ran.err
    assert place.ok("state", "resolve", "Workload/vqe", "--absent").out == "Workload/vqe: recorded as absent.\n"
    assert "  + Workload/vqe\n" in place.ok("plan").out


def test_jobs_in_doubt_can_only_be_absent(place: Place) -> None:
    declare(place, open_=True)
    apply(place)
    declare(place, "[1.0, 2.0, 3.0]", open_=True)
    fault(place, "AddJobs", status=504)
    ran = apply(place)
    assert ran.code == Exit.UNKNOWN
    assert ran.err.endswith("  qctl state resolve 'Batch/sweep' --absent\n")
    assert "--adopt" not in ran.err, "jobs are known by their content, and nobody names them"
    assert "RUNNING 2/2, 1 unknown" in place.ok("state", "list").out
    ran = place.run("state", "resolve", "Batch/sweep", "--adopt", remembered().id)
    assert "help: Say `qctl state resolve 'Batch/sweep' --absent` if they are not there." in ran.err
    place.ok("state", "resolve", "Batch/sweep", "--absent")
    assert "unknown" not in place.ok("state", "list").out


def test_a_wrong_id_is_told_where_to_look(place: Place) -> None:
    declare(place, workload=True)
    place.world.set_switch("pasqal.workloads.list", "off")
    nobody = "00000000-0000-4000-8000-000000000000"
    ran = place.run("state", "resolve", "Workload/vqe", "--adopt", nobody)
    assert (ran.code, "has no run 00000000" in ran.err) == (Exit.ERROR, True)
    assert "look through the newest runs for one with the type, backend and config declared" in ran.err
    assert place.run("state", "resolve", "Batch/sweep", "--adopt", nobody).code == Exit.ERROR


def test_validate_looks_into_sequences_and_calls_no_cloud(place: Place) -> None:
    before = place.world.counts("pasqal")
    place.ok("validate")
    manifest = place.root / "qctl.yaml"
    manifest.write_text(manifest.read_text("utf-8").replace(", t: 1000", ""), "utf-8")
    ran = place.run("validate", "--json")
    assert ran.code == Exit.ERROR
    (found,) = ran.json["diagnostics"]
    assert (found["code"], found["location"]["file"]) == ("sequence/missing-variable", "qctl.yaml")
    assert place.world.counts("pasqal") == before


@pytest.mark.parametrize("verb", [("plan",), ("apply", "--auto-approve")], ids=lambda verb: verb[0])
def test_a_selection_of_nothing_is_an_error(place: Place, verb: tuple[str, ...]) -> None:
    ran = place.run(*verb, "--target", "Batch/sweep", "--exclude", "Batch/sweep")
    assert (ran.code, "[cli/nothing-selected]" in ran.err) == (Exit.ERROR, True)


def test_one_form_at_a_time(place: Place) -> None:
    ran = place.run("plan", "--json", "--format", "markdown")
    assert (ran.code, ran.out) == (Exit.ERROR, "")
    assert "Say either --json or --format markdown." in ran.err
