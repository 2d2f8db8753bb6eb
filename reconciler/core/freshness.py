"""When a finished run is too old to stand for what is declared, and whether another one may be paid for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from reconciler.core.attempt import Attempt

CAPABILITIES: Final = "capabilities"
"""The fact that names a digest of what the device said that it is and can."""
CALIBRATED: Final = "calibrated"
"""The fact that says when the device was calibrated last, ISO 8601."""

Facts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Freshness:
    """How long a run stands. `max_age` in seconds. With `rerun`, at most `max_new_runs` more are ever paid."""

    max_age: int | None = None
    on_calibration: bool = False
    rerun: bool = False
    max_new_runs: int = 1


def why_stale(rule: Freshness, attempt: Attempt, now: datetime | None, facts: Facts) -> str:
    """Why this run, finished well, is stale; empty if it is fresh, or nobody can know.

    `facts` are those of its device now. What was not recorded with the run is unknown, and unknown never pays again.
    """
    ended = _moment(attempt.ended) or _moment(attempt.submitted)
    if rule.max_age is not None and now is not None and ended is not None:
        age = now - ended
        if age > timedelta(seconds=rule.max_age):
            most = _days(timedelta(seconds=rule.max_age))
            return f"it ended on {ended:%Y-%m-%d}, {_days(age)} ago, and may be {most} old"
    return _recalibrated(attempt.facts, facts) if rule.on_calibration else ""


def _recalibrated(then: Facts, now: Facts) -> str:
    before, after = _moment(then.get(CALIBRATED, "")), _moment(now.get(CALIBRATED, ""))
    if before is not None and after is not None and after > before:
        return f"its device was calibrated at {now[CALIBRATED]}, and it ran on the calibration of {then[CALIBRATED]}"
    recorded, present = then.get(CAPABILITIES), now.get(CAPABILITIES)
    if recorded and present and recorded != present:
        return "its device says of itself something else than when it ran"
    return ""


def new_runs(attempts: Iterable[Attempt], generation: int) -> int:
    """How many runs of this generation there are beyond the first of each content, whatever asked for them.

    Retries and --replace count as well: after a state was lost nobody can tell them apart, and the bound must hold.
    """
    made = [a for a in attempts if a.generation == generation and (a.exists or a.doubtful)]
    return len(made) - len({a.digest for a in made})


def in_flight(attempts: Iterable[Attempt]) -> bool:
    """Whether one of these is under way, or may be: then no other is begun."""
    return any(a.doubtful or a.open for a in attempts)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _days(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {word}{'' if count == 1 else 's'}"
    return f"{seconds} s"
