"""Paid once: how one call is made so that, whatever breaks, one desired run is at most one remote run.

The order is the promise: intent on disk, one call, outcome on disk (docs/protocol.md).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.digest import canonical, digest, sha256
from reconciler.core.event import Concluded, Event, Intended, Verb
from reconciler.core.mark import MARKS
from reconciler.core.operation import Operation
from reconciler.core.progress import Stage
from reconciler.core.resource import Resource, attempt_marks
from reconciler.providers.kind import Cloud, CloudUnavailable, Reply, Search
from reconciler.store import crash
from reconciler.workflow.session import Session, Tell

_REPEATS = 3  # of a call whose outcome is unknown, with the same token
_PATIENCE = 8  # of a throttled call, which certainly did nothing
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 20.0  # seconds
_LAG = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Caller:
    """Makes the calls of one command: through the store first, and telling what it does.

    `learn` gets every event once it is on disk.
    """

    session: Session
    tell: Tell
    learn: Callable[[Event], None]

    def create(self, op: Operation, resource: Resource) -> Concluded:
        """Submit a run. Raises the store's errors; a cloud's end is in the event."""
        cloud = self.session.cloud(op.address.kind)
        attempt = self._attempt(cloud, op, resource)
        at = attempt.intended
        intent = secrets.token_hex(8)
        removal = str(resource.rules.on_remove)
        self._record(Intended(at, intent, str(op.address), Verb.CREATE, op.token, attempt, removal))
        reply, doubted = self._repeat(
            op.address, Verb.CREATE, lambda: cloud.create(resource, op.token, attempt.tags, attempt.place), op.repeats
        )
        if doubted and reply.outcome is not Outcome.ACCEPTED:
            reply = self._look(cloud, attempt, reply)
        return self._conclude(intent, op, reply)

    def cancel(self, op: Operation, attempt: Attempt) -> Concluded:
        """Ask for an end; asking twice does no harm."""
        cloud = self.session.cloud(op.address.kind)
        intent = secrets.token_hex(8)
        self._record(Intended(self.session.now(), intent, str(op.address), Verb.CANCEL, op.token))
        token = sha256(canonical(["qctl cancel", attempt.token, attempt.id]))
        reply, _ = self._repeat(op.address, Verb.CANCEL, lambda: cloud.cancel(attempt, token), doubted=False)
        return self._conclude(intent, op, reply)

    def tag(self, op: Operation, attempt: Attempt, put: Mapping[str, str], owned: tuple[str, ...]) -> Concluded:
        """Put and drop tags; doing it twice does no harm."""
        cloud = self.session.cloud(op.address.kind)
        intent = secrets.token_hex(8)
        self._record(Intended(self.session.now(), intent, str(op.address), Verb.TAG, op.token))
        reply, _ = self._repeat(op.address, Verb.TAG, lambda: cloud.tag(attempt, put, op.drop), doubted=False)
        after = {k: v for k, v in {**attempt.tags, **put}.items() if k not in op.drop}
        done = reply.outcome is Outcome.ACCEPTED
        return self._conclude(intent, op, reply, tags=after if done else None, owned=owned)

    def _attempt(self, cloud: Cloud, op: Operation, resource: Resource) -> Attempt:
        attempt = Attempt(
            token=op.token,
            digest=resource.digest,
            program=resource.program,
            generation=resource.rules.generation,
            number=op.number,
            place=cloud.place(resource),
            execution=resource.execution,
            intended=self.session.now(),
            owned=tuple(sorted({*MARKS, *resource.tags})),
        )
        tags = {**resource.tags, **attempt_marks(self.session.scope, op.address, attempt)}
        request = digest({"run": op.token, "tags": tags, "delivery": dict(resource.delivery)})
        return replace(attempt, tags=tags, request=request)

    def _record(self, event: Event) -> None:
        self.session.store.append(event)
        self.learn(event)
        crash.point(f"before-{event.verb}" if isinstance(event, Intended) else "after-outcome")

    def _repeat(self, address: Address, verb: Verb, call: Callable[[], Reply], doubted: bool) -> tuple[Reply, bool]:
        """The last reply, and whether any call before or with it may have acted."""
        pause = _FIRST_PAUSE
        unknown = throttled = 0
        while True:
            reply = call()
            crash.point(f"after-{verb}")
            if reply.outcome is Outcome.ACCEPTED:
                return reply, doubted
            doubted = doubted or reply.outcome is Outcome.UNKNOWN
            throttled += reply.throttled
            unknown += not reply.throttled
            if not reply.again or unknown > _REPEATS or throttled > _PATIENCE:
                return reply, doubted
            self.tell(self.session.progress(address, verb, Stage.RETRYING, detail=reply.error))
            self.session.clock.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _look(self, cloud: Cloud, attempt: Attempt, reply: Reply) -> Reply:
        """Search for our tags. Not finding them proves nothing yet: the cloud may show it later.

        A refusal counts as unknown here too: it may be the repetition that was refused, not the first call.
        """
        since = datetime.fromisoformat(attempt.intended) - _LAG
        try:
            for found in cloud.discover(Search(self.session.context.uid, since, frozenset({attempt.place.region}))):
                if found.attempt.token == attempt.token:
                    return Reply(Outcome.ACCEPTED, id=found.attempt.id)
        except CloudUnavailable as error:
            return Reply(Outcome.UNKNOWN, error=f"{reply.error}; then {error}")
        return Reply(Outcome.UNKNOWN, error=reply.error)

    def _conclude(
        self,
        intent: str,
        op: Operation,
        reply: Reply,
        tags: Mapping[str, str] | None = None,
        owned: tuple[str, ...] = (),
    ) -> Concluded:
        event = Concluded(
            at=self.session.now(),
            intent=intent,
            address=str(op.address),
            verb=op.verb,
            token=op.token,
            outcome=reply.outcome,
            id=reply.id,
            error=reply.error,
            tags=tags,
            owned=owned,
        )
        self._record(event)
        return event
