"""How fast plans simulate, beside Braket's LocalSimulator called in a loop, in the same run."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.process import QCTL, measure

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
    """One comparison: seconds of the plan and of the loop, medians of so many runs."""

    name: str
    runs: int
    plan: float
    loop: float
    wanted: float

    @property
    def ratio(self) -> float:
        """How many times as fast the plan is."""
        return self.loop / self.plan


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
        plans.append(_timed(lambda: _plan(folder, "Simulated: 1,000 runs.")))
        start = _timed(lambda: measure(_LOOP, str(none), folder=folder))
        loops.append(start + (_timed(lambda: measure(_LOOP, str(few), folder=folder)) - start) * COUNT / SAMPLE)
    yield Ratio(name, runs, median(plans), median(loops), wanted)
    again = [_timed(lambda: _plan(folder, "Simulated: 1,000 runs (all from cache).")) for _ in range(runs)]
    yield Ratio(f"{name}, planned again", runs, median(again), median(loops), 0.0)


def _plan(folder: Path, expect: str) -> None:
    said = measure(QCTL, "plan", folder=folder)[1]
    if expect not in said:
        raise AssertionError(f"{expect!r} is missing in:\n{said[-500:]}")


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


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
    head = ("simulated", "runs", "plan s", "LocalSimulator s", "times as fast", "wanted")
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" + "--:|" * (len(head) - 1)]
    for row in rows:
        wanted = f"{row.wanted:g}" if row.wanted else ""
        cells = [row.name, str(row.runs), f"{row.plan:.2f}", f"{row.loop:.1f}", f"{row.ratio:.1f}", wanted]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
