"""Named points where a test can make this process die, as a power switch would: no handlers, no clean-up."""

from __future__ import annotations

import os
import signal
from typing import Final

VARIABLE: Final = "QCTL_CRASH_AT"

# A process reads its own death sentence once: points lie on hot paths and must cost nothing without it.
_NAME, _, _COUNT = os.environ.get(VARIABLE, "").partition(":")
_left = int(_COUNT or 1) if _NAME else 0


def point(name: str) -> None:
    """Die here by SIGKILL if QCTL_CRASH_AT is `name` or `name:N` and this is the Nth time."""
    global _left  # noqa: PLW0603 - the count belongs to the process, as its death does
    if name != _NAME:
        return
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
