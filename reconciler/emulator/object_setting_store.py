import json
import sqlite3
from collections.abc import Mapping
from typing import Any

SCHEMA = """
CREATE TABLE s3_setting (
  bucket TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (bucket, name)
) WITHOUT ROWID
"""
NAMES = frozenset({"encryption", "publicAccessBlock", "versioning", "lifecycle", "tagging"})
"""The subresources of a bucket that are understood, as they stand in a query."""

Value = Mapping[str, Any]
# What every bucket has since 2023, asked for or not (Amazon S3's user guide).
_SECURE: Mapping[str, Value] = {
    "encryption": {
        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]
    },
    "publicAccessBlock": dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    ),
}


def value_of(connection: sqlite3.Connection, bucket: str, name: str, *, secure: bool = True) -> Value | None:
    """What is set, by the members' names of botocore's model; None if nothing is."""
    row = connection.execute("SELECT value FROM s3_setting WHERE bucket = ? AND name = ?", (bucket, name)).fetchone()
    if row is None:
        return _SECURE.get(name) if secure else None
    found: Value | None = json.loads(row[0])
    return found


def store(connection: sqlite3.Connection, bucket: str, name: str, value: Value | None) -> None:
    """Set it; None is "taken away", which is not the same as never set."""
    connection.execute("INSERT OR REPLACE INTO s3_setting VALUES (?, ?, ?)", (bucket, name, json.dumps(value)))


def forget(connection: sqlite3.Connection, bucket: str, name: str) -> None:
    """As if it had never been set."""
    connection.execute("DELETE FROM s3_setting WHERE bucket = ? AND name = ?", (bucket, name))


def forget_all(connection: sqlite3.Connection, bucket: str) -> None:
    """With a bucket goes all that was set on it."""
    connection.execute("DELETE FROM s3_setting WHERE bucket = ?", (bucket,))
