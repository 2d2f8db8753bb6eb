"""The program of a process that simulates: a unit a line on standard input, its answers on standard output."""

import gc
import json
import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

from reconciler.simulate.trial import perform

_OBJECTS = 200_000  # new objects between two collections: a parsed program has some ten thousand, none in a circle


def serve(lines: Iterable[str], answers: IO[str]) -> None:
    """Answer each unit, a line for each of its points, as soon as it is known."""
    for line in lines:
        for answer in perform(json.loads(line)):
            answers.write(json.dumps(answer, separators=(",", ":")) + "\n")
            answers.flush()


def main() -> None:
    """Ends when its input does, which is also when the process that started it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the one who asked ends us
    gc.set_threshold(_OBJECTS)
    with suppress(OSError):
        # If memory runs out, this process is the one to be killed, and not the one that holds the state's lock.
        Path("/proc/self/oom_score_adj").write_text("900", "ascii")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What libraries print must not stand between the answers.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    with suppress(BrokenPipeError):
        serve(sys.stdin, answers)


if __name__ == "__main__":
    main()
