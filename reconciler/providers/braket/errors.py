"""What an error of a botocore call means: did anything happen, and is it worth asking again?"""

from __future__ import annotations

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProxyConnectionError,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from reconciler.core.attempt import Outcome
from reconciler.providers.definite import DEFINITE
from reconciler.providers.kind import Reply

THROTTLES = frozenset({"ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown"})

_LONGEST = 500  # characters

# Raised before a request left this machine: certainly nothing exists, and these credentials or this network won't do.
_NEVER_SENT = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    SSOError,
    TokenRetrievalError,
    ParamValidationError,
)
# No connection came about, so nothing was sent; the next moment may be better.
_UNREACHED = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError)


def status_of(error: ClientError) -> int:
    """The HTTP status, 0 if the answer had none."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def code_of(error: ClientError) -> str:
    """The service's error code."""
    return str(error.response.get("Error", {}).get("Code", ""))


def text_of(error: Exception) -> str:
    """One line for people: the service's code and message, or the library's."""
    if isinstance(error, ClientError):
        message = str(error.response.get("Error", {}).get("Message", ""))
        return " ".join(f"{code_of(error)} ({status_of(error)}): {message}".split())
    # A parser's error holds the whole page that it could not read.
    return " ".join(f"{type(error).__name__}: {error}".split())[:_LONGEST]


def reply_of(error: Exception) -> Reply:
    """The outcome class of a failed changing call (docs/protocol.md)."""
    text = text_of(error)
    if isinstance(error, ClientError):
        status = status_of(error)
        if status == 429 or code_of(error) in THROTTLES:
            return Reply(Outcome.REFUSED, error=text, again=True, throttled=True)
        if status in DEFINITE:
            return Reply(Outcome.REFUSED, error=text)
        return Reply(Outcome.UNKNOWN, error=text, again=True)
    if isinstance(error, _NEVER_SENT):
        return Reply(Outcome.REFUSED, error=text)
    if isinstance(error, _UNREACHED):
        return Reply(Outcome.REFUSED, error=text, again=True)
    return Reply(Outcome.UNKNOWN, error=text, again=True)


def is_transient(error: Exception) -> bool:
    """Whether a read that failed so is worth repeating."""
    return reply_of(error).again


# A parser's error is no BotoCoreError: a proxy's page in place of the XML of STS or S3.
LIBRARY_ERRORS = (ClientError, BotoCoreError, ResponseParserError)
