from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3


class WorldError(Exception):
    """The file is not a local cloud that this version of the program can open, or it can no longer be used."""


def is_broken(problem: sqlite3.Error) -> bool:
    """Whether the file or its disk is at fault, and not a statement of ours.

    Damaged pages raise DatabaseError itself; a full disk, a lock that is never freed, and a read-only or vanished
    file raise OperationalError (Python's `sqlite3`, result codes of SQLite). Their other kin would be a defect of ours.
    """
    import sqlite3  # not above: the cli imports this module to know the error, and mostly needs no SQLite

    return type(problem) in (sqlite3.DatabaseError, sqlite3.OperationalError)
