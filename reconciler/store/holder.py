"""This process as a holder of the lock: what others are told when they find it taken."""

from __future__ import annotations

import getpass
import os
import socket
from datetime import datetime

from reconciler import __version__
from reconciler.store.errors import LockInfo
from reconciler.store.local import random_id


def this_process(operation: str, now: datetime) -> LockInfo:
    """The lock information of this process. `operation` is the command, `now` is in UTC."""
    return LockInfo(
        id=random_id(),
        who=_who(),
        host=socket.gethostname(),
        pid=os.getpid(),
        operation=operation,
        created=now.isoformat(timespec="seconds"),
        version=__version__,
    )


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"  # a container's user often has no name
