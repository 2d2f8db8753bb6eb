from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from reconciler.emulator.wire.error import ServiceError
from reconciler.emulator.world import Session


class Rate(NamedTuple):
    """A token bucket: `rate` calls a second, and at most `burst` at once."""

    rate: float
    burst: float


_ALL = "*"
# Quotas for each account and region, from the page "Amazon Braket quotas". Calls it does not name count in `*` only.
RATES: Mapping[str, Rate] = MappingProxyType(
    {
        _ALL: Rate(140, 600),
        "CreateQuantumTask": Rate(20, 40),
        "GetQuantumTask": Rate(100, 500),
        "SearchQuantumTasks": Rate(5, 50),
        "GetDevice": Rate(5, 50),
        "SearchDevices": Rate(5, 50),
        "CancelQuantumTask": Rate(2, 20),
        "CreateJob": Rate(1, 5),
        "GetJob": Rate(5, 25),
        "SearchJobs": Rate(5, 50),
        "CancelJob": Rate(2, 5),
    }
)


def spend(session: Session, region: str, operation: str) -> None:
    """Count one call against its buckets. Raises ServiceError ThrottlingException when one of them is empty."""
    names = [name for name in (_ALL, operation) if name in RATES]
    levels = {name: _level(session, f"{region} {name}", RATES[name]) for name in names}
    if min(levels.values()) < 1:
        raise ServiceError("ThrottlingException", "Rate exceeded")
    for name, level in levels.items():
        session.connection.execute(
            "INSERT OR REPLACE INTO bucket_level VALUES (?, ?, ?)", (f"{region} {name}", level - 1, session.now)
        )


def _level(session: Session, name: str, rate: Rate) -> float:
    row = session.connection.execute("SELECT level, at FROM bucket_level WHERE name = ?", (name,)).fetchone()
    if row is None:
        return rate.burst
    level, at = float(row[0]), int(row[1])
    return min(rate.burst, level + rate.rate * max(session.now - at, 0) / 1000)
