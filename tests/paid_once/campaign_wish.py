"""What a campaign declares: one manifest with every kind, and in words that no cloud owns what it asks to pay for."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.paid_once.bench import GARNET, UID

Content = tuple[str, ...]
"""What one paid thing runs, whatever it is called."""

SV1 = "arn:aws:braket:::device/quantum-simulator/amazon/sv1"
_ROLE = "arn:aws:iam::123456789012:role/service-role/AmazonBraketJobsExecutionRole-local"
_QASM = "OPENQASM 3.0; input float theta; qubit[2] q; bit[2] c; rx(theta) q[0]; c = measure q;"
_THETAS, _STEPS, _RUNS = (0.1, 0.2, 0.3, 0.4), (1, 2), (10, 20, 30)


@dataclass(frozen=True)
class Sweep:
    """A sweep of tasks."""

    thetas: tuple[float, ...] = (0.1, 0.2)
    shots: int = 100
    device: str = GARNET
    submit: str = "task"
    name: str = "run"


@dataclass(frozen=True)
class Wish:
    """A manifest. `turned`: documents and keys of a matrix stand in the other order."""

    sweep: Sweep = field(default_factory=Sweep)
    steps: tuple[int, ...] = (1,)
    runs: tuple[int, ...] = (10, 20)
    open: bool = False
    qubits: int = 2
    limit: int = 0
    target: str = ""
    owner: str = "lab-1"
    generation: int = 1
    tries: int = 1
    turned: bool = False

    def contents(self) -> Iterator[Content]:
        """What it asks to pay for."""
        sweep, generation = self.sweep, str(self.generation)
        yield from (("task", str(t), str(sweep.shots), sweep.device, generation) for t in sweep.thetas)
        yield from (("hybrid job", str(s), generation) for s in self.steps)
        yield from (("job", str(r), generation) for r in self.runs)
        if self.qubits:
            yield ("workload", str(self.qubits), "1")

    def text(self, state: str = "") -> str:
        """As YAML; JSON is YAML too."""
        parts = list(self._documents())
        return "\n---\n".join([self._project(state), *(reversed(parts) if self.turned else parts)])

    def _project(self, state: str) -> str:
        spec: dict[str, Any] = {"providers": {"pasqal": {"mode": "local"}}}
        if state:
            spec["state"] = {"backend": "s3", "bucket": state}
        return _document("Project", {"name": "matrix", "uid": UID}, spec)

    def _documents(self) -> Iterator[str]:
        run = {"generation": self.generation, "retry": {"maxAttempts": self.tries}}
        tags = {"owner": self.owner}
        if self.sweep.thetas:
            yield self._sweep(run, tags)
        if self.steps:
            spec: dict[str, Any] = {
                "device": SV1,
                "source": {"folder": "algo", "entryPoint": "algo.main:run"},
                "role": _ROLE,
                "matrix": {"steps": list(self.steps)},
                "hyperparameters": {"steps": "${{ matrix.steps }}"},
                "stoppingCondition": {"maxRuntime": "10m"},
                "run": run,
            }
            yield _document("HybridJob", {"name": "algo", "tags": tags}, spec)
        if self.runs:
            jobs = [{"runs": runs, "variables": {"omega": 3.0, "t": 500}} for runs in self.runs]
            batch: dict[str, Any] = {
                "device": "EMU_FREE",
                "sequence": "rabi.json",
                "open": self.open,
                "jobs": jobs,
                "run": run,
            }
            yield _document("Batch", {"name": "sweep", "tags": [f"owner={self.owner}"]}, batch)
        if self.qubits:
            spec = {"type": "qadence_circuit", "backend": "pyqtorch", "config": {"qubits": self.qubits}}
            yield _document("Workload", {"name": "vqe"}, spec)
        if self.limit:
            yield _document("SpendingLimit", {"name": "cap"}, {"device": GARNET, "amount": f"{self.limit}.00"})
        if self.target:
            yield _document("TagSet", {"name": "label", "tags": {"label": self.owner}}, {"target": self.target})

    def _sweep(self, run: Mapping[str, Any], tags: Mapping[str, str]) -> str:
        matrix: dict[str, Any] = {"theta": list(self.sweep.thetas), "b": ["x"]}
        spec = {
            "device": self.sweep.device,
            "shots": self.sweep.shots,
            "submit": self.sweep.submit,
            "matrix": dict(reversed(matrix.items())) if self.turned else matrix,
            "program": {"openqasm": _QASM, "inputs": {"theta": "${{ matrix.theta }}"}},
            "run": run,
        }
        other = "run" if self.sweep.name == "sweep" else "sweep"
        return _document("QuantumTask", {"name": self.sweep.name, "tags": tags, "moved": [other]}, spec)


def _document(kind: str, metadata: Mapping[str, Any], spec: Mapping[str, Any]) -> str:
    return json.dumps({"apiVersion": "qctl/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec})


def edited(wish: Wish, chance: random.Random, target: str, *, tokenless: bool = True) -> Wish:
    """The manifest after somebody changed one thing in it; without `tokenless` there is nothing on Pasqal."""
    sweep = wish.sweep
    edits = {
        "thetas": lambda: replace(wish, sweep=replace(sweep, thetas=_some(chance, _THETAS))),
        "shots": lambda: replace(wish, sweep=replace(sweep, shots=chance.choice((100, 200)))),
        "device": lambda: replace(wish, sweep=replace(sweep, device=chance.choice((GARNET, SV1)))),
        "submit": lambda: replace(wish, sweep=replace(sweep, submit=chance.choice(("task", "auto")))),
        "name": lambda: replace(wish, sweep=replace(sweep, name=chance.choice(("run", "sweep")))),
        "steps": lambda: replace(wish, steps=_some(chance, _STEPS)),
        "runs": lambda: replace(wish, runs=_some(chance, _RUNS)),
        "open": lambda: replace(wish, open=not wish.open),
        "qubits": lambda: replace(wish, qubits=chance.choice((0, 2, 3))),
        "limit": lambda: replace(wish, limit=chance.choice((0, 5000, 6000))),
        "target": lambda: replace(wish, target="" if wish.target else target),
        "owner": lambda: replace(wish, owner=chance.choice(("lab-1", "lab-2"))),
        "generation": lambda: replace(wish, generation=chance.choice((1, 1, 2))),
        "tries": lambda: replace(wish, tries=chance.choice((1, 2))),
        "turned": lambda: replace(wish, turned=not wish.turned),
    }
    names = [name for name in edits if tokenless or name not in {"runs", "open", "qubits"}]
    return edits[chance.choice(names)]()


def _some(chance: random.Random, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Any of them; seldom none."""
    return tuple(sorted(chance.sample(values, max(chance.randint(0, len(values)), chance.randint(0, 1)))))
