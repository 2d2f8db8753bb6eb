"""Paid once with a client token: the same call again while in doubt, then a look for our tags.

A service that takes a token answers a repeated request with what the first one made; `once` is for those that take
none. Calls that do no harm when made twice go this way too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.event import Verb
from reconciler.core.ports import Clock
from reconciler.core.progress import Stage
from reconciler.providers.kind import Cloud, CloudUnavailable, Found, Reply, Search
from reconciler.store import crash

_REPEATS = 3  # of a call whose outcome is unknown, with the same token
_PATIENCE = 8  # of a throttled call, which certainly did nothing
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 20.0  # seconds
_LAG = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Again:
    """One call that may be repeated as it is. `told` gets a sentence before each pause.

    `intend` goes before each repetition: the time to show up counts from the call that may have made something.
    """

    verb: Verb
    send: Callable[[], Reply]
    intend: Callable[[], None]
    clock: Clock
    told: Callable[[Stage, str], None]

    def reply(self, doubted: bool) -> tuple[Reply, bool]:
        """The last reply, and whether any call before or with it may have acted."""
        pause = _FIRST_PAUSE
        unknown = throttled = 0
        while True:
            reply = self.send()
            crash.point(f"after-{self.verb}")
            if reply.outcome is Outcome.ACCEPTED:
                return reply, doubted
            doubted = doubted or reply.outcome is Outcome.UNKNOWN
            throttled += reply.throttled
            unknown += not reply.throttled
            if not reply.again or unknown > _REPEATS or throttled > _PATIENCE:
                return reply, doubted
            self.told(Stage.RETRYING, reply.error)
            self.clock.sleep(max(pause, reply.after))
            pause = min(pause * 2, _LONGEST_PAUSE)
            self.intend()


def look_for_marks(cloud: Cloud, uid: str, kind: str, attempt: Attempt, reply: Reply) -> Reply:
    """Search for the tags of this attempt. Not finding them proves nothing yet: the cloud may show it later.

    A refusal counts as unknown here too: it may be the repetition that was refused, not the first call.
    """
    since = datetime.fromisoformat(attempt.intended) - _LAG
    regions, kinds = frozenset({attempt.place.region}), frozenset({kind})
    try:
        for found in cloud.discover(Search(uid, since, regions, kinds=kinds)):
            if isinstance(found, Found) and found.attempt.token == attempt.token:
                return Reply(Outcome.ACCEPTED, id=found.attempt.id)
    except CloudUnavailable as error:
        return Reply(Outcome.UNKNOWN, error=f"{reply.error}; then {error}")
    return Reply(Outcome.UNKNOWN, error=reply.error)
