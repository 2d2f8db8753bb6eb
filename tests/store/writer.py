"""A process that writes to a store until it is killed: `python -m tests.store.writer FOLDER TARGET [AUDIT]`.

It goes on from what it finds, appends events in twos until TARGET are known, saves after every second append, and says
`event N` or `saved SERIAL` on its standard output as soon as it may claim so. With AUDIT it dies at that file action.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from reconciler.store.local import LocalStore
from tests.store.samples import holder, intended, store_in, tokens

_ACTIONS = {"open", "os.mkdir", "os.rename", "os.remove", "os.truncate", "os.scandir"}


def _say(text: str) -> None:
    os.write(1, text.encode() + b"\n")


def _work(store: LocalStore, target: int) -> None:
    held = store.lock(holder())
    while len(known := tokens((snapshot := store.read()).state)) < target:
        first = len(known)
        for number in range(first, first + 4, 2):
            store.append(intended(number), intended(number + 1))
            _say(f"event {number + 2}")
        after = store.read().state
        store.write(after, snapshot.version)
        _say(f"saved {after.serial + 1}")
    store.unlock(held)


def _die_at(count: int, folder: str) -> None:
    left = count

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event in _ACTIONS and any(str(folder) in str(argument) for argument in arguments):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def main(folder: str, target: str, audit: str = "0") -> None:
    """Run it."""
    if int(audit):
        _die_at(int(audit), folder)
    _work(store_in(Path(folder)), int(target))


if __name__ == "__main__":
    main(*sys.argv[1:])
