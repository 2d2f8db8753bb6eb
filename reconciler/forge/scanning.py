"""Findings that are sent, and then looked after: GitHub reads a report only after it has taken it."""

from __future__ import annotations

from typing import Final

from reconciler.core.ports import Clock
from reconciler.forge.github import GitHub
from reconciler.forge.kind import ForgeError

_PAUSE: Final = 5.0  # seconds
_LOOKS: Final = 24  # two minutes, as long as GitHub's own action waits


def send_findings(github: GitHub, clock: Clock, report: bytes, commit: str, ref: str) -> bool:
    """Send a report; whether GitHub has read it by now. Raises ForgeError where it could make nothing of it."""
    upload = github.upload_sarif(report, commit, ref)
    for look in range(_LOOKS):
        if look:
            clock.sleep(_PAUSE)
        standing, errors = github.sarif_standing(upload)
        if standing == "failed":
            raise ForgeError(f"GitHub took the findings and could not read them: {errors or 'it does not say why'}")
        if standing == "complete":
            return True
    return False
