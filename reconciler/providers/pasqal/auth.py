"""Logins: which one the environment gives, what is sent for it, and how long its token is good."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.core.ports import Clock
from reconciler.providers.kind import CloudUnavailable
from reconciler.providers.pasqal.regions import Region

TOKEN = "PASQAL_TOKEN"  # noqa: S105 - names of variables
CLIENT = ("PASQAL_CLIENT_ID", "PASQAL_CLIENT_SECRET")
USER = ("PASQAL_USERNAME", "PASQAL_PASSWORD")

_EARLY = 60.0  # seconds before its end that a token is replaced, as Pasqal's own client does
_TELLING, _BEGINNING = 4, 12  # characters; a shorter secret would blot out half the message
_UNTOLD = 300.0  # seconds that a token without a stated end is used


@dataclass(frozen=True, slots=True)
class Login:
    """A token as it is, or the form that is exchanged for one. `who` names the variables it came from."""

    who: str
    token: str = ""
    form: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()


def login_from(environ: Mapping[str, str], region: Region) -> Login:
    """The login of the environment: a token before a client before a user. Raises CloudUnavailable."""
    token = environ.get(TOKEN, "").strip()
    if token:
        if not token.isascii() or not token.isprintable() or " " in token:
            raise CloudUnavailable(f"{TOKEN} holds no token: it has spaces or other characters that no token has")
        return Login(TOKEN, token=token, secrets=(token,))
    for names, form_of in ((CLIENT, region.client_form), (USER, region.user_form)):
        name, secret = (environ.get(variable, "") for variable in names)
        if name and secret:
            return Login(" and ".join(names), form=tuple(form_of(name, secret).items()), secrets=(secret,))
    raise CloudUnavailable(_missing(environ))


def _missing(environ: Mapping[str, str]) -> str:
    for names in (CLIENT, USER):
        given = [name for name in names if environ.get(name)]
        if given:
            lacking = next(name for name in names if name not in given)
            return f"{given[0]} is set and {lacking} is not: Pasqal's login needs both"
    return (
        "no login for Pasqal Cloud: set PASQAL_USERNAME and PASQAL_PASSWORD, or PASQAL_CLIENT_ID and "
        "PASQAL_CLIENT_SECRET, or PASQAL_TOKEN in the environment"
    )


class Tokens:
    """The token in use, kept in memory only. `exchange` sends the form and returns the answer's JSON."""

    def __init__(self, login: Login, exchange: Callable[[Login], Mapping[str, Any]], clock: Clock) -> None:
        self._login = login
        self._exchange = exchange
        self._clock = clock
        self._lock = threading.Lock()
        self._token = login.token
        self._until = float("inf") if login.token else float("-inf")

    def hide(self, text: str) -> str:
        """The text without our secrets. By their beginnings: a message may be cut in the middle of one."""
        for secret in (*self._login.secrets, self._token):
            if len(secret) >= _TELLING:
                rest = r"\S*" if len(secret) > _BEGINNING else ""
                text = re.sub(re.escape(secret[:_BEGINNING]) + rest, "***", text)
        return text

    def get(self) -> tuple[str, bool]:
        """The token, and whether it was got just now. Raises CloudUnavailable."""
        with self._lock:  # one exchange for all threads
            if self._clock.monotonic() < self._until:
                return self._token, False
            answer = self._exchange(self._login)
            token = answer.get("access_token")
            if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
                raise CloudUnavailable("Pasqal's login was answered without a token")
            self._token = token
            self._until = self._clock.monotonic() + self._lifetime(answer, token) - _EARLY
            return token, True

    def forget(self, token: str) -> bool:
        """Use this token no more; whether another one can be got."""
        with self._lock:
            if token == self._token and not self._login.token:
                self._until = float("-inf")
        return not self._login.token

    def _lifetime(self, answer: Mapping[str, Any], token: str) -> float:
        told = _number(answer.get("expires_in"))
        if told is not None:
            return told
        end = _number(_claims(token).get("exp"))
        return _UNTOLD + _EARLY if end is None else end - self._clock.now().timestamp()


def _number(value: Any) -> float | None:
    try:
        return float(value) if isinstance(value, str | int | float) else None
    except (ValueError, OverflowError):
        return None


def _claims(token: str) -> Mapping[str, Any]:
    """What a JSON Web Token says of itself, unchecked: it only tells when to get the next one."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}
