"""The one place that calls Pasqal Cloud: each change is one request, reads are patient."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import httpx

from reconciler import __version__
from reconciler.core.ports import Clock
from reconciler.providers.kind import CloudUnavailable
from reconciler.providers.limits import Buckets, Rate
from reconciler.providers.pasqal.answers import PAGE, Item, Page, answer_error, envelope, is_id, one, page, parsed
from reconciler.providers.pasqal.auth import Login, Tokens, login_from
from reconciler.providers.pasqal.clocks import same_time
from reconciler.providers.pasqal.errors import (
    CALL_ERRORS,
    LONGEST_PAUSE,
    AnswerError,
    GarbledAnswerError,
    is_transient,
    text_of,
)
from reconciler.providers.pasqal.regions import REGIONS, is_loopback

T = TypeVar("T")
Query = Mapping[str, str | int | Sequence[str]]

# Nothing is published; these are modest.
RATES: Final = {"read": Rate(20, 100), "write": Rate(5, 50), "download": Rate(10, 50)}
NOT_THERE: Final = frozenset({404, 405, 422})
"""How an endpoint answers that this service does not have."""

_READ_TRIES = 5
_FIRST_PAUSE = 0.2  # seconds
_STALE = 3  # pages in a row that bring nothing new
# A create may outlast half a minute and still succeed (pasqal-cloud pull request 285).
_PATIENT, _BRIEF = httpx.Timeout(30, connect=5, read=300), httpx.Timeout(30, connect=5)
MOST_BYTES: Final = 64_000_000  # of one result
_INSECURE = "PASQAL_SKIP_SSL_VERIFY"


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach Pasqal Cloud. `transport` answers requests inside this process instead of the network.

    `core` and `token` are other addresses than the region's own. `login` None: the environment's.
    """

    project_id: str
    region: str = "eu"
    core: str | None = None
    token: str | None = None
    transport: httpx.BaseTransport | None = None
    login: Login | None = None
    rates: bool = True
    pool: int = 10


