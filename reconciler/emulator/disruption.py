import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from reconciler.emulator.faults import Rule
from reconciler.emulator.message import Request, Response
from reconciler.emulator.wire.error import ServiceError
from reconciler.emulator.wire.serialise import serialise_error
from reconciler.emulator.world import Session

_TASK = re.compile(r"arn:aws:braket:[a-z0-9-]+:\d{12}:quantum-task/[0-9a-f-]{36}")
_PAGE = Response(200, {"content-type": "text/html"}, b"<html><body><h1>Welcome to the proxy</h1></body></html>")
# Rules that stand in for the operation; any other rule lets it happen.
_INSTEAD = frozenset({"throttle", "error-500", "error-503", "unreachable", "reset", "garbage"})
_ERRORS = {
    "throttle": ServiceError("ThrottlingException", "Rate exceeded"),
    "error-500": ServiceError("InternalServiceException", "An unexpected error occurred"),
    "error-503": ServiceError("ServiceUnavailableException", "The service is unavailable"),
}
_S3_ERRORS = {"throttle": (503, "SlowDown"), "error-500": (500, "InternalError"), "error-503": (503, "SlowDown")}


class ConnectionLost(Exception):  # noqa: N818 - not an error of ours: the transport breaks the connection
    """No answer is sent.

    The connection is closed, or it stays open and `silent` for `seconds` first, or it was never made (`refused`).
    """

    def __init__(self, how: Literal["closed", "silent", "refused"], seconds: float = 0.0) -> None:
        super().__init__()
        self.how = how
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of one request: an answer or a lost connection, after a delay in seconds."""

    answer: Response | ConnectionLost
    delay: float = 0.0


def disrupt(
    rules: Iterable[Rule], service: str, request: Request, session: Session, act: Callable[[], Response]
) -> Outcome:
    """Act as the rules say: the first that stands in for acting does; else act, and change the answer."""
    rules = tuple(rules)
    instead = next((rule for rule in rules if rule.effect in _INSTEAD), None)
    if instead is not None:
        return Outcome(_render(instead, service))
    answer = act()
    for rule in rules:
        _touch(rule, session, _task_of(request, answer))
    visible = next((_render(rule, service) for rule in rules if rule.effect not in ("hide", "tags", "slow")), answer)
    return Outcome(visible, sum(rule.seconds for rule in rules if rule.effect == "slow"))


def _render(rule: Rule, service: str) -> Response | ConnectionLost:
    match rule.effect.removesuffix("-after"):
        case "reset" | "lost":
            return ConnectionLost("closed")
        case "unreachable":
            return ConnectionLost("refused")
        case "timeout":
            return ConnectionLost("silent", rule.seconds)
        case "garbage":
            return _PAGE
        case effect if service == "braket":
            return serialise_error(_ERRORS[effect])
        case effect:
            status, code = _S3_ERRORS[effect]
            body = f"<Error><Code>{code}</Code><Message>Please reduce your request rate.</Message></Error>"
            return Response(status, {"content-type": "application/xml"}, body.encode())


def _task_of(request: Request, answer: Response) -> str | None:
    """The task a request made or names."""
    found = _TASK.search(unquote(request.path)) or _TASK.search(answer.body.decode(errors="replace"))
    return found[0] if found else None


def _touch(rule: Rule, session: Session, arn: str | None) -> None:
    if arn is None:
        return
    if rule.effect == "hide":
        until = session.now + round(rule.seconds * 1000)
        session.connection.execute("UPDATE task SET visible_at = ? WHERE arn = ?", (until, arn))
    if rule.effect == "tags":
        row = session.connection.execute("SELECT tags FROM task WHERE arn = ?", (arn,)).fetchone()
        if row is not None:
            kept = {key: value for key, value in json.loads(row[0]).items() if key not in rule.remove}
            session.connection.execute(
                "UPDATE task SET tags = ? WHERE arn = ?", (json.dumps(kept | dict(rule.set)), arn)
            )
