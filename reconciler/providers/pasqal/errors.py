"""What an error of a call means: did anything happen, and is it worth asking again?"""

from __future__ import annotations

from typing import Final

import httpx

from reconciler.core.attempt import Outcome
from reconciler.providers.definite import DEFINITE
from reconciler.providers.kind import CloudUnavailable, Reply

LONGEST_PAUSE: Final = 60.0  # seconds; a service may ask for a day
_LONGEST_TEXT: Final = 500  # characters
# No connection came about, so nothing was sent; the next moment may be better.
_UNREACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
# Raised before anything is sent: there is no login, no reading to go by, or no such address.
_NEVER_SENT = (CloudUnavailable, httpx.InvalidURL, httpx.UnsupportedProtocol)


class AnswerError(Exception):
    """An answer that is no success. `after`: seconds it asks us to wait. `renewed`: another token may do better.

    `told`: the service said it in its own form; without that it may be a gateway's.
    """

    def __init__(
        self, status: int, message: str, *, after: float = 0.0, renewed: bool = False, told: bool = False
    ) -> None:
        super().__init__(cut(f"{status}: {message}"))
        self.status, self.after, self.renewed, self.told = status, after, renewed, told


class GarbledAnswerError(Exception):
    """A success that is not the service's: what it did is unknown."""


CALL_ERRORS = (AnswerError, GarbledAnswerError, httpx.HTTPError, httpx.InvalidURL, httpx.StreamError)


def cut(text: str) -> str:
    """One line of bounded length."""
    return " ".join(text[: 4 * _LONGEST_TEXT].split())[:_LONGEST_TEXT]


def text_of(error: Exception) -> str:
    """One line for people."""
    if isinstance(error, AnswerError | GarbledAnswerError | CloudUnavailable):
        return cut(str(error))
    return cut(f"{type(error).__name__}: {error}")


def reply_of(error: Exception, *, repeats: bool) -> Reply:
    """The outcome class of a failed changing call (docs/protocol.md). `repeats`: doing it twice is doing it once."""
    text = text_of(error)
    if isinstance(error, AnswerError) and error.status == 429:
        after = min(error.after, LONGEST_PAUSE)
        return Reply(Outcome.REFUSED, error=text, again=True, throttled=True, after=after)
    if isinstance(error, AnswerError) and error.status in DEFINITE:
        return Reply(Outcome.REFUSED, error=text, again=error.renewed)
    if isinstance(error, _UNREACHED):
        return Reply(Outcome.REFUSED, error=text, again=True)
    if isinstance(error, _NEVER_SENT):
        return Reply(Outcome.REFUSED, error=text)
    return Reply(Outcome.UNKNOWN, error=text, again=repeats)


def is_transient(error: Exception) -> bool:
    """Whether a read that failed so is worth repeating."""
    return reply_of(error, repeats=True).again
