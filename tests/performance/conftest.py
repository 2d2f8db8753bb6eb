"""A project with one of everything that a cache must notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.emulator.world import World
from tests.cli.place import Place

PROJECT = """apiVersion: qctl/v1alpha1
kind: Project
metadata: {name: cached, uid: 019aa3c1-7d00-7b1e-8e11-6f0d5a2c4bfe}
spec:
  devices: {sim: "arn:aws:braket:::device/quantum-simulator/amazon/sv1"}
  defaults: {tags: {study: "${{ var.study }}"}, output: {bucket: amazon-braket-demo, prefix: here}}
  variables: {shots: {type: integer, default: 100}, study: {default: bell}}
"""
TASKS = """apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {name: first, tags: {owner: lab-3}}
spec: {device: sim, shots: "${{ var.shots }}", program: {openqasm: circuits/first.qasm}}
---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {name: sweep, tags: {after: "${{ QuantumTask/first.arn }}"}}
spec:
  device: sim
  shots: 100
  matrix: {theta: [0.5, 1], label: [a, "1"]}
  program: {openqasm: circuits/link.qasm, inputs: {theta: "${{ matrix.theta }}"}}
  output: {bucket: amazon-braket-other, prefix: "${{ matrix.label }}"}
  run: {retry: {maxAttempts: 3, on: [FAILED, CANCELLED]}, onRemove: orphan}
"""
PROGRAM = "OPENQASM 3.0;\nqubit[1] q;\nbit[1] c;\nh q[0];\nc = measure q;\n"
SWEPT = "OPENQASM 3.0;\ninput float theta;\nqubit[1] q;\nbit[1] c;\nrx(theta) q[0];\nc = measure q;\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The project, with a local cloud that does not simulate."""
    monkeypatch.setenv("QCTL_LOCAL_CLOUD", str(tmp_path / "cloud.sqlite"))
    monkeypatch.setattr("reconciler.cli.clouds._LazyClock.sleep", lambda _self, _seconds: None)
    monkeypatch.chdir(fill(tmp_path / "project"))
    made = Place(tmp_path / "project", tmp_path / "cloud.sqlite")
    made.ok("local", "switch", "simulation", "skip")
    World.open(made.cloud).freeze()  # or a run would go on between two plans that are compared
    return made


def fill(root: Path) -> Path:
    """Write the project into a new folder."""
    (root / "circuits").mkdir(parents=True)
    (root / "tasks").mkdir()
    (root / "qctl.yaml").write_text(PROJECT, "utf-8")
    (root / "tasks" / "tasks.yaml").write_text(TASKS, "utf-8")
    (root / "circuits" / "first.qasm").write_text(PROGRAM, "utf-8")
    for name in ("swept", "swept-too"):
        (root / "circuits" / f"{name}.qasm").write_text(SWEPT, "utf-8")
    (root / "circuits" / "link.qasm").symlink_to("swept.qasm")
    return root
