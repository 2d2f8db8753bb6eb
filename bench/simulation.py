"""How fast plans simulate, beside Braket's LocalSimulator called in a loop, in the same run."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.process import QCTL, Cost, measure, middle

COUNT = 1_000
SAMPLE = 200  # of the loop, which takes a quarter of a minute for a thousand; the rest is scaled, and said so
_PROJECT = """apiVersion: qctl/v1alpha1
kind: Project
metadata: {name: bench, uid: 01931234-5678-7abc-8def-0123456789ac}
spec:
  devices: {sim: "arn:aws:braket:::device/quantum-simulator/amazon/sv1"}
  defaults: {simulate: {shots: 1000, seed: 7}}
  simulate: {processes: 2}
"""
_TASK = """---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {name: c%04d}
spec: {device: sim, shots: 1000, program: {openqasm: "%s"}}
"""
_SWEEP = """---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {name: sweep}
spec:
  device: sim
  shots: 1000
  matrix: {theta: [%s]}
  program: {openqasm: "%s", inputs: {theta: "${{ matrix.theta }}"}}
"""
# What the plan is compared with: the same programs, values and shots, and the counts looked at.
_LOOP = """
import json, sys
from braket.devices import LocalSimulator
from braket.ir.openqasm import Program
runs = json.load(open(sys.argv[1], encoding="utf-8"))
device = LocalSimulator()
for source, inputs in runs:
    device.run(Program(source=source, inputs=inputs), shots=1000).result().measurement_counts
"""
Run = tuple[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Ratio:
    """One comparison: what the plan and the loop took, medians of so many runs. CPU is of all processes together."""

    name: str
    runs: int
    plan: Cost
    loop: Cost
    wanted: float


def compared(folder: Path, runs: int) -> Iterator[Ratio]:
    """Different circuits, one program at many values, and both known from before."""
    circuits: list[Run] = [(_circuit(number), {}) for number in range(COUNT)]
    tasks = "".join(_TASK % (number, source) for number, (source, _) in enumerate(circuits))
    yield from _compared(folder / "circuits", "1,000 different circuits", tasks, circuits, runs, 2.3)
    values = [number / COUNT for number in range(COUNT)]
    source = _circuit(0, "theta")
    sweep = _SWEEP % (", ".join(map(str, values)), source)
    points = [(source, {"theta": value}) for value in values]
    yield from _compared(folder / "sweep", "one program, 1,000 values", sweep, points, runs, 8.0)


def _compared(folder: Path, name: str, tasks: str, programs: list[Run], runs: int, wanted: float) -> Iterator[Ratio]:
    folder.mkdir(parents=True)
    (folder / "qctl.yaml").write_text(_PROJECT + tasks, "utf-8")
    few, none = folder / "few.json", folder / "none.json"
    few.write_text(json.dumps(programs[:SAMPLE]), "utf-8")
    none.write_text("[]", "utf-8")
    plans, loops = [], []
    for _ in range(runs):  # by turns, so that a machine that gets slower gets slower for both
        shutil.rmtree(folder / ".qctl" / "cache", ignore_errors=True)
        plans.append(_plan(folder, "Simulated: 1,000 runs."))
        start, part = (measure(_LOOP, str(file), folder=folder)[0] for file in (none, few))
        loops.append(Cost(_scaled(start.wall, part.wall), _scaled(start.cpu, part.cpu), part.memory))
    loop = middle(loops)
    yield Ratio(name, runs, middle(plans), loop, wanted)
    again = [_plan(folder, "Simulated: 1,000 runs (all from cache).") for _ in range(runs)]
    yield Ratio(f"{name}, planned again", runs, middle(again), loop, 0.0)


def _scaled(start: float, part: float) -> float:
    return start + (part - start) * COUNT / SAMPLE


def _plan(folder: Path, expect: str) -> Cost:
    cost, said = measure(QCTL, "plan", folder=folder)
    if expect not in said:
        raise AssertionError(f"{expect!r} is missing in:\n{said[-500:]}")
    return cost


def _circuit(number: int, angle: str = "") -> str:
    """Five qubits and 48 gates; with an angle, a third of them depend on it."""
    drawn = random.Random(number)
    lines = ["OPENQASM 3.0;", *([f"input float {angle};"] if angle else []), "bit[5] c;", "qubit[5] q;"]
    for gate in range(48):
        first, second = drawn.sample(range(5), 2)
        turn = f"{angle} * {gate + 1}" if angle else f"{drawn.uniform(-3, 3)}"
        one = (f"h q[{first}];", f"rx({turn}) q[{first}];", f"cnot q[{first}], q[{second}];")
        lines.append(one[gate % 3])
    return " ".join([*lines, "c = measure q;"])


def ratios(rows: list[Ratio]) -> str:
    """A line per comparison."""
    head = ("simulated", "runs", "plan s", "loop s", "times as fast", "wanted", "plan CPU s", "loop CPU s", "less CPU")
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" + "--:|" * (len(head) - 1)]
    return "\n".join([*lines, *map(_line, rows)])


def _line(row: Ratio) -> str:
    plan, loop = row.plan, row.loop
    cells = [row.name, str(row.runs), f"{plan.wall:.2f}", f"{loop.wall:.1f}", f"{loop.wall / plan.wall:.1f}"]
    cells += [f"{row.wanted:g}" if row.wanted else ""]
    cells += [f"{plan.cpu:.2f}", f"{loop.cpu:.1f}", f"{loop.cpu / plan.cpu:.1f}"]
    return "| " + " | ".join(cells) + " |"
