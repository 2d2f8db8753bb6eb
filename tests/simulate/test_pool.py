"""A process that is killed, hangs or goes mad costs the point that it was at, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from reconciler.simulate.executor import Place
from reconciler.simulate.pool import Pool
from reconciler.simulate.trial import Unit
from tests.simulate.fakes import misbehaving
from tests.simulate.trials import BELL, SWEEP, answers, circuit, point, unit


def _units(*sizes: int) -> list[Unit]:
    seeds = iter(range(1, 1 + sum(sizes)))
    return [unit(BELL, *(point(seed=next(seeds)) for _ in range(size))) for size in sizes]


def test_processes_find_what_this_process_finds() -> None:
    units = [unit(SWEEP, *(point(theta=angle / 7) for angle in range(5))), unit(circuit(1)), unit("nonsense")]
    told: list[int] = []
    found = Pool(2, 60).run(units, lambda: told.append(1))
    assert found == [answers(one) for one in units]
    assert len(told) == 7


@pytest.mark.parametrize(
    ("act", "why"),
    [
        ("if point['seed'] == 3: os.kill(os.getpid(), signal.SIGKILL)", "Its process was killed"),
        ("if point['seed'] == 3: sys.exit(5)", "Its process ended by itself, with 5."),
        ("if point['seed'] == 3: print('nonsense', flush=True)", "Its process ended by itself, with"),
        ("if point['seed'] == 3: os.close(1); os.write(2, b'x')", "Its process ended by itself, with"),
    ],
)
def test_a_process_that_dies_costs_one_point(act: str, why: str) -> None:
    found = Pool(2, 60, command=misbehaving(act)).run(_units(2, 3, 1), lambda: None)
    flat = list(chain.from_iterable(found))
    assert [one.get("counts") for one in flat] == [{"0": 1}, {"0": 2}, None, {"0": 4}, {"0": 5}, {"0": 6}]
    assert why in flat[2]["failure"]


def test_a_process_that_hangs_is_ended(tmp_path: Path) -> None:
    hanging = tmp_path / "hanging"
    act = f"if point['seed'] == 3: open({str(hanging)!r}, 'w').close(); signal.pause()"
    told: list[None] = []  # the time of the third point counts from the second answer
    pool = Pool(1, 5, clock=lambda: 1e6 if len(told) >= 2 and hanging.exists() else 0.0, command=misbehaving(act))
    (found,) = pool.run(_units(4), lambda: told.append(None))
    assert found[2] == {"failure": "It took more than 5 seconds."}
    assert [one.get("counts") for one in found] == [{"0": 1}, {"0": 2}, None, {"0": 4}]


def test_where_every_process_dies_no_more_are_started() -> None:
    started: list[int] = []
    command = (sys.executable, "-c", "raise SystemExit(1)")
    found = Pool(1, 60, command=command).run(_units(6), lambda: started.append(1))
    reasons = [one["failure"] for one in found[0]]
    assert reasons[:3] == ["Its process ended by itself, with 1."] * 3
    assert set(reasons[3:]) == {"It was not begun, for the processes that simulate end before they answer."}


def test_a_program_that_is_not_there() -> None:
    found = Pool(1, 60, command=("/nowhere/python",)).run(_units(1), lambda: None)
    assert "No process can be started" in found[0][0]["failure"]


def test_ctrl_c_ends_the_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[subprocess.Popen[str]] = []
    real = subprocess.Popen

    def popen(*args: object, **options: object) -> subprocess.Popen[str]:
        made.append(real(*args, **options))  # type: ignore[call-overload]  # passed on
        return made[-1]

    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", popen)
    with pytest.raises(KeyboardInterrupt):
        Pool(2, 60, command=misbehaving("if point['seed'] == 4: signal.pause()")).run(_units(3, 2), interrupt)
    assert made
    assert all(each.poll() is not None for each in made)


def test_a_folder_brings_no_module_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a project could run code by being planned."""
    (tmp_path / "json.py").write_text("import os; os._exit(9)", "utf-8")
    (tmp_path / "reconciler").mkdir()
    (tmp_path / "reconciler" / "__init__.py").write_text("import os; os._exit(9)", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert Pool(1, 60).run([unit(BELL)], lambda: None)[0][0]["counts"]


@pytest.mark.parametrize(("work", "processes"), [(0, 1), (900, 1), (2_000, 2), (90_000, 4)])
def test_a_process_is_started_where_the_work_is_worth_it(work: int, processes: int) -> None:
    pool = Place(processes=4).executor(work)
    assert isinstance(pool, Pool)
    assert pool._processes == processes


def test_processes_share_what_memory_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.simulate.executor.free_memory", lambda: 1000)
    assert Place(processes=4, seconds=3, qubits=20).limits() == {"qubits": 20, "milliseconds": 3000, "memory": 250}
    assert Place(scheduler="tcp://x:1").limits()["memory"] is None
    assert Place().width >= 1
    assert Place().width <= (os.cpu_count() or 1)
