"""What of each kind is compared when a run is imported."""

from __future__ import annotations

import re

import pytest

from tests.cli.by_hand import BLOCKADE, ROLE, SEQUENCE, declare, make_batch, make_job, make_limit, make_workload
from tests.cli.place import Place

BATCH = """kind: Batch
metadata: {name: b, import: {id: "ID"}}
spec: {device: free, sequence: rabi.json, jobs: [{runs: 20, variables: {omega: 1.0, t: 1000}}]}
"""
LIMIT = """kind: SpendingLimit
metadata: {name: l, import: {id: "ID"}}
spec: {device: garnet, amount: 100.5}
"""
JOB = f"""kind: HybridJob
metadata: {{name: j, import: {{id: "ID", accept: [program]}}}}
spec:
  device: sim
  source: {{folder: work, entryPoint: "work.main:run"}}
  role: {ROLE}
  hyperparameters: {{layers: 2, rate: "1e-3"}}
  stoppingCondition: {{maxRuntime: 1h}}
"""
WORKLOAD = """kind: Workload
metadata: {name: w, import: {id: "ID"}}
spec: {type: qadence_circuit, backend: pyqtorch, config: {layers: 2}}
"""


@pytest.fixture
def files(place: Place) -> Place:
    """The files that the manifests name."""
    (place.root / "rabi.json").write_text(SEQUENCE, "utf-8")
    (place.root / "other.json").write_text(BLOCKADE, "utf-8")
    (place.root / "work").mkdir()
    (place.root / "work" / "main.py").write_text("def run(): pass\n", "utf-8")
    declare(place)
    place.world.set_switch("latency.factor", "1000")  # nothing ends meanwhile, however slow the machine is
    return place


CASES = [
    (
        BATCH,
        make_batch,
        "runs: 20",
        "runs: 21",
        "jobs: declared is 1 that it has not, and ID has 1 that are not declared.",
    ),
    (
        BATCH,
        make_batch,
        "jobs: [",
        "jobs: [{runs: 5, variables: {omega: 1.0, t: 9}}, ",
        "jobs: declared is 1 that it has not",
    ),
    (BATCH, make_batch, "rabi.json, jobs", "other.json, jobs", "sequence: declared is "),
    (BATCH, make_batch, "device: free", "device: EMU_MPS", "device: declared is EMU_MPS, and ID has EMU_FREE."),
    (BATCH, make_batch, "jobs:", "configuration: {dt: 10.0}, jobs:", "configuration: declared is {'dt': 10.0}"),
    (LIMIT, make_limit, "100.5", "100", "amount: declared is 100, and ID has 100.5."),
    (
        LIMIT,
        make_limit,
        "100.5",
        '100.5, period: {start: "2020-01-01T00:00:00Z", end: "2030-01-01T00:00:00Z"}',
        "start: declared is 2020-01-01T00:00:00Z, and ID has ",
    ),
    (JOB, make_job, "layers: 2", "layers: 3", "hyperparameters: declared is {'layers': '3', 'rate': '1e-3'}"),
    (JOB, make_job, "1h", "2h", "maxRuntime: declared is 7200, and ID has 3600."),
    (JOB, make_job, "main:run", "main:walk", "entryPoint: declared is work.main:walk, and ID has work.main:run."),
    (WORKLOAD, make_workload, "layers: 2", "layers: 3", "config: declared is {'layers': 3}, and ID has {'layers': 2}."),
]


@pytest.mark.parametrize(("document", "make", "old", "new", "said"), CASES, ids=lambda value: str(value)[:20])
def test_what_differs_is_told(files: Place, document: str, make, old: str, new: str, said: str) -> None:  # type: ignore[no-untyped-def]
    run_id = make()
    wanted = document.replace("ID", run_id)
    assert wanted.replace(old, new, 1) != wanted
    declare(files, wanted.replace(old, new, 1))
    ran = files.run("plan")
    assert ran.code == 1
    assert "[import/differs]" in ran.err
    assert said.replace("ID", run_id) in " ".join(ran.err.split())
    declare(files, wanted)
    plan = files.ok("plan").out
    assert "Plan: 1 to import, 0 to add" in plan
    files.ok("apply", "--auto-approve")
    assert "No changes." in files.ok("plan").out
    # Whatever is remembered later, it is there once; what has no marks is known by its content.
    for path in (files.root / "state").iterdir():
        if path.is_file():
            path.unlink()
    declare(files, re.sub(", import: {.*?}", "", wanted))
    assert "Plan: 1 to import, 0 to add, 0 to change, 0 to destroy." in files.ok("plan").out


def test_a_batch_imported_in_part_is_refused_until_its_jobs_are_declared(files: Place) -> None:
    batch = make_batch([{"runs": 20, "variables": {"omega": 1.0, "t": 1000}}, {"runs": 5, "sequence": BLOCKADE}])
    declare(files, BATCH.replace("ID", batch))
    ran = files.run("plan")
    assert "jobs: declared is 0 that it has not" in ran.err
    declare(files, BATCH.replace("ID", batch).replace("jobs: [", "jobs: [{runs: 5, sequence: other.json}, "))
    assert "Plan: 1 to import, 0 to add" in files.ok("plan").out
    files.ok("apply", "--auto-approve")
    assert "No changes." in files.ok("plan").out
