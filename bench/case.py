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
    qctl("local", "switch", "simulation", "skip", folder=folder)
    yield project.row("`validate`", ("validate",))
    yield project.row("`plan`, all to create", ("plan",), expect=f"Plan: {size} to add", before=project.forget_cache)
    yield project.row("`apply`, all created", ("apply", "--auto-approve"), expect=f"Runs: {size} added", runs=1)
    qctl("local", "advance", "1h", folder=folder)
    qctl("wait", folder=folder)
    nothing = ("`plan`, nothing to do", ("plan",))
    yield project.row(f"{nothing[0]}, cold", nothing[1], expect=NO_CHANGES, before=project.forget_cache)
    yield project.row(f"{nothing[0]}, warm", nothing[1], expect=NO_CHANGES)


def sweep(folder: Path, side: int, runs: int) -> Iterator[Row]:
    """One document of many points."""
    project = _Project(folder, write_sweep(folder, side), side * side, runs)
    yield project.row("one sweep: `validate`", ("validate",))
    yield project.row("one sweep: `plan`, all to create", ("plan",), before=project.forget_cache)


class _Project:
    """One folder with its manifest, its cloud and its floor."""

    def __init__(self, folder: Path, manifest: Path, size: int, runs: int) -> None:
        self._folder, self._size, self._runs = folder, size, runs
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
        calls = self._calls()
        for _ in range(count):
            if before:
                before()
            cost, said = _run(self._folder, *command)
            if expect not in said:
                raise Unexpected(f"{name} at {self._size} tasks: {expect!r} is missing in:\n{said[-2000:]}")
            costs.append(cost)
        return Row(name, self._size, count, middle(costs), (self._calls() - calls) // count, self._floor)

    def forget_cache(self) -> None:
        """As if the manifests were read for the first time."""
        shutil.rmtree(self._folder / ".qctl" / "cache", ignore_errors=True)

    def _calls(self) -> int:
        status = json.loads(qctl("local", "status", "--json", folder=self._folder))
        return int(status["calls"])


def _run(folder: Path, *command: str) -> tuple[Cost, str]:
    return measure(QCTL, *command, folder=folder)
