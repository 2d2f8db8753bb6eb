"""A project with hybrid jobs, and what the cloud has of them, counted past every client."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.core.attempt import Outcome
from tests.paid_once.bench import UID, Machine

_JOBS = """---
apiVersion: qctl/v1alpha1
kind: HybridJob
metadata: {name: run, tags: {owner: OWNER}}
spec:
  device: "arn:aws:braket:::device/quantum-simulator/amazon/sv1"
  source: {folder: algo, entryPoint: "algo.main:run"}
  role: arn:aws:iam::123456789012:role/service-role/AmazonBraketJobsExecutionRole-local
  matrix: {steps: [1, 2]}
  hyperparameters: {steps: "${{ matrix.steps }}"}
  stoppingCondition: {maxRuntime: 10m}
"""
_PROJECT = f"""apiVersion: qctl/v1alpha1
kind: Project
metadata: {{name: matrix, uid: {UID}}}
"""
RUNS = 2


@dataclass
class Shop(Machine):
    """One checkout of a project with a sweep of two jobs that share their source."""

    def declare(self, owner: str = "lab-1", tasks: bool = True) -> None:
        """Write the manifest, with the jobs or without, and their source."""
        source = self.root / "algo" / "main.py"
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text("def run():\n    raise SystemExit('no job runs in these tests')\n", "utf-8")
        text = _PROJECT + (_JOBS.replace("OWNER", owner) if tasks else "")
        (self.root / "qctl.yaml").write_text(text, encoding="utf-8")

    def paid(self) -> int:
        """The jobs that there ever were."""
        return int(self.world.status()["hybrid_jobs"])

    def sources(self) -> list[str]:
        """The archives that the cloud keeps, by their bucket and the folder in it."""
        with self.world.transaction() as session:
            rows = session.connection.execute("SELECT bucket, key FROM s3_object ORDER BY bucket, key").fetchall()
        return [f"{bucket}/{key.rpartition('/')[0]}" for bucket, key in rows if key.endswith(".tar.gz")]

    def check(self, verb: str = "create") -> None:
        """Each declared run was paid once and is known, and nothing is left to do."""
        assert self.paid() == RUNS
        planned = self.plan()
        assert planned.plan.empty, planned.plan.summary
        attempts = [a for record in planned.seen.records.values() for a in record.attempts]
        assert len({a.id for a in attempts}) == len(attempts) == RUNS, "a job that the state does not know is an orphan"
        assert all(a.outcome is Outcome.ACCEPTED for a in attempts)
        assert {a.status for a in attempts} == {"CANCELLED" if verb == "cancel" else "QUEUED"}
        assert {a.tags["owner"] for a in attempts} == {"lab-2" if verb == "tag" else "lab-1"}
