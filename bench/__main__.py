"""Measure, print, and write docs/performance.md."""

from __future__ import annotations

import argparse
import compileall
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.case import Row, start_up, sweep, tasks
from bench.simulation import compared, ratios
from bench.table import SIMULATION, table, write

HOUSE = Path(__file__).parents[1]
PAGE = HOUSE / "docs" / "performance.md"


def measured(folder: Path, sizes: list[int], runs: int, side: int) -> Iterator[Row]:
    """Every case, each with a folder of its own."""
    yield from start_up(folder, runs)
    for size in sizes:
        yield from tasks(folder / f"tasks-{size}", size, runs)
    yield from sweep(folder / "sweep", side, runs)


def simulated(runs: int) -> None:
    """Plans beside LocalSimulator in a loop."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="qctl-bench-") as folder:
        for row in compared(Path(folder), runs):
            rows.append(row)
            print(ratios([row]).splitlines()[-1], flush=True)  # noqa: T201 - this program's only output
    print(f"\n{ratios(rows)}")  # noqa: T201 - as above
    write(PAGE, ratios(rows), SIMULATION)


def main() -> None:
    """`--quick` measures 100 tasks only and leaves the page as it is."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure how fast qctl is.")
    parser.add_argument("--quick", action="store_true", help="100 tasks only; docs/performance.md stays as it is")
    parser.add_argument("--runs", type=int, default=5, help="runs of each command (default 5)")
    parser.add_argument("--simulation", action="store_true", help="only the simulations, beside LocalSimulator")
    given = parser.parse_args()
    # Without bytecode the first run would compile, and start-up would look three times as slow.
    compileall.compile_dir(HOUSE / "reconciler", quiet=2)
    if given.simulation:
        simulated(given.runs)
        return
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="qctl-bench-") as folder:
        sizes, side = ([100], 10) if given.quick else ([100, 1_000, 10_000], 100)
        for row in measured(Path(folder), sizes, given.runs, side):
            rows.append(row)
            print(table([row]).splitlines()[-1], flush=True)  # noqa: T201 - this program's only output
    print(f"\n{table(rows)}")  # noqa: T201 - as above
    if not given.quick:
        write(PAGE, table(rows))
        simulated(given.runs)


if __name__ == "__main__":
    main()
