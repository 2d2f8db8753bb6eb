"""Units for tests: programs with the points that they are run at."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from reconciler.simulate.trial import Answer, Point, Unit, perform

BELL = "OPENQASM 3.0; qubit[2] q; bit[2] c; h q[0]; cnot q[0], q[1]; c = measure q;"
SWEEP = """OPENQASM 3.0;
input float theta;
qubit[3] q;
bit[3] c;
h q[0];
rx(2 * theta / 3 - 0.1) q[1];
cphaseshift(-theta) q[0], q[1];
ctrl @ ry(theta) q[1], q[2];
u3(theta, 0.1, theta * theta) q[2];
c[0] = measure q[2];
c[1] = measure q[0];
c[2] = measure q[1];
""".replace("u3(", "U(")
LIMITS: dict[str, int | None] = {"qubits": 26, "milliseconds": 60_000, "memory": None}


def point(shots: int = 200, seed: int = 7, wanted: dict[str, float] | None = None, **inputs: Any) -> Point:
    """One run."""
    return {"inputs": inputs, "shots": shots, "seed": seed, "wanted": wanted}


def unit(
    text: str, *points: Point, backend: str = "state_vector", device: str = "", limits: dict[str, int] | None = None
) -> Unit:
    """One program at these points, or at one without inputs."""
    return {
        "backend": backend,
        "text": text,
        "device": device,
        "limits": {**LIMITS, **(limits or {})},
        "points": list(points) or [point()],
    }


def answers(made: Unit) -> list[Answer]:
    """What this process finds."""
    return list(perform(made))


class Here:
    """Stands for the processes that simulate: does it in this one, and counts."""

    points = 0

    def run(self, units: Sequence[Unit], tell: Callable[[], None]) -> list[list[Answer]]:
        """See Executor."""
        Here.points += sum(len(one["points"]) for one in units)
        for one in units:
            for _ in one["points"]:
                tell()
        return [answers(one) for one in units]


def circuit(number: int, width: int = 5, gates: int = 48) -> str:
    """A circuit of its own for each number."""
    drawn = random.Random(number)
    lines = ["OPENQASM 3.0;", f"bit[{width}] c;", f"qubit[{width}] q;"]
    for _ in range(gates):
        first, second = drawn.sample(range(width), 2)
        gate = drawn.choice(["h", "t", "rx", "rz", "cnot", "cz"])
        angle = f"({drawn.uniform(-3, 3)})" if gate in ("rx", "rz") else ""
        targets = f"q[{first}], q[{second}]" if gate in ("cnot", "cz") else f"q[{first}]"
        lines.append(f"{gate}{angle} {targets};")
    return "\n".join([*lines, "c = measure q;"])
