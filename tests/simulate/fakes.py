"""Programs that stand for the process that simulates, and misbehave."""

from __future__ import annotations

import sys

_ECHO = """
import json, os, signal, sys, time
for line in sys.stdin:
    for point in json.loads(line)["points"]:
        ACT
        print(json.dumps({"counts": {"0": point["seed"]}, "fidelity": 1.0}), flush=True)
"""


def misbehaving(act: str) -> tuple[str, ...]:
    """The command of a process that does this before each answer."""
    return (sys.executable, "-c", _ECHO.replace("ACT", act))
