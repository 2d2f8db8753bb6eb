"""Where the things of hybrid jobs lie in S3."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Self

_URI = re.compile(r"s3://([^/]+)/?(.*)", re.DOTALL)


class PlaceError(ValueError):
    """No place in the local S3, or a key that can't be a file below a folder."""


@dataclass(frozen=True, slots=True)
class Place:
    """An object, or a folder of objects; `key` has no slash at its end."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, uri: str) -> Self:
        """Raises PlaceError. The service takes https addresses too, which its SDK never writes."""
        found = _URI.fullmatch(uri)
        if found is None:
            raise PlaceError(f"{uri[:200]} is no s3:// address.")
        return cls(found[1], found[2].rstrip("/"))

    def __truediv__(self, name: str) -> "Place":
        return Place(self.bucket, f"{self.key}/{name}" if self.key else name)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


def inside(name: str) -> PurePosixPath:
    """A name of an archive or a key as a path below the folder it is unpacked to. Raises PlaceError if it is none."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\\" in name or "\0" in name:
        raise PlaceError(f"{name[:200]!r} is no path below a folder.")
    return PurePosixPath(*parts)
