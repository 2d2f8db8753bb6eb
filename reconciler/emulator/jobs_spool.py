"""The folder of a running job, beside the file of its world, and the lock that says whether somebody runs it."""

import fcntl
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

_LOCK = "lock"


def folder(connection: sqlite3.Connection, id_: str) -> Path:
    """Where the job with this id runs. Nothing is made."""
    file = str(connection.execute("PRAGMA database_list").fetchone()[2])
    if file:
        return Path(f"{file}.jobs", id_)
    world = connection.execute("SELECT value FROM meta WHERE name = 'world'").fetchone()[0]
    return Path(tempfile.gettempdir(), f"qctl-jobs-{world}", id_)


def hold(spool: Path) -> int:
    """Make the folder and lock it; returns the descriptor that holds the lock until it is closed.

    The system frees the lock when its process dies, however that dies. Raises BlockingIOError if it is taken.
    """
    spool.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(spool / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def is_held(spool: Path) -> bool:
    try:
        descriptor = os.open(spool / _LOCK, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def remove(spool: Path) -> None:
    shutil.rmtree(spool, ignore_errors=True)
    try:
        spool.parent.rmdir()
    except OSError:  # another job runs
        return
