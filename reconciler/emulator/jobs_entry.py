"""Runs the entry point of a hybrid job. A process of its own: it imports nothing of this package."""

import importlib.util
import inspect
import json
import os
import runpy
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any


def main(lifeline: int, entry: str, code: str) -> None:
    """Call `pkg.mod:func`, or run `pkg.mod` or `script.py`, from the folder of the unpacked source."""
    # Processes that the entry point starts must not hold the pipe.
    os.set_inheritable(lifeline, False)
    threading.Thread(target=_die_with_parent, args=(lifeline,), daemon=True).start()
    # Behind the installed packages, and in that folder: as in Braket's containers.
    sys.path.append(code)
    sys.argv = [entry]
    os.chdir(code)
    module, _, name = entry.partition(":")
    if not _is_of(Path(code), entry):
        sys.exit(f"The entry point {entry} is not in the source.")
    if name:
        function = getattr(importlib.import_module(module), name)
        function(**_arguments(function))
    elif entry.endswith(".py"):
        runpy.run_path(str(Path(code, entry)), run_name="__main__")
    else:
        runpy.run_module(entry, run_name="__main__", alter_sys=True)


def _die_with_parent(lifeline: int) -> None:
    """Who runs us holds the other end of the pipe: when that closes, however it died, our whole process group ends."""
    os.read(lifeline, 1)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _is_of(code: Path, entry: str) -> bool:
    """Whether the entry point is a file of the source: only that was allowed to run, not all that is installed."""
    if entry.endswith(".py"):
        return Path(code, entry).resolve().is_relative_to(code.resolve())
    found = importlib.util.find_spec(entry.partition(":")[0].partition(".")[0])
    if found is None:
        return True  # the import says so better
    places = [*(found.submodule_search_locations or ()), *([found.origin] if found.origin else [])]
    return any(Path(place).is_relative_to(code) for place in places)


def _arguments(function: Callable[..., Any]) -> dict[str, Any]:
    """The hyperparameters, in the types of its annotations, if the function takes all of them; else none.

    Braket's containers do so (amazon-braket-containers, `braket_container.py`).
    """
    given: dict[str, str] = json.loads(Path(os.environ["AMZN_BRAKET_HP_FILE"]).read_text("utf-8"))
    try:
        inspect.signature(function).bind(**given)
    except TypeError:
        return {}
    types = inspect.getfullargspec(function).annotations
    return {name: types.get(name, str)(value) for name, value in given.items()}


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
