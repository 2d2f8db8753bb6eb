"""A team: machines that have the manifests and nothing else, and one bucket in the local cloud that has the state."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from reconciler.cli.main import main
from reconciler.core.attempt import Outcome
from reconciler.emulator.inprocess import hook
from reconciler.store.s3.client import Access, S3Objects
from reconciler.workflow.clock import SystemClock
from tests.paid_once.bench import RUNS, Machine

BUCKET = "team-state"
BASE = "qctl/matrix.default"
_STATE = f"spec:\n  state: {{backend: s3, bucket: {BUCKET}}}\n"


@dataclass
class Member(Machine):
    """One machine of the team."""

    def declare(self, owner: str = "lab-1", tasks: bool = True) -> None:
        """Write the manifest, with the state in the bucket."""
        Machine.declare(self, owner, tasks)
        path = self.root / "qctl.yaml"
        path.write_text(path.read_text("utf-8").replace("spec:\n", _STATE, 1), "utf-8")

    def colleague(self, name: str) -> Member:
        """Another machine with a checkout of its own."""
        other = Member(self.root.with_name(name), self.world)
        other.root.mkdir()
        (other.root / "qctl.yaml").write_bytes((self.root / "qctl.yaml").read_bytes())
        return other

    def args(self, *more: str) -> list[str]:
        """The words of an apply here."""
        return ["apply", "-C", str(self.root), "--auto-approve", "--parallelism", "2", *more]

    def said(self, *words: str) -> tuple[int, str]:
        """The exit code of a command here, and what it prints."""
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            code = main([*words, "-C", str(self.root)])
        return code, out.getvalue()

    def holder(self) -> str:
        """The id in the lock object; nothing if there is none."""
        there = self.bucket().get(f"{BASE}.lock")
        return str(json.loads(there.body)["id"]) if there else ""

    def bucket(self) -> S3Objects:
        """The bucket, past every store."""
        return S3Objects(Access(BUCKET, "us-east-1", hook=hook(self.world)), SystemClock())

    def serials(self) -> list[int]:
        """The serials of all saves that are kept, in the order of their times."""
        return [copy.serial for copy in reversed(self.open().state.store().history())]

    def check(self, verb: str = "create") -> None:
        """Each declared run was paid once, is known by its id, and nothing is left to do."""
        planned = self.plan()
        assert self.world.status()["tasks"] == RUNS
        assert planned.plan.empty, planned.plan.summary
        attempts = [a for record in planned.seen.records.values() for a in record.attempts]
        assert len({a.id for a in attempts}) == len(attempts) == RUNS
        assert all(a.outcome is Outcome.ACCEPTED for a in attempts)
        if verb == "cancel":
            assert {a.status for a in attempts} == {"CANCELLED"}
        if verb == "tag":
            assert {a.tags["owner"] for a in attempts} == {"lab-2"}


def team(root: Path, world: object) -> Member:
    """The first machine of a team, and its bucket, which has been probed."""
    made = Member(root, world)  # type: ignore[arg-type]
    made.declare()
    code, said = made.said("state", "probe", "--create")
    assert code == 0, said
    return made
