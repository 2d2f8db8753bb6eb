import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple
from urllib.parse import unquote

# `Credential=KEY/20260101/us-east-1/braket/aws4_request` in the Authorization header, or the same value as the
# query parameter X-Amz-Credential of a presigned address.
_CREDENTIAL = re.compile(r"Credential=[^/,\s&]*/[0-9]*/(?P<region>[^/,\s&]*)/(?P<service>[^/,\s&]*)/aws4_request")


class Scope(NamedTuple):
    """Where a signed request is meant to go: the SigV4 scope. Both parts are empty when the request is not signed."""

    service: str
    region: str


@dataclass(frozen=True)
class Request:
    """One HTTP request as it stands on the wire.

    `path` and `query` are raw (still percent-encoded, without `?`); names in `headers` are in lower case;
    `host` is the host the client addressed, without the port. Not slotted: `scope` is computed once and kept.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    host: str

    @cached_property
    def scope(self) -> Scope:
        """Service and region of the signature. The host can't tell: every service shares one local address."""
        text = self.headers.get("authorization", "")
        found = _CREDENTIAL.search(text) or _CREDENTIAL.search(unquote(self.query))
        return Scope(found["service"], found["region"]) if found else Scope("", "")


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer. The transport adds `content-length`."""

    status: int
    headers: dict[str, str]
    body: bytes


class ConnectionLost(Exception):  # noqa: N818 - not an error of ours: the transport breaks the connection
    """No answer is sent.

    The connection is closed, or it stays open and `silent` for `seconds` first, or it was never made (`refused`).
    """

    def __init__(self, how: Literal["closed", "silent", "refused"], seconds: float = 0.0) -> None:
        super().__init__()
        self.how = how
        self.seconds = seconds
