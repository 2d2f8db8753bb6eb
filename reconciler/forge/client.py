"""The one place that calls a forge: reads and edits are patient, and what makes something new is sent once."""

# ruff: noqa: N818 - errors are named after the problem, as in the rest of the package

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx

from reconciler import __version__
from reconciler.core.ports import Clock
from reconciler.forge.kind import ForgeError, OutcomeUnknown

PER_PAGE: Final = 100
_MOST_PAGES: Final = 100
_TRIES = 4
_FIRST_PAUSE = 1.0  # seconds
_LONGEST_PAUSE = 60.0
_MOST_WORDS = 300  # characters of what a service says of a mistake
_TOO_MANY, _NOT_ALLOWED, _SERVER = 429, 403, 500


class Refused(ForgeError):
    """A definite no: nothing was made."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Client:
    """Requests with one token to one address, and to no other."""

    def __init__(self, base: str, headers: Mapping[str, str], clock: Clock, secret: str = "") -> None:
        url = _url(base)
        if url is None or (url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host))):
            raise ForgeError(f"{base!r} is no https address, and the token is sent to no other")
        self._base, self._clock, self._secret = url, clock, secret
        self._http = httpx.Client(
            timeout=httpx.Timeout(30, connect=5),
            follow_redirects=False,
            trust_env=not _is_loopback(url.host),  # a proxy has no business with this machine's own addresses
            headers={"user-agent": f"qctl/{__version__}", **headers},
        )

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """One answer. Raises ForgeError."""
        return _parsed(self._patient("GET", self._address(path, query), None))

    def pages(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[Mapping[str, Any]]:
        """The items of a list, page by page, as its links lead. Raises ForgeError."""
        address: httpx.URL | None = self._address(path, {**(query or {}), "per_page": str(PER_PAGE)})
        for _ in range(_MOST_PAGES):
            if address is None:
                return
            response = self._patient("GET", address, None)
            items = _parsed(response)
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise ForgeError(f"{path} is no list")
            yield from items
            address = self._next(response)
        # What stands beyond can't be seen, so nothing may be called absent.
        raise ForgeError(f"{path} has more than {_MOST_PAGES * PER_PAGE:,} entries")

    def edit(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """A change that may be sent again, for a second one makes no difference. Raises ForgeError."""
        return _parsed(self._patient(method, self._address(path), body))

    def make(self, path: str, body: Mapping[str, Any]) -> Any:
        """Something new, asked for once. Raises OutcomeUnknown where it may be there now."""
        try:
            return _parsed(self._patient("POST", self._address(path), body, once=True))
        except Refused:
            raise
        except ForgeError as error:
            raise OutcomeUnknown(str(error)) from error

    def _patient(
        self, method: str, address: httpx.URL, body: Mapping[str, Any] | None, *, once: bool = False
    ) -> httpx.Response:
        """Repeat while that helps: too many requests always, a failing service only where nothing is made anew."""
        pause = _FIRST_PAUSE
        for left in reversed(range(_TRIES)):
            wait = pause
            try:
                response = self._http.request(method, address, json=body)
            except httpx.HTTPError as error:
                if once or not left:
                    raise ForgeError(f"{method} {address.path} failed: {self._hide(str(error))}") from error
            else:
                asked = _asked_to_wait(response, self._clock)
                if asked is None and response.status_code < _SERVER:
                    return self._taken(method, response)
                if asked is None and once:
                    raise ForgeError(f"{method} {address.path}: {self._said(response)}")
                if not left or (asked or 0) > _LONGEST_PAUSE:
                    status = response.status_code if asked is None else _TOO_MANY  # no right would help
                    raise Refused(status, f"{method} {address.path}: {self._said(response)}")
                wait = max(pause, asked or 0)
            self._clock.sleep(wait)
            pause *= 3
        raise AssertionError("unreachable: the last try returns or raises")

    def _taken(self, method: str, response: httpx.Response) -> httpx.Response:
        if response.is_success:
            return response
        raise Refused(response.status_code, f"{method} {response.url.path}: {self._said(response)}")

    def _said(self, response: httpx.Response) -> str:
        try:
            answer = response.json()
        except ValueError:
            answer = None
        words = answer.get("message") or answer.get("error") if isinstance(answer, dict) else None
        errors = answer.get("errors") if isinstance(answer, dict) else None
        said = f"{words}" + (f" {errors}" if errors else "") if words else response.reason_phrase
        return f"{response.status_code} {self._hide(said)[:_MOST_WORDS]}"

    def _hide(self, text: str) -> str:
        """The text without the token: a service may repeat what it was sent."""
        return text.replace(self._secret, "***") if self._secret else text

    def _address(self, path: str, query: Mapping[str, str] | None = None) -> httpx.URL:
        url = self._base.copy_with(raw_path=f"{self._base.path.rstrip('/')}{path}".encode("ascii"))
        return url.copy_merge_params(dict(query)) if query else url

    def _next(self, response: httpx.Response) -> httpx.URL | None:
        link = response.links.get("next", {}).get("url")
        if not link:
            return None
        url = self._base.join(link)
        if (url.scheme, url.host, url.port) != (self._base.scheme, self._base.host, self._base.port):
            raise ForgeError("a list goes on at another address, and the token is not sent there")
        return url


def _asked_to_wait(response: httpx.Response, clock: Clock) -> float | None:
    """For how many seconds a service that has had too many requests wants peace; None where it is something else."""
    headers = response.headers
    told = b"rate limit" in response.content  # GitHub's secondary limits may send no header
    spent = response.status_code == _NOT_ALLOWED and (told or "retry-after" in headers or _none_left(headers))
    if response.status_code != _TOO_MANY and not spent:
        return None
    if (after := _number(headers.get("retry-after"))) is not None:
        return after
    reset = _number(headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset"))
    return max(0.0, reset - clock.now().timestamp()) if reset is not None else 0.0


def _none_left(headers: httpx.Headers) -> bool:
    return _number(headers.get("x-ratelimit-remaining")) == 0


def _number(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and text.isdecimal() else None


def _parsed(response: httpx.Response) -> Any:
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError as error:
        raise ForgeError(f"{response.url.path} is no JSON") from error


def _url(text: str) -> httpx.URL | None:
    try:
        return httpx.URL(text)
    except httpx.InvalidURL:
        return None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
