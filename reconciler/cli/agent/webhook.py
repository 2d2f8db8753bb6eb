"""Notifications: what a webhook is told, and a thread that tells it, so that no round ever waits for it."""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from string import Template
from typing import Any

from reconciler.core.cycle import Cycle, Totals, Verdict
from reconciler.core.cycle_json import cycle_to_json

SIGNATURE = "X-Qctl-Signature-256"
NAMES = frozenset(
    {"project", "environment", "verdict", "detail", "summary", "commit", "fingerprint", "at", "left", "text"}
)
"""What a template may name. Nothing of the surroundings is among them."""
_QUEUED = 20
_TRIES = 3
_LONGEST_GOODBYE = 5.0  # seconds
_QUIET = frozenset({Verdict.SYNCED, Verdict.LOCKED, Verdict.INTERRUPTED})
Send = Callable[[bytes, Mapping[str, str]], int]
"""Posts a body with headers and gives the status. Raises OSError when nobody answers."""


class InvalidTemplate(ValueError):  # noqa: N818 - named after the problem
    """A template that can't be used, with the reason."""


def parse_template(text: str) -> Any:
    """A JSON document whose texts may hold `$name`. Raises InvalidTemplate."""
    try:
        document = json.loads(text)
        _filled(document, dict.fromkeys(NAMES, ""))
    except KeyError as error:
        names = ", ".join(sorted(NAMES))
        raise InvalidTemplate(f"the template has no name {error}; there are {names}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidTemplate(f"the template is no JSON with $names ({error})") from error
    return document


def body_of(cycle: Cycle, template: Any = None) -> bytes:
    """What is posted: the template filled in, or all that a line of the log has, with a `text` for chats."""
    told = cycle_to_json(cycle)
    where = f"{told['project']}, environment {told['environment']}: " if told["project"] else ""
    text = f"qctl {cycle.verdict}: {where}{cycle.detail}"
    if template is None:
        return json.dumps({"text": text, **told}, default=str).encode()
    values = {name: str(told.get(name, "")) for name in NAMES} | {"text": text, "left": str(told["left_count"])}
    return json.dumps(_filled(template, values)).encode()


def _filled(value: Any, names: Mapping[str, str]) -> Any:
    """Texts are filled in after parsing, so that no text from outside can become structure."""
    if isinstance(value, str):
        return Template(value).substitute(names)
    if isinstance(value, list):
        return [_filled(item, names) for item in value]
    if isinstance(value, dict):
        return {name: _filled(item, names) for name, item in value.items()}
    return value


def is_news(cycle: Cycle, before: Totals) -> bool:
    """Whether people want to hear of it: what was done, what newly waits for them, troubles as they begin and end."""
    last = before.recent[0] if before.recent else None
    if cycle.done or cycle.unknown:
        return True
    if cycle.verdict is Verdict.SYNCED:
        return last is not None and last.verdict not in _QUIET | {Verdict.APPLIED}
    return cycle.verdict not in _QUIET and (last is None or (last.verdict, last.left) != (cycle.verdict, cycle.left))


@dataclass(slots=True)
class Notifier:
    """Sends in a thread of its own, each at most three times. What finds the queue full is dropped, and counted."""

    send: Send
    count: Callable[[str], None]
    secret: bytes = b""
    template: Any = None
    wait: Callable[[float], bool] | None = None  # true: leave; tests need no time
    _leaving: threading.Event = field(default_factory=threading.Event)
    _queue: queue.Queue[bytes | None] = field(default_factory=lambda: queue.Queue(_QUEUED))
    _thread: threading.Thread | None = None

    def tell(self, cycle: Cycle) -> None:
        """Queue it. Never waits and never raises."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="webhook", daemon=True)
            self._thread.start()
        try:
            self._queue.put_nowait(body_of(cycle, self.template))
        except queue.Full:
            self.count("dropped")

    def close(self) -> None:
        """Send what is queued, for a few seconds at most."""
        if self._thread is None:
            return
        try:
            self._queue.put_nowait(None)
        except queue.Full:
            self._leaving.set()
        self._thread.join(_LONGEST_GOODBYE)
        self._leaving.set()

    def _run(self) -> None:
        while (body := self._queue.get()) is not None and not self._leaving.is_set():
            self.count("sent" if self._delivered(body) else "failed")

    def _delivered(self, body: bytes) -> bool:
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers[SIGNATURE] = f"sha256={hmac.new(self.secret, body, hashlib.sha256).hexdigest()}"
        for number in range(_TRIES):
            if number and (self.wait or self._leaving.wait)(2.0**number):
                return False
            try:
                status = self.send(body, headers)
            except OSError:
                continue
            if status < 300:
                return True
            if status < 500 and status != 429:
                return False  # the same again would be refused again
        return False
