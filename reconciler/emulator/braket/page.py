import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from reconciler.emulator.wire.error import invalid

Item = TypeVar("Item")


def paged(items: Sequence[Item], asked: Mapping[str, Any], size: int) -> tuple[Sequence[Item], str | None]:
    """One page of a short list, and the token of the next page, if there is one."""
    start = read_token(asked) or 0
    end = start + min(asked.get("maxResults", size), size)
    return items[start:end], make_token(asked, end) if end < len(items) else None


def make_token(asked: Mapping[str, Any], position: int) -> str:
    """An opaque text that says where a page ended and which question it belongs to."""
    return base64.urlsafe_b64encode(json.dumps([position, _question(asked)]).encode()).decode()


def read_token(asked: Mapping[str, Any]) -> int | None:
    """The position of the page asked for; None for the first.

    Raises ServiceError ValidationException for a token that is not ours or belongs to other filters.
    """
    token = asked.get("nextToken")
    if token is None:
        return None
    try:
        position, question = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError):
        position, question = None, None
    if not isinstance(position, int) or not 0 <= position < 2**63 or question != _question(asked):
        raise invalid("The nextToken is not valid for this request")
    return position


def _question(asked: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(asked.get("filters", []), sort_keys=True).encode()).hexdigest()[:16]
