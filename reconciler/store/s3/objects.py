"""What is asked of an S3: objects by key, written and deleted on a condition. Tests put others in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reconciler.store.errors import StoreError, StoreFailed


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as it was read. The ETag names this very content."""

    body: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list says of an object. The time is the service's own."""

    key: str
    modified: datetime


class Unmet(Exception):  # noqa: N818 - named after the answer
    """412, or 404 where something was to be there. It may be the echo of our own request: read back, then decide."""


class Unsure(Exception):  # noqa: N818 - named after the situation
    """409, a 5xx, a timeout, no connection, a lost or garbled answer: it may have been carried out, or may yet be."""


class NoBucket(StoreFailed):
    """There is no such bucket. An object that is not there is an answer; a bucket that is not there is none."""

    def __init__(self, bucket: str) -> None:
        StoreError.__init__(
            self,
            "state/no-bucket",
            "State bucket does not exist",
            f"There is no bucket {bucket} here, or not any more. It is never taken for an empty state.",
            "Correct spec.state, or make the bucket: `qctl state probe --create`.",
        )


class Objects(Protocol):
    """One bucket. Every method may raise StoreFailed: a definite no, such as missing rights."""

    def get(self, key: str) -> Stored | None:
        """The object; None: there is none. Asked again while that helps."""

    def put(self, key: str, body: bytes, if_etag: str | None) -> str:
        """Write once, over the content with this ETag or, with None, where nothing is. Returns the new ETag.

        Raises Unmet and Unsure.
        """

    def delete(self, key: str, if_etag: str | None = None) -> None:
        """Delete once, on condition of this ETag if there is one. Raises Unmet and Unsure."""

    def keys(self, prefix: str, after: str = "") -> Sequence[Listed]:
        """All keys that begin so and come after this one, in order. Asked again while that helps."""
