import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

SCHEMA = """
CREATE TABLE IF NOT EXISTS s3_bucket (
    name TEXT PRIMARY KEY,
    region TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS s3_object (
    bucket TEXT NOT NULL REFERENCES s3_bucket (name),
    key TEXT NOT NULL,
    body BLOB NOT NULL,
    etag TEXT NOT NULL,
    content_type TEXT NOT NULL,
    metadata TEXT NOT NULL,
    modified_at TEXT NOT NULL,
    PRIMARY KEY (bucket, key)
);
"""

DEFAULT_REGION = "us-east-1"
DEFAULT_CONTENT_TYPE = "binary/octet-stream"


@dataclass(frozen=True, slots=True)
class Bucket:
    name: str
    region: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object. `etag` holds its quotes; `metadata` holds `x-amz-meta-*` headers without that prefix."""

    key: str
    body: bytes
    etag: str
    content_type: str
    modified_at: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listed:
    """What a listing shows of an object: all but its body."""

    key: str
    size: int
    etag: str
    modified_at: datetime


def ensure_bucket(connection: sqlite3.Connection, name: str, now: datetime, region: str = DEFAULT_REGION) -> bool:
    """Create the bucket unless it is there; says whether it was created."""
    created = connection.execute(
        "INSERT INTO s3_bucket (name, region, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (name, region, now.isoformat()),
    )
    return created.rowcount > 0


def get_bucket(connection: sqlite3.Connection, name: str) -> Bucket | None:
    row = connection.execute("SELECT name, region, created_at FROM s3_bucket WHERE name = ?", (name,)).fetchone()
    return _bucket(row) if row else None


def list_buckets(connection: sqlite3.Connection) -> tuple[Bucket, ...]:
    rows = connection.execute("SELECT name, region, created_at FROM s3_bucket ORDER BY name")
    return tuple(_bucket(row) for row in rows)


def delete_bucket(connection: sqlite3.Connection, name: str) -> None:
    connection.execute("DELETE FROM s3_bucket WHERE name = ?", (name,))


def is_empty(connection: sqlite3.Connection, bucket: str) -> bool:
    return connection.execute("SELECT 1 FROM s3_object WHERE bucket = ? LIMIT 1", (bucket,)).fetchone() is None


def put_object(
    connection: sqlite3.Connection,
    bucket: str,
    key: str,
    body: bytes,
    content_type: str,
    now: datetime,
    metadata: Mapping[str, str] | None = None,
) -> StoredObject:
    """Write an object whole, replacing what was there. The bucket must exist (`ensure_bucket`)."""
    # S3 defines the ETag of a plain object as its MD5; it is no protection, so two equal bodies share one.
    etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
    modified = now.replace(microsecond=0)  # S3 keeps whole seconds
    connection.execute(
        "INSERT OR REPLACE INTO s3_object (bucket, key, body, etag, content_type, metadata, modified_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (bucket, key, body, etag, content_type, json.dumps(dict(metadata or {})), modified.isoformat()),
    )
    return StoredObject(key, body, etag, content_type, modified, dict(metadata or {}))


def get_object(connection: sqlite3.Connection, bucket: str, key: str) -> StoredObject | None:
    row = connection.execute(
        "SELECT key, body, etag, content_type, modified_at, metadata FROM s3_object WHERE bucket = ? AND key = ?",
        (bucket, key),
    ).fetchone()
    if row is None:
        return None
    return StoredObject(row[0], row[1], row[2], row[3], datetime.fromisoformat(row[4]), json.loads(row[5]))


def get_etag(connection: sqlite3.Connection, bucket: str, key: str) -> str | None:
    row = connection.execute("SELECT etag FROM s3_object WHERE bucket = ? AND key = ?", (bucket, key)).fetchone()
    return row[0] if row else None


def delete_object(connection: sqlite3.Connection, bucket: str, key: str) -> None:
    connection.execute("DELETE FROM s3_object WHERE bucket = ? AND key = ?", (bucket, key))


def next_listed(
    connection: sqlite3.Connection, bucket: str, prefix: str, after: str, *, skip: str | None
) -> Listed | None:
    """The first object behind `after` with this prefix, passing over all keys that begin with `skip`.

    Keys are ordered by their UTF-8 bytes, as in S3.
    """
    row = connection.execute(
        "SELECT key, length(body), etag, modified_at FROM s3_object"
        " WHERE bucket = ? AND key > ? AND key >= ? AND substr(key, 1, ?) = ?"
        " AND (? IS NULL OR substr(key, 1, ?) <> ?) ORDER BY key LIMIT 1",
        (bucket, after, prefix, len(prefix), prefix, skip, len(skip or ""), skip),
    ).fetchone()
    return Listed(row[0], row[1], row[2], datetime.fromisoformat(row[3])) if row else None


def _bucket(row: tuple[str, str, str]) -> Bucket:
    return Bucket(row[0], row[1], datetime.fromisoformat(row[2]))
