import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime

# Seconds since 1970; `time.time` outside of tests.
BaseClock = Callable[[], float]


def now(connection: sqlite3.Connection, base: BaseClock) -> int:
    """The emulator's time in milliseconds since 1970: the base clock, or the moment it was frozen at, plus what it
    was advanced. It rests in the world's file, so every process reads the same time."""
    ahead, frozen = connection.execute("SELECT ahead, frozen FROM clock").fetchone()
    return int(ahead + (base() * 1000 if frozen is None else frozen))


def advance(connection: sqlite3.Connection, seconds: float) -> None:
    """Raises ValueError for a negative step: statuses that were seen must not be taken back."""
    if seconds < 0:
        raise ValueError("The clock of the local cloud can't go back.")
    connection.execute("UPDATE clock SET ahead = ahead + ?", (round(seconds * 1000),))


def freeze(connection: sqlite3.Connection, base: BaseClock) -> None:
    """Stop the clock: from now on it moves only when it is advanced."""
    connection.execute("UPDATE clock SET frozen = ? WHERE frozen IS NULL", (int(base() * 1000),))


def thaw(connection: sqlite3.Connection, base: BaseClock) -> None:
    """Let the clock run again from the time it shows, not from the wall clock: time must not jump."""
    connection.execute(
        "UPDATE clock SET ahead = ahead + frozen - ?, frozen = NULL WHERE frozen IS NOT NULL", (int(base() * 1000),)
    )


def moment(milliseconds: int) -> datetime:
    # Not fromtimestamp(ms / 1000): the float's last digit shows up as a microsecond.
    seconds, rest = divmod(milliseconds, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)


def milliseconds(time: datetime) -> int:
    return round(time.timestamp() * 1000)
