"""Whether this machine's clock and the service's agree.

No token protects a create here, only the time that it has to show up. One machine writes down when that began, and
another one says when it is over.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from reconciler.providers.kind import CloudUnavailable

MOST: Final = timedelta(seconds=30)
"""More than this, and nothing is planned: by twice as much a window may be shorter than it should be."""


def same_time(asked: datetime, answered: datetime, response: httpx.Response) -> None:
    """Raise CloudUnavailable if theirs did not stand between these two times of ours when they answered."""
    theirs = _date_of(response)
    if theirs is None:
        return
    ahead, behind = asked - theirs, theirs - answered
    if max(ahead, behind) > MOST:
        seconds = int(max(ahead, behind).total_seconds())
        where = f"{seconds} s {'ahead of' if ahead > behind else 'behind'} Pasqal's"
        raise CloudUnavailable(
            f"the clock of this machine is {where}. By the time qctl tells what was made from what never will be, so "
            "nothing is done; set the clock right"
        )


def _date_of(response: httpx.Response) -> datetime | None:
    """When the service answered, by its own clock; None if it does not say, or a cache kept the answer."""
    if "age" in response.headers:
        return None
    try:
        moment = parsedate_to_datetime(response.headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
