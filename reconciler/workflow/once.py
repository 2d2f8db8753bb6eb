"""Paid once without a client token: look, send once, and on doubt look again until the cloud has had its time.

A service that takes no token makes a second object of a repeated request, even of one that it answered with an error.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reconciler.core.attempt import Outcome
from reconciler.core.event import Verb
from reconciler.core.ports import Clock
from reconciler.core.progress import Stage
from reconciler.providers.kind import CloudUnavailable, Reply
from reconciler.store import crash
from reconciler.workflow.rest import rest

_PATIENCE = 8  # calls that the cloud turned away, and that certainly did nothing
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Once:
    """One paying call. `look` says what the call has made by now, if anything; it may raise CloudUnavailable.

    `window`: seconds after which what did not show up may be called absent. `told` gets a sentence before each pause.
    """

    verb: Verb
    send: Callable[[], Reply]
    look: Callable[[], Reply | None]
    window: float
    clock: Clock
    stop: threading.Event
    told: Callable[[Stage, str], None]

    def reply(self) -> Reply:
        """The outcome; UNKNOWN when the cloud has had its time and shows nothing."""
        pause = _FIRST_PAUSE
        reply: Reply | None = None
        for left in reversed(range(_PATIENCE)):
            # Also before the first: another machine, or a life before a lost state, may have sent it.
            seen = self._seen(reply)
            if seen is not None:
                return seen
            reply = self.send()
            crash.point(f"after-{self.verb}")
            if reply.outcome is Outcome.UNKNOWN:
                return self._watch(reply)
            if reply.outcome is Outcome.ACCEPTED or not reply.again:
                return reply
            if not left or self.stop.is_set():
                return self._seen(reply) or reply
            self.told(Stage.RETRYING, reply.error)
            rest(self.clock, max(pause, reply.after), self.stop)
            pause = min(pause * 2, _LONGEST_PAUSE)
        raise AssertionError("unreachable: the last try returns")

    def _seen(self, last: Reply | None) -> Reply | None:
        """What a look tells after the last call: what was made, or that nobody can know; None: nothing was made."""
        try:
            return self.look()
        except CloudUnavailable as error:
            if last is None:
                why = f"not sent, for nobody could say whether it was sent before: {error}"
                return Reply(Outcome.REFUSED, error=why)
            # A gateway may say "too many requests" after the service behind it has acted.
            return Reply(Outcome.UNKNOWN, error=f"{last.error}; then {error}") if last.throttled else last

    def _watch(self, reply: Reply) -> Reply:
        began = self.clock.monotonic()
        pause, doubt = _FIRST_PAUSE, reply.error
        while True:
            try:
                made = self.look()
            except CloudUnavailable as error:
                made, doubt = None, f"{reply.error}; then {error}"
            if made is not None:
                return made
            left = self.window - (self.clock.monotonic() - began)
            if left <= 0 or self.stop.is_set():
                return Reply(Outcome.UNKNOWN, error=doubt)
            self.told(Stage.LOOKING, f"{doubt}; looking whether it was made after all, for {int(left)} s more")
            rest(self.clock, min(pause, left), self.stop)
            pause = min(pause * 2, _LONGEST_PAUSE)


def only(ids: Sequence[str]) -> Reply | None:
    """What a look for one run came to: that run, nothing yet, or more than one, which only a person can settle."""
    distinct = sorted(set(ids))
    if len(distinct) > 1:
        return Reply(Outcome.UNKNOWN, error=f"{len(distinct)} runs may be it: {', '.join(distinct)}")
    return Reply(Outcome.ACCEPTED, id=distinct[0]) if distinct else None
