"""Times as Braket writes them."""

from __future__ import annotations

from datetime import datetime


def time_text(moment: datetime) -> str:
    """ISO 8601 in UTC, in milliseconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
