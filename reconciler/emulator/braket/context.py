import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.emulator.switches import Switches
from reconciler.emulator.world import Session

# Everything in the local cloud belongs to one account, the one STS names.
ACCOUNT = "123456789012"


@dataclass(frozen=True, slots=True)
class Context:
    """What an operation may know: the transaction it runs in, and who asks from which region with what client."""

    session: Session
    region: str
    agent: str

    @property
    def connection(self) -> sqlite3.Connection:
        return self.session.connection

    @property
    def now(self) -> int:
        return self.session.now

    @property
    def switches(self) -> Switches:
        return self.session.switches


# One operation: validated parameters in, the members of its result out. Raises ServiceError, or Unsettled.
Operation = Callable[[Context, Mapping[str, Any]], Mapping[str, Any]]
