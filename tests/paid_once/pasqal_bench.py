"""A project on Pasqal: what its manifests want, and what the cloud has, counted in the cloud's own tables."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from reconciler.cli.main import main
from reconciler.core.attempt import Attempt
from reconciler.emulator.world import World
from tests.paid_once.bench import UID, Machine

_RABI = Path(__file__).parents[1] / "simulate" / "sequences" / "rabi.json"
_PROJECT = f"""apiVersion: qctl/v1alpha1
kind: Project
metadata: {{name: matrix, uid: {UID}}}
"""
WINDOW = 300  # seconds, as `providers.pasqal.window` is by default


@dataclass(frozen=True)
class Wish:
    """What the manifests declare: batches with a job for each number of runs, and a workload of so many qubits."""

    runs: tuple[int, ...] = ()
    open: bool = False
    tag: str = "lab-1"
    workload: int = 0
    names: tuple[str, ...] = ("sweep",)

    def text(self) -> str:
        """As YAML."""
        jobs = [{"runs": runs, "variables": {"omega": 3.0, "t": 500}} for runs in self.runs]
        batch = {"device": "EMU_FREE", "sequence": "rabi.json", "open": self.open, "jobs": jobs}
        work = {"type": "qadence_circuit", "backend": "pyqtorch", "config": {"qubits": self.workload}}
        parts = [_document("Batch", {"name": n, "tags": [f"owner={self.tag}"]}, batch) for n in self.names if jobs]
        parts += [_document("Workload", {"name": "vqe"}, work)] if self.workload else []
        return _PROJECT + "".join(parts)


def _document(kind: str, metadata: Mapping[str, object], spec: Mapping[str, object]) -> str:
    head = f"---\napiVersion: qctl/v1alpha1\nkind: {kind}\n"
    return f"{head}metadata: {json.dumps(metadata)}\nspec: {json.dumps(spec)}\n"


@dataclass(frozen=True)
class There:
    """A batch as the cloud keeps it: the runs of its jobs, and of those that were not cancelled.

    `owner`: its tag, while anybody still wants the batch.
    """

    runs: tuple[int, ...]
    left: tuple[int, ...]
    open: bool
    owner: str


@dataclass(frozen=True)
class Inventory:
    """All that the cloud was ever made to make, each job and workload with whether it was cancelled."""

    batches: tuple[There, ...] = ()
    workloads: tuple[bool, ...] = ()

    def duplicates(self) -> list[str]:
        """What was paid more than once."""
        runs = sorted(run for batch in self.batches for run in batch.runs)
        found = [f"job of {run} runs" for run in sorted(set(runs)) if runs.count(run) > 1]
        found += ["batch"] if len(self.batches) > 1 else []
        return found + (["workload"] if len(self.workloads) > 1 else [])


def inventory(world: World) -> Inventory:
    """Read past every client, from the tables themselves."""
    with world.transaction() as session:
        run = session.connection.execute
        batches = run("SELECT id, open, tags, cancel_at FROM pasqal_batch ORDER BY seq").fetchall()
        jobs = run("SELECT batch_id, runs, cancel_at FROM pasqal_job ORDER BY runs").fetchall()
        workloads = run("SELECT cancel_at FROM pasqal_workload ORDER BY seq").fetchall()
    found = []
    for id_, is_open, tags, cancel_at in batches:
        of_it = [(runs, cancel_at or cancelled) for batch, runs, cancelled in jobs if batch == id_]
        owners = [tag.removeprefix("owner=") for tag in json.loads(tags) if tag.startswith("owner=")]
        left = tuple(runs for runs, cancelled in of_it if cancelled is None)
        owners = owners if left else ["lab-1"]
        found.append(There(tuple(runs for runs, _ in of_it), left, bool(is_open), "+".join(sorted(owners))))
    return Inventory(tuple(found), tuple(row[0] is not None for row in workloads))


@dataclass(frozen=True)
class Verb:
    """A changing call: what is declared before and after it, and what the cloud is to have in the end.

    `forgotten`: what it is to have instead if the state is lost before the call did anything: without a state nobody
    knows that an old tag was ours, nor that a workload was that nobody declares.
    """

    operation: str
    before: Wish
    after: Wish
    end: Inventory
    forgotten: Inventory | None = None


def _batch(*runs: int, left: tuple[int, ...] | None = None, is_open: bool = False, owner: str = "lab-1") -> Inventory:
    return Inventory((There(runs, runs if left is None else left, is_open, owner),))


VERBS: Mapping[str, Verb] = {
    "create batch": Verb("CreateBatch", Wish(), Wish((10, 20)), _batch(10, 20)),
    "create workload": Verb("CreateWorkload", Wish(), Wish(workload=2), Inventory(workloads=(False,))),
    "add jobs": Verb("AddJobs", Wish((10,), True), Wish((10, 20, 30), True), _batch(10, 20, 30, is_open=True)),
    "tags": Verb(
        "SetBatchTags",
        Wish((10,)),
        Wish((10,), tag="lab-2"),
        _batch(10, owner="lab-2"),
        _batch(10, owner="lab-1+lab-2"),
    ),
    "close": Verb("CloseBatch", Wish((10,), True), Wish((10,)), _batch(10)),
    "cancel batch": Verb("CancelBatch", Wish((10,)), Wish(), _batch(10, left=())),
    "cancel jobs": Verb(
        "CancelJobs", Wish((10, 20, 30), True), Wish((10,), True), _batch(10, 20, 30, left=(10,), is_open=True)
    ),
    "cancel workload": Verb(
        "CancelWorkload", Wish(workload=2), Wish(), Inventory(workloads=(True,)), Inventory(workloads=(False,))
    ),
}


@dataclass
class Laboratory(Machine):
    """One checkout of a project on Pasqal with its own state."""

    def want(self, wish: Wish) -> None:
        """Write the manifests."""
        self.root.mkdir(parents=True, exist_ok=True)
        shutil.copy(_RABI, self.root / "rabi.json")
        (self.root / "qctl.yaml").write_text(wish.text(), encoding="utf-8")

    def inventory(self) -> Inventory:
        """What the cloud has."""
        return inventory(self.world)

    def batch_ids(self) -> list[str]:
        """Oldest first."""
        return self._column("SELECT id FROM pasqal_batch ORDER BY seq")

    def workload_ids(self) -> list[str]:
        """Oldest first."""
        return self._column("SELECT id FROM pasqal_workload ORDER BY seq")

    def lose_job(self, runs: int) -> None:
        """The service carried out a call by half: the last job with so many runs never came to be."""
        last = "(SELECT max(seq) FROM pasqal_job WHERE runs = ?)"
        self._column(f"DELETE FROM pasqal_job WHERE seq = {last} RETURNING id", runs)  # noqa: S608 - our own text

    def _column(self, statement: str, *values: object) -> list[str]:
        with self.world.transaction() as session:
            return [text for (text,) in session.connection.execute(statement, values).fetchall()]

    def said(self, *words: str) -> str:
        """What a command prints."""
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            main([*words, "-C", str(self.root)])
        return out.getvalue()

    def attempts(self) -> list[Attempt]:
        """All that is on record, after a look at the cloud."""
        return [a for record in self.plan().seen.records.values() for a in record.attempts]
