"""Hybrid jobs as a person meets them: declared, run by the local cloud, read, left alone, and run again when edited."""

from __future__ import annotations

import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from tests.cli.place import PROJECT, Place

JOB = """---
apiVersion: qctl/v1alpha1
kind: HybridJob
metadata: {name: descent}
spec:
  device: sim
  source: {folder: algo, entryPoint: "algo.main:run"}
  role: arn:aws:iam::123456789012:role/service-role/AmazonBraketJobsExecutionRole
  hyperparameters: {steps: 2}
  stoppingCondition: {maxRuntime: 10m}
"""
MAIN = """import json, os
from pathlib import Path

def run():
    steps = json.loads(Path(os.environ["AMZN_BRAKET_HP_FILE"]).read_text())["steps"]
    for step in range(int(steps)):
        print(f"Metrics - loss={1 / (step + 1)}; iteration_number={step};")
    print("red \\x1b[31m text")
    Path(os.environ["AMZN_BRAKET_JOB_RESULTS_DIR"], "results.json").write_text(json.dumps({"steps": steps}))
"""


@pytest.fixture
def job(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A project with one hybrid job. Jobs begin at once, and a wait gives their processes the processor."""
    monkeypatch.undo()  # a process runs here: no sleep may be skipped
    monkeypatch.chdir(place.root)
    monkeypatch.setenv("QCTL_LOCAL_CLOUD", str(place.cloud))
    place.world.set_switch("latency.job.queue", "0")
    write(place, MAIN)
    return place


def write(place: Place, main: str, project: str = PROJECT + JOB) -> Path:
    """The manifest and the source."""
    (place.root / "qctl.yaml").write_text(project, "utf-8")
    source = place.root / "algo" / "main.py"
    source.parent.mkdir(exist_ok=True)
    source.write_text(main, "utf-8")
    return source


def archived(place: Place) -> dict[str, str]:
    """The files that `results --out` saves, each with what is in its archive."""
    place.ok("results", "--out", "saved")
    found = {}
    for path in sorted((place.root / "saved").glob("*.tar.gz")):
        with tarfile.open(fileobj=io.BytesIO(path.read_bytes())) as tar:
            found[path.name] = ",".join(tar.getnames())
    return found


def test_from_the_manifest_to_the_results(job: Place) -> None:
    plan = job.ok("plan").out
    assert "1 price unknown" in plan
    assert "Runs: 1 added" in job.ok("apply", "--auto-approve", "--wait").out
    result = job.ok("results", "--json").json["results"]["HybridJob/descent"]
    assert (result["status"], result["document"]) == ("COMPLETED", {"steps": "2"})
    assert archived(job) == {"HybridJob_descent.tar.gz": "results.json"}
    assert job.run("plan", "--detailed-exitcode").code == 0


def test_what_is_run_again(job: Place) -> None:
    """Also from the cache of a plan that found nothing to do, which is there after the first of these."""
    job.ok("apply", "--auto-approve", "--wait")
    source = job.root / "algo" / "main.py"
    assert job.run("plan", "--detailed-exitcode").code == 0
    os.utime(source, (1, 1))
    (job.root / "algo" / "__pycache__").mkdir()
    (job.root / "algo" / "__pycache__" / "main.pyc").write_bytes(b"made by running it")
    assert job.run("plan", "--detailed-exitcode").code == 0
    write(job, MAIN + "# a comment\n")
    changed = job.run("plan", "--detailed-exitcode")
    assert changed.code == 2
    assert "a new paid run, because source changed; the old run (COMPLETED) stays on record" in changed.out
    write(job, MAIN)
    assert job.run("plan", "--detailed-exitcode").code == 0


def test_logs(job: Place) -> None:
    job.ok("apply", "--auto-approve", "--wait")
    said = [line.split("  ", 2)[-1] for line in job.ok("show", "--logs", "HybridJob/descent").out.splitlines()]
    assert said[0] == "(COMPLETED)"
    assert "[RUNNING]" in said
    assert [line for line in said if not line.startswith(("[", "("))] == [
        "Metrics - loss=1.0; iteration_number=0;",
        "Metrics - loss=0.5; iteration_number=1;",
        "red \\x1b[31m text",
    ]
    assert job.ok("show", "--metrics").out.splitlines()[1:] == [
        "loss  iteration_number",
        "1.0   0",
        "0.5   1",
    ]
    told = job.ok("show", "--logs", "--json").json["logs"]["HybridJob/descent"]
    assert told["metrics"] == [{"loss": "1.0", "iteration_number": "0"}, {"loss": "0.5", "iteration_number": "1"}]
    assert [line["text"] for line in told["lines"]][-1] == "red \x1b[31m text"


def test_logs_of_what_has_none(job: Place) -> None:
    assert job.ok("show", "--logs").out == "HybridJob/descent  (not submitted)\n  Nothing was said yet.\n"
    job.declare("bell")
    ran = job.run("show", "--logs")
    assert ran.code == 1
    assert "No logs" in ran.err


def test_a_job_that_fails_says_why(job: Place) -> None:
    write(job, "def run():\n    raise ValueError('no such angle')\n")
    ran = job.run("apply", "--auto-approve", "--wait")
    assert ran.code == 1
    assert "error: HybridJob/descent ended as FAILED: ValueError: no such angle." in ran.err


def test_without_a_wait_nothing_is_run_until_somebody_waits(job: Place) -> None:
    job.ok("apply", "--auto-approve")
    assert job.run("plan", "--detailed-exitcode").code == 0
    assert job.run("results").code == 7
    job.ok("wait")
    assert json.loads(job.ok("results", "--json").out)["results"]["HybridJob/descent"]["document"] == {"steps": "2"}


def test_what_is_wrong_is_said_at_its_line_before_anything_is_sent(job: Place) -> None:
    wrong = (
        JOB.replace("algo.main:run", "algo.main:walk").replace("steps: 2", "api_key: x").replace("service-role/", "")
    )
    write(job, MAIN, PROJECT + wrong)
    ran = job.run("apply", "--auto-approve")
    assert ran.code == 1
    found = job.run("plan", "--json").json["diagnostics"]
    assert sorted((d["code"], d["severity"], d["location"]["line"]) for d in found) == [
        ("job/entry-point", "error", 15),
        ("job/role", "warning", 16),
        ("job/secret", "warning", 17),
    ]
    assert "algo/main.py defines no walk" in ran.err
    assert job.world.status()["hybrid_jobs"] == 0


def test_only_what_somebody_agreed_to_may_run_here(job: Place) -> None:
    """An archive of the same name, put there by somebody else, is not ours."""
    job.ok("apply", "--auto-approve")
    with job.world.transaction() as session:
        session.connection.execute("DELETE FROM job_source")
    ran = job.run("wait")
    assert ran.code == 1
    assert "Running local code is off" in ran.err
