"""A project, a local cloud and as many machines as a case needs, all in this process."""

from __future__ import annotations

import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.cli.project import Flags, Opened, open_project
from reconciler.core.progress import Progress
from reconciler.emulator.world import World
from reconciler.store.port import locked
from reconciler.workflow.applied import Applied
from reconciler.workflow.apply import apply
from reconciler.workflow.observe import Refresh
from reconciler.workflow.plan import Planned, make_plan

UID = "019aa3c1-7d00-7b1e-8e11-6f0d5a2c4bff"
GARNET = "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet"
_PROJECT = f"""apiVersion: qctl/v1alpha1
kind: Project
metadata: {{name: matrix, uid: {UID}}}
spec:
  devices: {{garnet: "{GARNET}"}}
"""
_TASK = """---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {name: run, tags: {owner: OWNER}}
spec:
  device: garnet
  shots: 100
  matrix: {theta: [0.25, 0.5]}
  program:
    openqasm: "OPENQASM 3.0; input float theta; qubit[2] q; bit[2] c; rx(theta) q[0]; c = measure q;"
    inputs: {theta: "${{ matrix.theta }}"}
"""
RUNS = 2


@dataclass
class Skew:
    """How far the clock of whoever works now is ahead of the cloud's, in seconds."""

    ahead: float = 0.0


def no_progress(_: Progress) -> None:
    """Nobody watches."""


@dataclass
class Machine:
    """One checkout of the project with its own state; all machines share the world of `cloud`."""

    root: Path
    world: World
    never: threading.Event = field(default_factory=threading.Event)

    def declare(self, owner: str = "lab-1", tasks: bool = True) -> None:
        """Write the manifest."""
        self.root.mkdir(parents=True, exist_ok=True)
        text = _PROJECT + (_TASK.replace("OWNER", owner) if tasks else "")
        (self.root / "qctl.yaml").write_text(text, encoding="utf-8")

    def open(self) -> Opened:
        """A new process on this machine, as far as memory goes."""
        return open_project(Flags(folder=self.root))

    def plan(self) -> Planned:
        """What this machine would do."""
        project = self.open()
        return make_plan(project.session, project.loaded.resources, project.loaded.edges)

    def apply(self) -> Applied:
        """Lock, plan, apply, unlock."""
        project = self.open()
        session = project.session
        with locked(session.store, session.lock_info("apply")):
            planned = make_plan(session, project.loaded.resources, project.loaded.edges, Refresh.OPEN)
            return apply(session, planned, no_progress, self.never, parallelism=1)

    def forget_everything(self) -> None:
        """Another machine: the manifests are there, the state is not."""
        shutil.rmtree(self.root / "state")

    def forget_everything_of(self, environment: str) -> None:
        """The same, for one environment."""
        for file in (self.root / "state").glob(f"matrix.{environment}.*"):
            if file.is_file():
                file.unlink()