class PasqalClient:
    """Calls by method and path below the core address. Thread-safe. Makes no call and reads no login before asked."""

    def __init__(self, access: Access, environ: Mapping[str, str], clock: Clock) -> None:
        self.project_id = access.project_id
        self.region = access.region
        self._access = access
        self._environ = environ
        self._clock = clock
        self._lock = threading.Lock()
        self._http: httpx.Client | None = None
        self._tokens: Tokens | None = None
        self._buckets = Buckets(RATES, clock)
        where = REGIONS[access.region]
        self._core = access.core or where.core
        self._token_address = access.token or where.token

    def write(self, method: str, path: str, *, body: Any = None, query: Query | None = None) -> Mapping[str, Any]:
        """One changing request, once: the envelope. Raises CALL_ERRORS, or CloudUnavailable if it was never sent."""
        return self._send("write", method, path, query or {}, body)

    def submit(self, path: str, body: Any, *, packed: bool = True) -> Mapping[str, Any]:
        """One request that makes something paid, once: the envelope. Raises as `write`."""
        return self._send("write", "POST", path, {}, body, packed=packed, timeout=_PATIENT)

    def read(self, path: str, id_: str) -> Item | None:
        """One object, None if there is none. Raises CloudUnavailable."""
        if not is_id(id_):
            return None

        def call() -> Item:
            try:
                return one(self._get(path, {}), id_)
            except AnswerError as error:
                if error.status == 404 and not error.told:
                    # A gateway's, while the service behind it restarts: no word on what exists.
                    raise GarbledAnswerError(f"a page that is not the service's: {error}") from error
                raise

        return self._absent(frozenset({404}), path, call)

    def read_any(self, path: str, absent: frozenset[int] = frozenset()) -> Any:
        """The data of an answer; None for one of these statuses. Raises CloudUnavailable."""
        return self._absent(absent, path, lambda: self._get(path, {})["data"])

    def pages(
        self, path: str, query: Query, *, keyed: str = "id", absent: frozenset[int] = frozenset()
    ) -> Iterator[list[Item]]:
        """A list page by page, each item once. Raises CloudUnavailable, or AnswerError with a status of `absent`."""
        seen: set[str] = set()
        offset: int | None = 0
        stale = 0
        while offset is not None:
            part = self._page(path, query, offset, keyed, absent)
            fresh = {str(item[keyed]): item for item in part.items if item[keyed] not in seen}
            yield list(fresh.values())
            seen |= fresh.keys()
            offset = part.next
            stale = 0 if fresh else stale + 1
            if stale == _STALE and offset is not None:
                if len(part.items) < PAGE:
                    return  # it knows no offset, and this is all that it has
                # What it holds beyond this page can't be read, so nothing may be called absent.
                raise CloudUnavailable(f"reading {path} failed: the list has no end")

    def _page(self, path: str, query: Query, offset: int, keyed: str, absent: frozenset[int]) -> Page:
        whole = {**query, "offset": offset, "limit": PAGE}
        return self._patient(path, lambda: page(self._get(path, whole), offset, keyed), absent)

    def download(self, url: str) -> bytes:
        """A result behind a link, without our token. Raises CloudUnavailable, or AnswerError if the link is none."""
        if not _is_web_address(url):
            raise CloudUnavailable("the link to the result is no web address")
        return self._patient("the result", lambda: self._fetch(url), frozenset(range(400, 500)))

    def _fetch(self, url: str) -> bytes:
        self._limit("download")
        with self._connected().stream("GET", url, timeout=_BRIEF, headers={"accept-encoding": "identity"}) as response:
            if not response.is_success:
                response.read()
                raise answer_error(response)
            data = bytearray()
            for chunk in response.iter_bytes():
                data += chunk
                if len(data) > MOST_BYTES:
                    raise CloudUnavailable(f"the result has more than {MOST_BYTES:,} bytes")
        return bytes(data)

    def _get(self, path: str, query: Query) -> Mapping[str, Any]:
        return self._send("read", "GET", path, query, None)

    def _send(
        self,
        sort: str,
        method: str,
        path: str,
        query: Query,
        body: Any,
        *,
        packed: bool = False,
        timeout: httpx.Timeout = _BRIEF,
    ) -> Mapping[str, Any]:
        http = self._connected()
        tokens = self._login()
        token, fresh = tokens.get()
        headers = {"authorization": f"Bearer {token}"}
        content = b""
        if body is not None:
            headers["content-type"] = "application/json"
            content = json.dumps(body, allow_nan=False).encode()
        if packed:
            headers["content-encoding"] = "gzip"
            content = gzip.compress(content, mtime=0)
        self._limit(sort)
        asked = self._clock.now()
        response = http.request(
            method, f"{self._core}{path}", params=dict(query), content=content, headers=headers, timeout=timeout
        )
        if method == "GET":  # every plan reads something; the answer to a change is never thrown away
            same_time(asked, self._clock.now(), response)
        if response.status_code == 401 and tokens.forget(token) and not fresh:
            said = answer_error(response)
            raise AnswerError(401, f"{said}; the token may have ended", renewed=True, told=said.told)
        return envelope(response)

    def _absent(self, absent: frozenset[int], what: str, call: Callable[[], T]) -> T | None:
        try:
            return self._patient(what, call, absent)
        except AnswerError:
            return None  # `_patient` lets nothing through but these statuses

    def _patient(self, what: str, call: Callable[[], T], passed: frozenset[int] = frozenset()) -> T:
        """Repeat while that helps. Answers with a status in `passed` are the caller's to read, as an AnswerError."""
        pause = _FIRST_PAUSE
        for left in reversed(range(_READ_TRIES)):
            try:
                return call()
            except CALL_ERRORS as error:
                lasting = not is_transient(error)
                if isinstance(error, AnswerError) and error.status in passed and (lasting or not left):
                    raise
                if not left or lasting:
                    raise CloudUnavailable(f"reading {what} failed: {self.hide(text_of(error))}") from error
                after = min(error.after, LONGEST_PAUSE) if isinstance(error, AnswerError) else 0.0
            self._clock.sleep(max(pause, after))
            pause *= 3
        raise AssertionError("unreachable: the last try returns or raises")

    def _exchange(self, login: Login) -> Mapping[str, Any]:
        """A token for a login. Asking twice for one does no harm. Raises CloudUnavailable."""

        def call() -> Any:
            response = self._connected().post(self._token_address, data=dict(login.form), timeout=_BRIEF)
            if not response.is_success:
                raise answer_error(response)
            return parsed(response)

        try:
            answer = self._patient("the login", call, frozenset({400, 401, 403}))
        except AnswerError as error:
            text = self.hide(text_of(error))
            raise CloudUnavailable(f"Pasqal refuses the login by {login.who}; is it right? ({text})") from error
        if not isinstance(answer, dict):
            raise CloudUnavailable("Pasqal's login was answered without a token")
        return answer

    def _login(self) -> Tokens:
        with self._lock:
            if self._tokens is None:
                login = self._access.login or login_from(self._environ, REGIONS[self.region])
                self._tokens = Tokens(login, self._exchange, self._clock)
            return self._tokens

    def hide(self, text: str) -> str:
        """The text without our secrets: a service may repeat what it was sent."""
        return self._tokens.hide(text) if self._tokens else text

    def _limit(self, sort: str) -> None:
        if self._access.rates:
            self._buckets.take(sort)

    def _connected(self) -> httpx.Client:
        with self._lock:
            if self._http is None:
                self._http = self._connect()
            return self._http

    def _connect(self) -> httpx.Client:
        ours = is_loopback(self._core) and is_loopback(self._token_address)
        unsafe = bool(self._environ.get(_INSECURE)) and self._access.transport is None
        if unsafe and not ours:
            raise CloudUnavailable(
                f"{_INSECURE} is set: without checking certificates anybody on the way could read the login. Unset it"
            )
        return httpx.Client(
            transport=self._access.transport,
            verify=not unsafe,
            trust_env=not ours,  # a proxy has no business with this machine's own addresses
            follow_redirects=False,
            timeout=_BRIEF,
            limits=httpx.Limits(max_connections=self._access.pool, max_keepalive_connections=self._access.pool),
            headers={"user-agent": f"qctl/{__version__}", "accept": "application/json"},
        )


def _is_web_address(text: str) -> bool:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        return False
    return url.scheme in {"http", "https"} and bool(url.host)
