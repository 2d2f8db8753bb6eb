"""The one place that calls AWS: raw botocore clients with every retry of the library off."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from reconciler.core.ports import Clock, NoShelf, Shelf
from reconciler.providers.braket.errors import LIBRARY_ERRORS, code_of, is_transient, text_of
from reconciler.providers.kind import CloudUnavailable
from reconciler.providers.limits import Buckets, Rate
from reconciler.providers.recent import Recent

T = TypeVar("T")

# Per account and region (Amazon Braket quotas; reference/braket.md 1.6). ListTags, TagResource and UntagResource have
# no published rate: theirs is a guess on the careful side.
RATES = {
    "all": Rate(140, 600),
    "CreateQuantumTask": Rate(20, 40),
    "GetQuantumTask": Rate(100, 500),
    "SearchQuantumTasks": Rate(5, 50),
    "CancelQuantumTask": Rate(2, 20),
    "CreateJob": Rate(1, 5),
    "GetJob": Rate(5, 25),
    "SearchJobs": Rate(5, 50),
    "CancelJob": Rate(2, 5),
    "GetDevice": Rate(5, 50),
    "SearchDevices": Rate(5, 50),
    "TagResource": Rate(10, 20),
    "UntagResource": Rate(10, 20),
}
# Of what the model promises in answers, what we can't do without. The rest may be missing: no SDK insists on it.
_RELIED_ON = frozenset(
    {
        *("quantumTaskArn", "status", "createdAt", "outputS3Bucket", "outputS3Directory", "quantumTasks"),
        *("jobArn", "jobName", "jobs", "outputDataConfig"),
        *("deviceArn", "deviceName", "deviceStatus", "deviceType", "providerName", "devices"),
        *("spendingLimitArn", "spendingLimits"),
    }
)
# A service's words that there is no such thing. A 404 without them is a gateway's.
_ABSENT = frozenset({"ResourceNotFoundException", "NoSuchKey", "NoSuchBucket"})
_READ_TRIES = 5
_LONGEST_PAUSE = 20.0  # seconds
# GetDevice leaves OpenQASM out unless the user agent names BraketSchemas 1.8.0 or later (api/braket-get-device.txt).
_USER_AGENT = "BraketSchemas/1.32.1 qctl"


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach AWS. `hook` answers requests inside this process instead of the network: the local cloud."""

    region: str
    profile: str | None = None
    endpoint: str | None = None
    hook: Callable[..., Any] | None = None
    rates: bool = True
    pool: int = 10


class GarbledAnswerError(BotoCoreError):
    """A success that is not the service's: what it did is unknown."""

    fmt = "{operation} was answered with {kind}"


