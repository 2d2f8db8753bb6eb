"""A folder with a project and a local cloud of its own, and commands run in this process."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.main import main
from reconciler.cli.project import Flags, open_project
from reconciler.emulator.world import World
from reconciler.store.errors import LockInfo
from reconciler.store.port import locked

UID = "019aa3c1-7d00-7b1e-8e11-6f0d5a2c4bff"
PROJECT = f"""apiVersion: qctl/v1alpha1
kind: Project
metadata: {{name: place, uid: {UID}}}
spec:
  devices:
    sim: arn:aws:braket:::device/quantum-simulator/amazon/sv1
    garnet: arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet
  variables: {{shots: {{type: integer, default: 100}}}}
"""
TASK = """---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {name: NAME, tags: {owner: lab-3}}
spec:
  device: sim
  shots: "${{ var.shots }}"
  program: {openqasm: "OPENQASM 3.0; qubit[2] q; bit[2] c; h q[0]; cnot q[0], q[1]; c = measure q;"}
"""


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which is one JSON value."""
        return json.loads(self.out)

    @property
    def events(self) -> list[Any]:
        """Standard output, which is one JSON value a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Place:
    """The folder that a person stands in, and its local cloud's file."""

    root: Path
    cloud: Path

    def run(self, *args: str) -> Ran:
        """One command, in this process."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr("sys.stdin", io.StringIO())  # nobody types
            code = main(args)
        assert "Traceback" not in err.getvalue()
        return Ran(code, out.getvalue(), err.getvalue())

    def ok(self, *args: str) -> Ran:
        """One command that must succeed."""
        ran = self.run(*args)
        assert ran.code == 0, f"{args}: {ran}"
        return ran

    def declare(self, *names: str, project: str = PROJECT) -> None:
        """Write the manifest: one task a name."""
        (self.root / "qctl.yaml").write_text(project + "".join(TASK.replace("NAME", n) for n in names), "utf-8")

    def finish(self) -> None:
        """Apply, let the time pass, and record the ends, good or bad."""
        self.ok("apply", "--auto-approve")
        self.ok("local", "advance", "10m")
        assert self.run("wait").code in (0, 1)

    def lock_info(self) -> str:
        """What the lock file says of its holder; empty when nobody has it."""
        path = self.root / "state" / "place.default.lock"
        return path.read_text("utf-8") if path.exists() else ""

    @contextmanager
    def held(self) -> Iterator[LockInfo]:
        """Somebody else holds the lock."""
        session = open_project(Flags()).session
        info = replace(session.lock_info("apply"), who="ada", host="elsewhere")
        with locked(session.store, info):
            yield info

    @property
    def world(self) -> World:
        """The local cloud."""
        return World.open(self.cloud)

    def tasks(self) -> int:
        """How many tasks the cloud holds."""
        return int(self.world.status()["tasks"])
