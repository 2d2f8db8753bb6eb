"""What each kind on Amazon Braket must be able to do; cloud.py hands every verb to the kind that it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from botocore.exceptions import ClientError

from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.core.event import Observed
from reconciler.core.resource import Resource
from reconciler.providers.braket.errors import LIBRARY_ERRORS, code_of, reply_of
from reconciler.providers.kind import Checked, CloudUnavailable, Found, Reply, ResultFile, Search


class Verbs(Protocol):
    """The verbs of one kind; each as in `kind.Cloud`."""

    kind: str
    unasked: bool  # whether a search that nobody narrows looks for them too, be none declared

    def check(self, resources: Sequence[Resource]) -> Checked:
        """Ask the devices. Raises CloudUnavailable."""

    def observe(self, asked: Sequence[tuple[str, Attempt]]) -> Iterable[Observed]:
        """The present state of these attempts, all of this kind. Raises CloudUnavailable."""

    def discover(self, search: Search, account: str) -> Iterator[Found]:
        """Every object of this kind that is marked as the project's. Raises CloudUnavailable."""

    def create(self, resource: Resource, token: str, tags: Mapping[str, str], place: Place) -> Reply:
        """One create call, never repeated inside."""

    def cancel(self, attempt: Attempt, token: str) -> Reply:
        """Ask for an end. A finished run is no error: ACCEPTED."""

    def results(self, attempt: Attempt) -> Sequence[ResultFile]:
        """The result files as stored. Raises ResultMissing or CloudUnavailable."""


class LastingVerbs(Verbs, Protocol):
    """The verbs of a kind of objects that last; the two more are as in `kind.Keeper`."""

    def update(self, attempt: Attempt, settings: Mapping[str, Any], token: str) -> Reply:
        """Let these settings stand."""

    def delete(self, attempt: Attempt) -> Reply:
        """Delete it. One that is not there is no error: ACCEPTED."""


def changing(call: Callable[[], object], arn: str, also_fine: str = "") -> Reply:
    """What the end of a changing call about `arn` means. `also_fine`: the error that says it is so already."""
    try:
        call()
    except ClientError as error:
        if also_fine and code_of(error) == also_fine:
            return Reply(Outcome.ACCEPTED, id=arn)
        return reply_of(error)
    except CloudUnavailable as error:
        return no_client(error)
    except LIBRARY_ERRORS as error:
        return reply_of(error)
    return Reply(Outcome.ACCEPTED, id=arn)


def creating(call: Callable[[], Mapping[str, object]], key: str, noun: str) -> Reply:
    """What the end of a create call means; its answer has the new ARN under `key`."""
    try:
        answer = call()
    except CloudUnavailable as error:
        return no_client(error)
    except LIBRARY_ERRORS as error:
        return reply_of(error)
    arn = answer.get(key)
    if not isinstance(arn, str) or not arn.startswith("arn:"):
        # A success without an id: it may well exist.
        return Reply(Outcome.UNKNOWN, error=f"the answer names no {noun}", again=True)
    return Reply(Outcome.ACCEPTED, id=arn)


def no_client(error: CloudUnavailable) -> Reply:
    """Without a client there was no request: nothing happened."""
    return Reply(Outcome.REFUSED, error=str(error))