class BraketClient:
    """Calls by operation name and region. Thread-safe: clients are made under a lock, and used without one."""

    def __init__(self, access: Access, clock: Clock, shelf: Shelf | None = None) -> None:
        self._access = access
        self._clock = clock
        self.shelf = shelf or NoShelf()
        self.recent = Recent(clock)
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}
        self._buckets: dict[str, Buckets] = {}
        self._session: botocore.session.Session | None = None

    def now(self) -> datetime:
        """The time of day of the cloud."""
        return self._clock.now()

    @property
    def region(self) -> str:
        """Where simulators run."""
        return self._access.region

    def once(self, region: str, method: str, **parameters: Any) -> dict[str, Any]:
        """One call, once. Raises botocore's errors."""
        operation = "".join(part.capitalize() for part in method.split("_"))
        self._limit(region, operation)
        client = self._client("braket", region)
        result = _answer(operation, partial(getattr(client, method), **parameters))
        kind = result["ResponseMetadata"].get("HTTPHeaders", {}).get("content-type", "json")
        if "json" not in kind:
            # botocore takes a proxy's HTML page with status 200 for an empty answer, and says nothing.
            raise GarbledAnswerError(operation=operation, kind=f"{kind} instead of JSON")
        promised = client.meta.service_model.operation_model(operation).output_shape.required_members
        if missing := [name for name in promised if name in _RELIED_ON and name not in result]:
            raise GarbledAnswerError(operation=operation, kind=f"JSON without {', '.join(missing)}")
        return result

    def read(self, region: str, method: str, **parameters: Any) -> dict[str, Any]:
        """A call that changes nothing, repeated while that helps. Raises CloudUnavailable, or ClientError for a 404."""
        return self._patient(method, lambda: self.once(region, method, **parameters), _ABSENT)

    def pages(self, region: str, method: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Every page of a search, each read patiently. Raises CloudUnavailable."""
        token: dict[str, str] = {}
        while True:
            page = self._patient(method, partial(self.once, region, method, **parameters, **token))
            yield page
            if not page.get("nextToken"):
                return
            token = {"nextToken": page["nextToken"]}

    def identity(self) -> str:
        """The account that these credentials belong to. Raises CloudUnavailable."""
        sts = self._client("sts", self._access.region)
        call = partial(_answer, "GetCallerIdentity", sts.get_caller_identity)
        return str(self._patient("get_caller_identity", call)["Account"])

    def download(self, region: str, bucket: str, key: str) -> bytes:
        """An object's bytes. Raises CloudUnavailable, or ClientError for a 404."""
        s3 = self._client("s3", region)
        # Read inside: the connection may also break in the middle of the body.
        return self._patient("get_object", lambda: _body(s3.get_object(Bucket=bucket, Key=key)), _ABSENT)

    def has_object(self, region: str, bucket: str, key: str) -> bool:
        """Whether the object is known to be there. Raises CloudUnavailable."""
        s3 = self._client("s3", region)

        def head() -> bool:
            try:
                _stored("HeadObject", s3.head_object(Bucket=bucket, Key=key))
            except ClientError as error:
                # A HEAD has no body: botocore makes the code of the status. Who may not list a bucket gets a 403 for
                # what is not there.
                if code_of(error) in ("404", "403"):
                    return False
                raise
            return True

        return self._patient("head_object", head)

    def upload(self, region: str, bucket: str, key: str, body: bytes) -> None:
        """Put an object that is not there yet, once. Raises botocore's errors; one that is there already is none."""
        s3 = self._client("s3", region)
        try:
            _stored("PutObject", s3.put_object(Bucket=bucket, Key=key, Body=body, IfNoneMatch="*"))
        except ClientError as error:
            # 412: somebody put it there since we looked; its name says what is in it.
            if code_of(error) != "PreconditionFailed":
                raise

    def stored_once(self, region: str, method: str, **parameters: Any) -> dict[str, Any]:
        """One call to S3, once. Raises botocore's errors."""
        result: dict[str, Any] = getattr(self._client("s3", region), method)(**parameters)
        if "html" in result["ResponseMetadata"].get("HTTPHeaders", {}).get("content-type", ""):
            # S3 answers most changes without a word, and so botocore takes a proxy's page for a success.
            raise GarbledAnswerError(operation=method, kind="a page instead of S3's answer")
        return result

    def stored_read(self, region: str, method: str, absent: Collection[str], **parameters: Any) -> dict[str, Any]:
        """A reading call to S3. Raises CloudUnavailable, or ClientError with one of the codes of `absent`."""
        return self._patient(method, partial(self.stored_once, region, method, **parameters), absent)

    def make_bucket(self, region: str, bucket: str) -> None:
        """A bucket of ours, once. Raises botocore's errors; one that we have already is none."""
        s3 = self._client("s3", region)
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        try:
            s3.create_bucket(Bucket=bucket, **where)
        except ClientError as error:
            if code_of(error) != "BucketAlreadyOwnedByYou":
                raise

    def log_call(self, region: str, method: str, **parameters: Any) -> dict[str, Any]:
        """A reading call of CloudWatch Logs. Raises CloudUnavailable, or ClientError for what is not there."""
        logs = self._client("logs", region)
        call = partial(_answer, method, partial(getattr(logs, method), **parameters))
        return self._patient(method, call, _ABSENT)

    def _patient(self, what: str, call: Callable[[], T], absent: Collection[str] = ()) -> T:
        """`absent`: codes that say "no such thing", which is the caller's to read, as a ClientError."""
        pause = 0.2
        for left in reversed(range(_READ_TRIES)):
            try:
                return call()
            except LIBRARY_ERRORS as error:
                if isinstance(error, ClientError) and code_of(error) in absent:
                    raise
                if not left or not is_transient(error):
                    raise CloudUnavailable(f"{what} failed: {text_of(error)}") from error
            self._clock.sleep(pause)
            pause = min(pause * 3, _LONGEST_PAUSE)
        raise AssertionError("unreachable: the last try returns or raises")

    def _limit(self, region: str, operation: str) -> None:
        if not self._access.rates:
            return
        with self._lock:
            buckets = self._buckets.setdefault(region, Buckets(RATES, self._clock))
        buckets.take("all", operation)

    def _client(self, service: str, region: str) -> Any:
        with self._lock:  # a Session is not thread-safe (boto3 guide), the clients it makes are
            known = self._clients.get((service, region))
            if known is None:
                known = self._clients[service, region] = self._connect(service, region)
            return known

    def _connect(self, service: str, region: str) -> Any:
        config = Config(
            # One request per call: only we know which of them may be repeated (design, section 5).
            retries={"total_max_attempts": 1, "mode": "standard"},
            connect_timeout=5,
            read_timeout=30,
            max_pool_connections=self._access.pool,
            user_agent_extra=_USER_AGENT,
        )
        try:
            if self._session is None:
                self._session = _session(self._access)
            client = self._session.create_client(
                service, region_name=region, endpoint_url=self._access.endpoint, config=config
            )
        except LIBRARY_ERRORS as error:
            raise CloudUnavailable(f"no {service} client: {text_of(error)}") from error
        if self._access.hook is not None:
            client.meta.events.register_first("before-send", self._access.hook)
        return client


def _answer(operation: str, call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return call()
    except (AttributeError, TypeError, KeyError) as error:
        # botocore's parsers take for granted that JSON is an object, and that XML holds the result's element.
        raise GarbledAnswerError(operation=operation, kind="something of another shape") from error


def _stored(operation: str, answer: dict[str, Any]) -> None:
    # S3 tells the ETag of every object; a proxy's page with status 200 has none, and botocore takes it for success.
    if "ETag" not in answer:
        raise GarbledAnswerError(operation=operation, kind="no ETag")


def _body(answer: dict[str, Any]) -> bytes:
    data: bytes = answer["Body"].read()
    return data


def _session(access: Access) -> botocore.session.Session:
    session = botocore.session.Session(profile=access.profile)
    if access.hook is not None:
        # The local cloud knows one account; nothing of the real one may even be read.
        session.set_credentials("local", "local")
    parsers = session.get_component("response_parser_factory")
    # 80 % of the cost of a search page is parsing times (reference/performance.md 4b); text is what we keep anyway.
    parsers.set_parser_defaults(timestamp_parser=str)
    return session
