"""Days of an agent in a second: a clock that moves only while the agent sleeps, and what people do meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from reconciler.cli.agent.board import Board
from reconciler.cli.agent.loop import Agent
from reconciler.cli.agent.source import Source
from reconciler.cli.agent.stopping import Stop
from reconciler.cli.agent.webhook import Notifier
from reconciler.cli.event_stream import EventStream
from reconciler.cli.project import Flags
from reconciler.core.cycle import Cycle, Verdict
from reconciler.core.permission import Permission
from reconciler.core.status import Status
from reconciler.emulator.world import World
from reconciler.render.agent_metrics import metrics
from reconciler.workflow.session import timestamp
from tests.cases.story import frozen_world
from tests.cli.place import PROJECT

HOUR = 3600.0
GARNET_TASK = """---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {{name: {name}}}
spec:
  device: garnet
  shots: {shots}
  program: {{openqasm: "OPENQASM 3.0; qubit[2] q; h q[0]; cnot q[0], q[1];"}}
"""
LIMIT = """---
apiVersion: qctl/v1alpha1
kind: SpendingLimit
metadata: {{name: cap}}
spec: {{device: garnet, amount: "{amount}"}}
"""
"""What Braket itself refuses to spend more than, on Garnet."""
ATOMS = """---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {name: atoms}
spec: {device: aquila, shots: 100, program: {ahs: program.json}}
"""
"""A task for Aquila, which works on weekdays only."""
_AHS = Path(__file__).parents[2] / "examples" / "neutral-atoms" / "programs"
_AQUILA = "    aquila: arn:aws:braket:us-east-1::device/qpu/quera/Aquila\n"


@dataclass
class Days:
    """The clock of an agent on a frozen local cloud. `diary` says what happens when so many seconds have passed."""

    world: World
    diary: list[tuple[float, Callable[[], object]]]
    end: float
    passed: float = 0.0
    slept: list[float] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None  # in each sleep

    def now(self) -> datetime:
        return self.world.now()

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.world.advance(seconds)
        self.passed += seconds
        while self.diary and self.diary[0][0] <= self.passed:
            self.diary.pop(0)[1]()
        self.meanwhile()
        if self.passed >= self.end:
            raise Stop


def days_of(cloud: Path, end: float, *diary: tuple[float, Callable[[], object]]) -> Days:
    """A cloud that simulates nothing, for its results are no concern here; QPUs keep their hours."""
    world = frozen_world(cloud)
    world.set_switch("simulation", "skip")
    world.set_switch("windows", "honour")
    return Days(world, sorted(diary, key=lambda entry: entry[0]), end)


def agent_of(
    days: Days, permission: Permission | None = None, interval: float = HOUR, **more: Any
) -> tuple[Agent, list[Cycle]]:
    """An agent in this folder, and the rounds that it will have told."""
    rounds: list[Cycle] = []
    board = Board(days, interval, Status("0.1.0", "a folder", "auto", timestamp(days.now()), interval))
    source = more.pop("source", None) or Source(Flags())
    quiet = EventStream(as_json=True).view()
    agent = Agent(source, permission or Permission(), board, quiet, rounds.append, days, lambda: 0.5, **more)
    return agent, rounds


def verdicts(rounds: list[Cycle]) -> list[Verdict]:
    """How they ended, each change once."""
    told = [cycle.verdict for cycle in rounds]
    return [verdict for number, verdict in enumerate(told) if not number or told[number - 1] is not verdict]


def declare(root: Path, budget: str = "", more: str = "", /, **shots: int) -> None:
    """Write the manifest: one task for Garnet a name, and more."""
    project = PROJECT.replace("spec:\n", f"spec:\n  budget: {{max: {budget}}}\n", 1) if budget else PROJECT
    if "aquila" in more:
        project = project.replace("  devices:\n", f"  devices:\n{_AQUILA}", 1)
        (root / "program.json").write_text(next(_AHS.glob("*.json")).read_text("utf-8"), "utf-8")
    tasks = [GARNET_TASK.format(name=name, shots=count) for name, count in shots.items()]
    (root / "qctl.yaml").write_text(project + "".join(tasks) + more, "utf-8")


def tasks_in(cloud: Path) -> list[int]:
    """The shots of each task that the cloud holds: its own table, asked behind its back."""
    with sqlite3.connect(cloud) as connection:
        return [row[0] for row in connection.execute("SELECT shots FROM task ORDER BY seq")]


def limits_in(cloud: Path) -> list[Decimal]:
    """The amounts of the spending limits that the cloud holds, in US dollars."""
    with sqlite3.connect(cloud) as connection:
        return [Decimal(row[0]) for row in connection.execute("SELECT amount FROM spending_limit")]


def measured(agent: Agent) -> dict[str, float]:
    """The metrics of an agent as Prometheus would read them: `name` or `name label` to value."""
    found = {}
    for family in text_string_to_metric_families(metrics(agent.board.status).decode()):
        for sample in family.samples:
            found[" ".join([sample.name.removeprefix("qctl_"), *sample.labels.values()])] = sample.value
    return found


def notifier(sent: list[bytes]) -> Notifier:
    """One that remembers what it would have posted."""

    def send(body: bytes, _headers: object) -> int:
        sent.append(body)
        return 200

    return Notifier(send, lambda _outcome: None)
