"""A random life of a project: edits, faults, deaths, thefts of the lock, colleagues; and what must hold in the end.

Each life is of one seed, so a broken promise is a number that anybody can live again.
"""

from __future__ import annotations

import io
import json
import random
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from reconciler.cli.main import main
from reconciler.core.attempt import Outcome
from reconciler.emulator.world import World
from reconciler.store.errors import StoreError
from tests.paid_once import process
from tests.paid_once.bench import UID, Machine, Skew
from tests.paid_once.campaign_faults import LATEST, POINTS, drawn_fault
from tests.paid_once.campaign_ledger import rows
from tests.paid_once.campaign_wish import SV1, Content, Wish, edited
from tests.paid_once.shared_bench import BUCKET, Member

_RABI = Path(__file__).parents[1] / "simulate" / "sequences" / "rabi.json"
_WINDOW = 300  # seconds


class PromiseBrokenError(AssertionError):
    """The promise was broken; the message has the life that led to it."""


@dataclass
class Life:
    """One project from its birth to its last, undisturbed apply."""

    root: Path
    world: World
    seed: int
    shared: bool
    forgetful: bool = False  # loses its state now and then, and has nothing on Pasqal, where that may pay again
    clock: Skew = field(default_factory=Skew)
    chance: random.Random = field(init=False)
    wish: Wish = field(default_factory=Wish)
    checkouts: dict[str, Wish] = field(default_factory=dict)
    declared: set[Content] = field(default_factory=set)  # by any command that could have submitted it
    ended: set[Content] = field(default_factory=set)  # declared once, and then not
    paid_again: Counter[Content] = field(default_factory=Counter)  # because somebody asked for it
    tries: int = 1
    failing: bool = False
    lost: bool = False
    story: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        if self.forgetful:
            self.wish = replace(self.wish, runs=(), qubits=0)
        self.machines = [self._machine(name) for name in (("one", "two") if self.shared else ("one",))]
        self.target = self._foreign()
        for machine in self.machines:
            self._write(machine)
        if self.shared:
            self._say(self.machines[0], "state", "probe", "--create")

    def live(self, steps: int) -> None:
        """So many commands with all that goes wrong around them; then an undisturbed end."""
        for _ in range(steps):
            for _ in range(self.chance.choice((0, 1, 1, 2))):
                self.wish = edited(self.wish, self.chance, self.target, tokenless=not self.forgetful)
            for _ in range(self.chance.choice((0, 0, 1, 1, 2))):
                self._fault()
            self._command()
            if self.chance.random() < 0.6:
                self.world.clear_faults()
                self.world.set_switch("visibility.search", "0")
                self.world.set_switch("visibility.get", "0")
            self._later(self.chance.choice((0, 0, 1, 30, 200, 310, 3600, 90_000)))
        self._end()

    # -- what happens

    def _command(self) -> None:
        machine = self.chance.choice(self.machines)
        self.clock.ahead = self.chance.choice((0.0, 0.0, 20.0, -20.0)) if self.shared else 0.0
        commands: list[tuple[int, Callable[[Machine], None]]] = [
            (40, self._apply),
            (25, self._killed),
            (8, self._saved_plan),
            (6, self._at_once),
            (5, self._target),
            (4, self._remove),
            (3, self._wait),
            (4, self._restore),
            (3, self._agent),
            (3, self._replace),
            (2, self._push_old),
            *(((8, self._lose),) if self.forgetful else ()),
        ]
        weights = [weight for weight, _ in commands]
        (chosen,) = self.chance.choices([command for _, command in commands], weights)
        self._write(machine)
        chosen(machine)

    def _apply(self, machine: Machine) -> None:
        self._wanted(machine)
        self._say(machine, "apply", "--auto-approve")

    def _killed(self, machine: Machine) -> None:
        self._wanted(machine)
        point = f"{self.chance.choice(POINTS)}:{self.chance.choice((1, 1, 1, 2, 2, 3, 4))}"
        code = process.run(["apply", "-C", str(machine.root), "--auto-approve", "--parallelism", "2"], crash_at=point)
        self.story.append(f"{machine.root.name}: apply, dying at {point}: {code}")
        if self.chance.random() < 0.7:
            self._unlock(machine)

    def _unlock(self, machine: Machine) -> None:
        if not isinstance(machine, Member):
            return
        self.world.clear_faults()
        holder = machine.holder()
        if holder and self.chance.random() < 0.3:
            machine.bucket().delete("qctl/matrix.default.lock")
            self.story.append("somebody deletes the lock")
        elif holder:
            self._say(machine, "state", "force-unlock", holder)

    def _saved_plan(self, machine: Machine) -> None:
        file = self.root / "kept.plan"
        file.unlink(missing_ok=True)
        self._say(machine, "plan", "--out", str(file))
        if not file.exists():
            return
        if self.chance.random() < 0.4:
            self._apply(self.chance.choice(self.machines))
        for _ in range(self.chance.choice((1, 2))):
            other = self.chance.choice(self.machines)
            self._wanted(other)
            self._say(other, "apply", str(file))

    def _at_once(self, machine: Machine) -> None:
        self._wanted(machine)
        other = self.chance.choice(self.machines)
        self._wanted(other)
        args = [["apply", "-C", str(m.root), "--auto-approve"] for m in (machine, other)]
        children = [process.start(a) for a in args]
        codes = [process.finish(child) for child in children]
        self.story.append(f"two applies at once: {codes}")

    def _target(self, machine: Machine) -> None:
        self._wanted(machine)
        name = self.chance.choice(("Batch/sweep", f"QuantumTask/{self.wish.sweep.name}", "HybridJob/algo"))
        self._say(machine, "apply", "--auto-approve", "--target", name)

    def _remove(self, machine: Machine) -> None:
        addresses = sorted(self._records(machine))
        if addresses:
            self._say(machine, "state", "rm", self.chance.choice(addresses))

    def _wait(self, machine: Machine) -> None:
        self._say(machine, "wait", "--timeout", "5")

    def _restore(self, machine: Machine) -> None:
        code, said = self._said(machine, "state", "history")
        serials = [word for line in said.splitlines() for word in line.split()[:1] if word.isdigit()]
        if code == 0 and serials:
            self._say(machine, "state", "restore", self.chance.choice(serials))

    def _push_old(self, machine: Machine) -> None:
        file = self.root / "pulled.json"
        if file.exists():
            self._say(machine, "state", "push", str(file), "--force")
        file.unlink(missing_ok=True)
        self._say(machine, "state", "pull", "--out", str(file))

    def _lose(self, machine: Machine) -> None:
        """The state goes, when all that was done had its time to show up."""
        self.world.clear_faults()
        self.world.set_switch("visibility.search", "0")
        self._later(2 * _WINDOW)
        shutil.rmtree(machine.root / "state", ignore_errors=True)
        self.story.append("the state is lost")
        self.lost = True

    def _agent(self, machine: Machine) -> None:
        self._wanted(machine)
        self._say(machine, "reconcile", "--once", "--apply", "auto")

    def _replace(self, machine: Machine) -> None:
        for content in self.wish.contents():
            if content[0] == "hybrid job":
                self.paid_again[content] += 1
                self.ended.add(content)
        self._wanted(machine)
        self._say(machine, "apply", "--auto-approve", "--replace", "HybridJob/algo")

    def _fault(self) -> None:
        rule = drawn_fault(self.chance, stored=self.shared)
        self.story.append(f"fault {rule}")
        self.world.add_fault(rule)
        if rule["service"] != "braket":
            return
        if self.chance.random() < 0.3:
            self.world.set_switch("visibility.search", str(LATEST))
            self.story.append("searches are late")
        if self.chance.random() < 0.15:
            self.failing = not self.failing
            self.world.set_switch("fail.reason", "the fridge was warm" if self.failing else "")
            self.story.append(f"tasks fail: {self.failing}")

    def _later(self, seconds: float) -> None:
        self.world.advance(seconds)
        self.story.append(f"{seconds} s pass")

    # -- what must hold

    def _end(self) -> None:
        self.world.clear_faults()
        for name in ("visibility.search", "visibility.get"):
            self.world.set_switch(name, "0")
        self.world.set_switch("fail.reason", "")
        self.clock.ahead = 0.0
        machine = self.machines[0]
        self._write(machine)
        self._wanted(machine)
        for _ in range(4):
            self._later(2 * _WINDOW)
            self._unlock(machine)
            self._say(machine, "apply", "--auto-approve")
        self.judge(machine)

    def judge(self, machine: Machine) -> None:
        """Raise PromiseBrokenError if the promise was."""
        there = rows(self.world)
        problems = []
        paid, failed = Counter(row.content for row in there), Counter(row.content for row in there if row.failed)
        for content, count in sorted(paid.items()):
            again = self.paid_again[content] + (failed[content] if self.tries > 1 else 0)
            if count > (content in self.declared) + again:
                problems.append(f"paid {count} times: {content}")
        problems += [f"never made: {content}" for content in self.wish.contents() if not paid[content]]
        known = {
            attempt.id
            for record in self._records(machine).values()
            for attempt in record.attempts
            if attempt.outcome is Outcome.ACCEPTED
        }
        wanted = set(self.wish.contents())
        # Whose points nobody declares any more, a search for their set can't say after a lost state.
        asked = [row for row in there if row.content in wanted or not self.lost]
        problems += [f"unknown to the state: {row}" for row in asked if row.id not in known]
        for row in there:
            if row.cancelled and row.content in wanted and row.content not in self.ended and not row.failed:
                problems.append(f"cancelled although it was always wanted: {row}")
        code, said = self._said(machine, "plan", "--detailed-exitcode")
        if code:
            problems.append(f"the last plan is not empty:\n{said}")
        if problems:
            raise PromiseBrokenError(
                "\n".join([f"seed {self.seed}, shared {self.shared}", *self.story, self.wish.text(), *problems])
            )

    # -- how

    def _machine(self, name: str) -> Machine:
        root = self.root / name
        (root / "algo").mkdir(parents=True)
        (root / "algo" / "main.py").write_text("def run():\n    raise SystemExit('never runs here')\n", "utf-8")
        shutil.copy(_RABI, root / "rabi.json")
        return Member(root, self.world) if self.shared else Machine(root, self.world)

    def _foreign(self) -> str:
        """A run of somebody else, on which tags may be put; it has no inputs, so it is in no ledger of ours."""
        other = Machine(self.root / "theirs", self.world)
        other.root.mkdir()
        project = {
            "apiVersion": "qctl/v1alpha1",
            "kind": "Project",
            "metadata": {"name": "theirs", "uid": f"{UID[:-3]}bbb"},
        }
        task = {"device": SV1, "shots": 7, "program": {"openqasm": "OPENQASM 3.0; qubit[1] q; h q[0];"}}
        document = {**project, "kind": "QuantumTask", "metadata": {"name": "theirs"}, "spec": task}
        (other.root / "qctl.yaml").write_text(
            f"{json.dumps({**project, 'spec': {}})}\n---\n{json.dumps(document)}", "utf-8"
        )
        return str(other.apply().state.records["QuantumTask/theirs"].attempts[0].id)

    def _write(self, machine: Machine) -> None:
        (machine.root / "qctl.yaml").write_text(self.wish.text(BUCKET if self.shared else ""), "utf-8")
        self.checkouts[machine.root.name] = self.wish

    def _wanted(self, machine: Machine) -> None:
        """A command on this machine may submit what its checkout says, which may be an older one."""
        wish = self.checkouts[machine.root.name]
        now = set(wish.contents())
        self.ended |= self.declared - now
        self.declared |= now
        self.tries = max(self.tries, wish.tries)

    def _records(self, machine: Machine) -> dict[str, Any]:
        for _ in range(3):
            try:
                return dict(machine.open().session.store.read().state.records)
            except StoreError:  # a fault that is scripted for it
                self.world.clear_faults()
        return {}

    def _said(self, machine: Machine, *words: str) -> tuple[int, str]:
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            code = main([*words, "-C", str(machine.root)])
        return code, out.getvalue()

    def _say(self, machine: Machine, *words: str) -> None:
        code, said = self._said(machine, *words)
        last = " | ".join(said.strip().splitlines()[-3:])
        self.story.append(f"{machine.root.name}: {' '.join(words)}: {code} {last}")
        if code == 3:
            raise PromiseBrokenError(
                "\n".join([f"seed {self.seed}", *self.story, self.wish.text(), "a defect of ours", said])
            )
