"""One whole process, measured from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

QCTL = "from reconciler.cli.main import run; run()"
# What a program must do at the least: libyaml composes every document, nothing is looked at.
FLOOR = """
import gc, sys, yaml
gc.disable()
with open(sys.argv[1], encoding="utf-8") as file:
    for _ in yaml.compose_all(file.read(), Loader=yaml.CSafeLoader):
        pass
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the clock, seconds of CPU (user and system), and the most memory held, in MiB."""

    wall: float
    cpu: float
    memory: float


class Failed(Exception):  # noqa: N818 - named after what happened
    """A measured command ended badly: its numbers would mean nothing."""


def measure(code: str, *args: str, folder: Path) -> tuple[Cost, str]:
    """Run Python code with arguments in `folder`; the cost and what it printed. Raises Failed.

    This process must stay small: the system counts its memory as the child's own until the child's program is loaded.
    """
    began = time.perf_counter()
    child = subprocess.Popen(  # noqa: S603 - our own code and arguments
        [sys.executable, "-c", code, *args],
        cwd=folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert child.stdout is not None  # noqa: S101 - we asked for a pipe
    with child.stdout as pipe:
        said = pipe.read().decode()
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise Failed(f"{' '.join(args) or 'the floor'} ended with {child.returncode}:\n{said[-2000:]}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / _PER_MIB), said


def qctl(*args: str, folder: Path) -> str:
    """Run qctl without interest in its cost. Raises Failed."""
    return measure(QCTL, *args, folder=folder)[1]


def middle(costs: list[Cost]) -> Cost:
    """The median of each number."""
    return Cost(median(c.wall for c in costs), median(c.cpu for c in costs), median(c.memory for c in costs))


_PER_MIB = 2**20 if sys.platform == "darwin" else 2**10  # ru_maxrss: bytes on macOS, else KiB (getrusage(2))


def _environment() -> dict[str, str]:
    """Nobody's settings, and no cloud but the local one."""
    foreign = ("QCTL_", "AWS_", "PYTHONDONTWRITEBYTECODE", "PYTHONDEVMODE")
    here = str(Path(__file__).parents[1])
    return {k: v for k, v in os.environ.items() if not k.startswith(foreign)} | {"PYTHONPATH": here}
