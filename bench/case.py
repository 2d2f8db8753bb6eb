"""What is measured: commands on projects of several sizes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.process import FLOOR, QCTL, Cost, measure, middle, qctl
from bench.project import write_sweep, write_tasks

NO_CHANGES = "No changes."


@dataclass(frozen=True, slots=True)
class Row:
    """The medians of `runs` runs, the calls that reached the cloud in one run, and the floor of the same project.

    `size` is the number of tasks; 0 for commands that read no project.
    """

    name: str
    size: int
    runs: int
    cost: Cost
    calls: int | None = None
    floor: Cost | None = None


class Unexpected(Exception):  # noqa: N818 - named after what happened
    """A measured command did something else than what the table will say."""


def start_up(folder: Path, runs: int) -> Iterator[Row]:
    """What every command pays before it begins."""
    for words in (("--help",), ("version",)):
        yield Row(f"`qctl {words[0]}`", 0, runs, middle([_run(folder, *words)[0] for _ in range(runs)]))


def tasks(folder: Path, size: int, runs: int) -> Iterator[Row]:
    """A project from its first plan to the plan that has nothing to do."""
    manifest = write_tasks(folder, size)
    project = _Project(folder, manifest, size, runs)
    project.prepare("local", "switch", "simulation", "skip")
    yield project.row("`validate`", ("validate",))
    yield project.row("`plan`, all to create", ("plan",), expect=f"Plan: {size} to add", before=project.forget_cache)
    yield project.row("`apply`, all created", ("apply", "--auto-approve"), expect=f"Runs: {size} added", runs=1)
    project.prepare("local", "advance", "1h")
    project.prepare("wait")
    nothing = "`plan`, nothing to do"
    yield project.row(f"{nothing}, cold", ("plan",), expect=NO_CHANGES, before=project.forget_cache)
    yield project.row(f"{nothing}, warm", ("plan",), expect=NO_CHANGES)


def sweep(folder: Path, side: int, runs: int) -> Iterator[Row]:
    """One document of many points."""
    project = _Project(folder, write_sweep(folder, side), side * side, runs)
    yield project.row("one sweep: `validate`", ("validate",))
    yield project.row("one sweep: `plan`, all to create", ("plan",), before=project.forget_cache)


class _Project:
    """One folder with its manifest, its cloud and its floor."""

    def __init__(self, folder: Path, manifest: Path, size: int, runs: int) -> None:
        self._folder, self._size, self._runs = folder, size, runs
        self._called: int | None = None  # how many calls the cloud had counted before the next row
        self._floor = middle([measure(FLOOR, str(manifest), folder=folder)[0] for _ in range(runs)])

    def row(
        self,
        name: str,
        command: tuple[str, ...],
        *,
        expect: str = "",
        before: Callable[[], None] | None = None,
        runs: int | None = None,
    ) -> Row:
        """Measure one command; `before` is done ahead of each run. Raises Unexpected and Failed."""
        costs = []
        count = runs or self._runs
        called = self._calls() if self._called is None else self._called
        for _ in range(count):
            if before:
                before()
            cost, said = _run(self._folder, *command)
            if expect not in said:
                raise Unexpected(f"{name} at {self._size} tasks: {expect!r} is missing in:\n{said[-2000:]}")
            costs.append(cost)
        self._called = self._calls()
        return Row(name, self._size, count, middle(costs), (self._called - called) // count, self._floor)

    def prepare(self, *command: str) -> None:
        """Do what is not measured. Raises Failed."""
        qctl(*command, folder=self._folder)
        self._called = None

    def forget_cache(self) -> None:
        """As if the manifests were read for the first time."""
        shutil.rmtree(self._folder / ".qctl" / "cache", ignore_errors=True)

    def _calls(self) -> int:
        status = json.loads(qctl("local", "status", "--json", folder=self._folder))
        return int(status["calls"])


def _run(folder: Path, *command: str) -> tuple[Cost, str]:
    return measure(QCTL, *command, folder=folder)
