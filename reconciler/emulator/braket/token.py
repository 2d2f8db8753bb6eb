import hashlib
import json
from collections.abc import Mapping
from typing import Any

from reconciler.emulator.braket.context import Context
from reconciler.emulator.wire.error import ServiceError, invalid

_REUSED = "The client token was already used with other parameters"


def recall(context: Context, asked: Mapping[str, Any]) -> str | None:
    """The ARN a client token stands for, if it was used before and is not forgotten yet.

    What the service does with other parameters is not documented: switch `token.mismatch` decides.
    Raises ServiceError ValidationException or ConflictException accordingly.
    """
    found = context.connection.execute(
        "SELECT arn, request, at FROM token WHERE region = ? AND token = ?", (context.region, asked["clientToken"])
    ).fetchone()
    if found is None:
        return None
    arn, request, at = found
    if context.now > at + context.switches.number("token.ttl") * 1000:
        return None
    if request != _digest(asked):
        match context.switches.text("token.mismatch"):
            case "validation":
                raise invalid(_REUSED)
            case "conflict":
                raise ServiceError("ConflictException", _REUSED)
    return str(arn)


def remember(context: Context, asked: Mapping[str, Any], arn: str) -> None:
    # REPLACE: a token that was forgotten may be used for something new.
    context.connection.execute(
        "INSERT OR REPLACE INTO token VALUES (?, ?, ?, ?, ?)",
        (context.region, asked["clientToken"], _digest(asked), arn, context.now),
    )


def _digest(asked: Mapping[str, Any]) -> str:
    request = {key: value for key, value in asked.items() if key != "clientToken"}
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
