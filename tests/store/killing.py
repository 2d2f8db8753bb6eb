"""Starting the writer, and judging what a killed one left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.store.samples import store_in, tokens

ROOT = Path(__file__).parents[2]


def command(folder: Path, target: int, *more: str) -> list[str]:
    """The writer's command line."""
    return [sys.executable, "-m", "tests.store.writer", str(folder), str(target), *more]


def run(arguments: Sequence[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run to the end, whichever end that is."""
    return subprocess.run(
        arguments, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, check=False, timeout=60
    )


def was_killed(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether it was killed. Anything else but a good end is a fault of the test's own."""
    if done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL):
        return True
    assert done.returncode == 0, done.stderr
    return False


def claimed(said: str, word: str) -> int:
    """The last number that the writer claimed for this word. A last line without its end was never said."""
    numbers = [int(line.split()[1]) for line in said.splitlines(keepends=True) if line.startswith(word)]
    return numbers[-1] if numbers else 0


def check_left(folder: Path, said: str) -> int:
    """Everything claimed is there, nothing but one unfinished append more, and no hole. Returns how many events."""
    state = store_in(folder).read().state
    found = tokens(state)
    assert found == list(range(len(found)))
    events = claimed(said, "event")
    assert not events or events <= len(found) <= events + 2, said
    assert state.serial >= claimed(said, "saved")
    return len(found)
