"""The one place of this room that calls S3: botocore with every retry of the library off."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import botocore.session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from reconciler.core.ports import Clock
from reconciler.store.errors import StoreFailed
from reconciler.store.s3.objects import Listed, NoBucket, Stored, Unmet, Unsure

T = TypeVar("T")

# Raised before a request left this machine, and the next moment will not be better.
_NEVER_SENT = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    SSOError,
    TokenRetrievalError,
    ParamValidationError,
)
_ERRORS = (ClientError, BotoCoreError, HTTPClientError, ResponseParserError)
_BAD_LOGIN = frozenset({"ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch"})
_LOG_IN = "Log in with the right credentials"
_LATER = "Wait until the service answers"
_READ_TRIES = 6
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0  # seconds
_LONGEST = 400  # characters of a message


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach the bucket. `hook` answers requests inside this process instead of the network: the local cloud."""

    bucket: str
    region: str | None = None
    profile: str | None = None
    endpoint: str | None = None
    path_style: bool = False
    kms_key: str | None = None
    encrypt: bool = True  # by the service, with its own key or `kms_key`
    hook: Callable[..., Any] | None = None
    pool: int = 16


class S3Objects:
    """Implements Objects. Thread-safe: the client is made under a lock, and used without one."""

    def __init__(self, access: Access, clock: Clock) -> None:
        self._access, self._clock = access, clock
        self._making = threading.Lock()
        self._made: Any = None

    @property
    def endpoint(self) -> str:
        """The address that requests go to: a verdict about one service says nothing of another."""
        return str(self._client().meta.endpoint_url)

    def get(self, key: str) -> Stored | None:
        """The object; None: there is none."""
        return self._patient(f"Reading {self._access.bucket}/{key}", partial(self._get, key))

    def put(self, key: str, body: bytes, if_etag: str | None) -> str:
        """Write once, on a condition."""
        condition = {"IfNoneMatch": "*"} if if_etag is None else {"IfMatch": if_etag}
        with self._meaning(f"Writing {self._access.bucket}/{key}"):
            answer = self._client().put_object(
                Bucket=self._access.bucket, Key=key, Body=body, **condition, **self._encryption()
            )
            if "ETag" not in answer:  # a proxy's page with status 200, which botocore takes for success
                raise Unsure("an answer without an ETag")
            return str(answer["ETag"])

    def delete(self, key: str, if_etag: str | None = None) -> None:
        """Delete once, perhaps on a condition."""
        condition = {} if if_etag is None else {"IfMatch": if_etag}
        with self._meaning(f"Deleting {self._access.bucket}/{key}"):
            answer = self._client().delete_object(Bucket=self._access.bucket, Key=key, **condition)
            if "html" in answer["ResponseMetadata"].get("HTTPHeaders", {}).get("content-type", ""):
                raise Unsure("a page instead of an answer")

    def keys(self, prefix: str, after: str = "") -> Sequence[Listed]:
        """All keys that begin so and come after this one."""
        found: list[Listed] = []
        more: dict[str, str] = {"StartAfter": after} if after else {}
        while True:
            page = self._patient(f"Listing {self._access.bucket}/{prefix}", partial(self._page, prefix, more))
            found += (Listed(item["Key"], item["LastModified"]) for item in page.get("Contents", ()))
            if not page.get("IsTruncated"):
                return found
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def make_bucket(self) -> bool:
        """Make the bucket. False: it was there."""
        region = self._client().meta.region_name
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        try:
            with self._meaning(f"Making {self._access.bucket}"):
                if self._exists():
                    return False
                self._client().create_bucket(Bucket=self._access.bucket, **where)
        except Unsure as error:
            raise StoreFailed(f"Making {self._access.bucket}", str(error)) from error
        return True

    def _exists(self) -> bool:
        try:
            self._client().head_bucket(Bucket=self._access.bucket)
        except ClientError as error:
            if _status(error) == 404:
                return False
            raise
        return True

    def _get(self, key: str) -> Stored | None:
        try:
            answer = self._client().get_object(Bucket=self._access.bucket, Key=key)
        except ClientError as error:
            if _code(error) == "NoSuchKey":
                return None
            raise
        if "ETag" not in answer:
            raise Unsure("an answer without an ETag")
        return Stored(answer["Body"].read(), answer["ETag"])  # read here: the connection may also break in the body

    def _page(self, prefix: str, more: dict[str, str]) -> dict[str, Any]:
        answer: dict[str, Any] = self._client().list_objects_v2(Bucket=self._access.bucket, Prefix=prefix, **more)
        if "IsTruncated" not in answer:
            raise Unsure("a list that does not say whether it is whole")
        return answer

    def _patient(self, doing: str, call: Callable[[], T]) -> T:
        pause = _FIRST_PAUSE
        for left in reversed(range(_READ_TRIES)):
            try:
                with self._meaning(doing):
                    return call()
            except Unmet as error:
                # A read has no condition: it was answered that something is not there, and not what. Taken for the
                # object, a service's missing page would pass for an empty state.
                raise StoreFailed(doing, f"{error}; it does not say what is missing") from error
            except Unsure as error:
                if not left:
                    raise StoreFailed(doing, str(error), _LATER) from error
            self._clock.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        raise AssertionError("unreachable: the last try returns or raises")

    @contextmanager
    def _meaning(self, doing: str) -> Iterator[None]:
        """What the library's errors mean for a request: certainly not, perhaps, or not under this condition."""
        try:
            yield
        except ClientError as error:
            code, status = _code(error), _status(error)
            if code == "NoSuchBucket":
                raise NoBucket(self._access.bucket) from error
            if status in (412, 404):
                raise Unmet(_text(error)) from error
            if status in (408, 409, 429) or status >= 500 or not status:
                raise Unsure(_text(error)) from error
            raise StoreFailed(doing, _text(error), self._remedy(code, status)) from error
        except _ERRORS as error:
            if isinstance(error, _NEVER_SENT):
                raise StoreFailed(doing, _text(error), _LOG_IN) from error
            raise Unsure(_text(error)) from error
        except (KeyError, TypeError, AttributeError) as error:
            # botocore's parsers take for granted that the XML holds the result's element.
            raise Unsure(f"something of another shape ({type(error).__name__})") from error

    def _remedy(self, code: str, status: int) -> str:
        """What a person can do about a refusal: S3 says 403 of a missing right and of somebody else's bucket alike."""
        if code in _BAD_LOGIN:
            return _LOG_IN
        if status != 403:
            return "Mend the cause"
        return (
            f"Give these credentials their rights on {self._access.bucket} (docs/state.md names them). If you did not "
            "make that bucket, its name belongs to another account: name another one in spec.state"
        )

    def _encryption(self) -> dict[str, str]:
        if self._access.kms_key:
            return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self._access.kms_key}
        return {"ServerSideEncryption": "AES256"} if self._access.encrypt else {}

    def _client(self) -> Any:
        with self._making:
            if self._made is None:
                self._made = self._connect()
            return self._made

    def _connect(self) -> Any:
        access = self._access
        config = Config(
            # One request per call: whether it may be repeated is decided where its meaning is known.
            retries={"total_max_attempts": 1, "mode": "standard"},
            connect_timeout=5,
            read_timeout=30,
            max_pool_connections=access.pool,
            # Other services than Amazon's refuse what they don't know; the state has a checksum of its own.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path" if access.path_style or access.endpoint or access.hook else "auto"},
        )
        try:
            session = botocore.session.Session(profile=access.profile)
            if access.hook is not None:
                session.set_credentials("local", "local")  # nothing of the real account may even be read
            client = session.create_client("s3", region_name=access.region, endpoint_url=access.endpoint, config=config)
        except (BotoCoreError, ValueError) as error:
            raise StoreFailed(f"Reaching {access.bucket}", _text(error)) from error
        if access.hook is not None:
            client.meta.events.register_first("before-send", access.hook)
        return client


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _text(error: Exception) -> str:
    """One line for people: the service's code and message, or the library's."""
    if isinstance(error, ClientError):
        message = str(error.response.get("Error", {}).get("Message", ""))
        return " ".join(f"{_code(error)} ({_status(error)}): {message}".split())[:_LONGEST]
    return " ".join(f"{type(error).__name__}: {error}".split())[:_LONGEST]
