"""Named points where a test can make this process die, as a power switch would: no handlers, no clean-up."""

from __future__ import annotations

import itertools
import os
import signal
from typing import Final

VARIABLE: Final = "QCTL_CRASH_AT"

# A process reads its own death sentence once: points lie on hot paths and must cost nothing without it.
_NAME, _, _COUNT = os.environ.get(VARIABLE, "").partition(":")
_LAST = int(_COUNT or 1) if _NAME else 0
_passed = itertools.count(1)  # one step even for two threads at once: none is counted for two, and none is lost


def point(name: str) -> None:
    """Die here by SIGKILL if QCTL_CRASH_AT is `name` or `name:N` and this is the Nth time."""
    if name == _NAME and next(_passed) == _LAST:
        os.kill(os.getpid(), signal.SIGKILL)
