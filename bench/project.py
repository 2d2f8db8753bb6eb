"""Projects to measure with: N tasks of one document each, or one document with a sweep of N points."""

from __future__ import annotations

from pathlib import Path

_PROJECT = """apiVersion: qctl/v1alpha1
kind: Project
metadata: {name: bench, uid: 01931234-5678-7abc-8def-0123456789ab}
spec:
  devices: {sim: "arn:aws:braket:::device/quantum-simulator/amazon/sv1"}
  defaults: {output: {bucket: amazon-braket-demo, prefix: bench}}
"""
_TASK = """---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {name: t%05d, tags: {owner: lab-3, study: bench}}
spec:
  device: sim
  shots: 1000
  program:
    openqasm: |
      OPENQASM 3.0;
      qubit[2] q;
      bit[2] c;
      rz(%.5f) q[0];
      h q[0];
      cnot q[0], q[1];
      c = measure q;
  run: {generation: 1, retry: {maxAttempts: 1}, onRemove: cancel}
"""
_SWEEP = """---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {name: sweep, tags: {owner: lab-3, study: bench}}
spec:
  device: sim
  shots: 1000
  matrix: {theta: [%s], phi: [%s]}
  program:
    openqasm: "OPENQASM 3.0; input float theta; input float phi; qubit[1] q; rz(phi) q[0]; rx(theta) q[0];"
    inputs: {theta: "${{ matrix.theta }}", phi: "${{ matrix.phi }}"}
"""


def write_tasks(folder: Path, count: int) -> Path:
    """A project with `count` documents, each another program; the manifest's path."""
    return _write(folder, "".join(_TASK % (number, number * 1e-5) for number in range(count)))


def write_sweep(folder: Path, side: int) -> Path:
    """A project with one document of `side` times `side` points; the manifest's path."""
    values = ", ".join(f"{number * 0.01:.2f}" for number in range(side))
    return _write(folder, _SWEEP % (values, values))


def _write(folder: Path, tasks: str) -> Path:
    folder.mkdir(parents=True)
    manifest = folder / "qctl.yaml"
    manifest.write_text(_PROJECT + tasks, encoding="utf-8")
    return manifest
