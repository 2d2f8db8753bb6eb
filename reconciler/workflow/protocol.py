"""Paid once: how one call is made so that, whatever breaks, one desired run is at most one remote run.

The order is the promise: intent on disk, one call, outcome on disk (docs/protocol.md).
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.digest import canonical, digest, sha256
from reconciler.core.estimate import Estimate
from reconciler.core.event import Concluded, Intended, Verb
from reconciler.core.freshness import Facts
from reconciler.core.job import Adding, claim
from reconciler.core.operation import Operation
from reconciler.core.program_set import ProgramSet
from reconciler.core.progress import Stage
from reconciler.core.resource import Resource
from reconciler.providers.kind import Cloud, Kind, Reply, Tokenless
from reconciler.store import crash
from reconciler.workflow.again import Again, look_for_marks
from reconciler.workflow.intent import intended
from reconciler.workflow.once import Once, only
from reconciler.workflow.session import Session, Tell


@dataclass(frozen=True, slots=True)
class Caller:
    """Makes the calls of one command: through the store first, and telling what it does.

    `learn` gets every event once it is on disk; `known` gives the ids on record; `stop` ends waiting, never a call.
    """

    session: Session
    tell: Tell
    learn: Callable[..., None]
    known: Callable[[], Set[str]]
    stop: threading.Event = field(default_factory=threading.Event)
    facts: Mapping[Address, Facts] = field(default_factory=dict)  # of the device of each submission, by the plan
    estimates: Mapping[Address, Estimate] = field(default_factory=dict)  # what the plan says that each submission costs
    # Runs without marks are known by their content: two equal ones at once would each be taken for the other.
    alone: threading.Lock = field(default_factory=threading.Lock)

    def create(self, op: Operation, resource: Resource) -> Concluded:
        """Submit a run. Raises the store's errors; a cloud's end is in the event."""
        kind = self.session.kinds[op.address.kind]
        with nullcontext() if kind.marks else self.alone:
            return self._create(op, resource, kind)

    def _create(self, op: Operation, resource: Resource, kind: Kind) -> Concluded:
        cloud = self.session.cloud(kind.name)
        attempt = self._attempt(cloud, op, resource)
        intent = secrets.token_hex(8)
        removal = str(resource.rules.on_remove)
        self._record(Intended(attempt.intended, intent, str(op.address), Verb.CREATE, op.token, attempt, removal))

        def send() -> Reply:
            return cloud.create(resource, op.token, attempt.tags, attempt.place, op.jobs)

        def intend(again: Attempt) -> None:
            self._record(Intended(self.session.now(), intent, str(op.address), Verb.CREATE, op.token, again, removal))

        if not kind.repeats:
            return self._conclude(intent, op, self._create_once(op, intent, attempt, send, intend))

        def intend_again() -> None:
            intend(replace(attempt, intended=self.session.now()))

        reply, doubted = self._again(op, send, op.repeats, intend_again)
        if doubted and reply.outcome is not Outcome.ACCEPTED:
            reply = look_for_marks(cloud, self.session.context.uid, kind.name, attempt, reply)
        return self._conclude(intent, op, reply)

    def _create_once(
        self, op: Operation, intent: str, attempt: Attempt, send: Callable[[], Reply], intend: Callable[[Attempt], None]
    ) -> Reply:
        kind, cloud = self.session.kinds[op.address.kind], self.session.tokenless(op.address.kind)
        sent = False

        def look() -> Reply | None:
            if not sent and not kind.marks:
                return None  # of equal runs made just now nobody can tell that one is this one's
            made = only([found.attempt.id for found in cloud.look(kind.name, attempt, self.known())])
            if made is None or sent or made.outcome is not Outcome.ACCEPTED:
                return made
            # Of a life that nobody remembers: it need not have all the jobs that are wanted now.
            jobs = tuple(cloud.jobs(replace(attempt, id=made.id, jobs=())))
            intend(replace(attempt, jobs=()))
            return replace(made, jobs=jobs)

        def sending() -> Reply:
            nonlocal sent
            if sent:  # the time to show up counts from the call that may have made it
                intend(replace(attempt, intended=self.session.now()))
            sent = True
            return send()

        return self._once(op, intent, sending, look, cloud)

    def _once(
        self, op: Operation, intent: str, send: Callable[[], Reply], look: Callable[[], Reply | None], cloud: Tokenless
    ) -> Reply:
        def sending() -> Reply:
            reply = send()
            if reply.outcome is Outcome.UNKNOWN:
                # On disk before the long look for it: who goes on after us must know when the cloud's time began.
                self._conclude(intent, op, reply)
            return reply

        window = cloud.window.total_seconds()
        return Once(op.verb, sending, look, window, self.session.clock, self.stop, self._told(op)).reply()

    def add(self, op: Operation, resource: Resource, attempt: Attempt) -> Concluded:
        """Add jobs to an open batch. Raises the store's errors; a cloud's end is in the event.

        No job can be marked: what is new in the batch since the intent, and runs the same, is what was sent.
        """
        cloud = self.session.tokenless(op.address.kind)
        intent = secrets.token_hex(8)
        before = tuple(job.id for job in attempt.jobs if job.id)
        nameless = tuple(job for job in attempt.jobs if not job.id)
        missing, intended = op.jobs, False

        def intend() -> None:
            nonlocal intended
            intended, at = True, self.session.now()
            adding = Adding(at, op.jobs, before, estimate=self.estimates.get(op.address, {}))
            self._record(Intended(at, intent, str(op.address), Verb.ADD, op.token, adding=adding))

        def look() -> Reply | None:
            nonlocal missing
            seen = cloud.jobs(attempt)
            # What was sent before and has no id yet comes first, as it does in `jobs_seen`.
            _, _, new = claim(nameless, [job for job in seen if job.id not in before])
            _, left, _ = claim(op.jobs, new)
            missing = tuple(left)
            return None if missing else Reply(Outcome.ACCEPTED, id=attempt.id, jobs=tuple(seen))

        def send() -> Reply:
            nonlocal intended
            if not intended:  # the time to show up counts from the call that may have made them
                intend()
            intended = False
            return cloud.add(resource, attempt, missing)

        intend()
        return self._conclude(intent, op, self._once(op, intent, send, look, cloud))

    def create_set(self, op: Operation, together: ProgramSet, resources: Sequence[Resource]) -> Concluded:
        """Submit several runs as one task: every intent is on disk before the one call. The event is the leader's."""
        cloud = self.session.bundler(op.address.kind)
        tags = {**resources[0].tags, **together.marks(self.session.scope)}
        intent = secrets.token_hex(8)
        attempts = [
            replace(
                self._attempt(cloud, replace(op, token=m.token, number=m.number), resource),
                group=together.token,
                member=place,
                tags=tags,
                owned=tuple(sorted(tags)),
                request=digest({"run": together.token, "tags": tags, "delivery": dict(resource.delivery)}),
            )
            for place, (m, resource) in enumerate(zip(together.members, resources, strict=True))
        ]
        removal = str(resources[0].rules.on_remove)

        def intend() -> None:
            at = self.session.now()
            self._record(
                *(
                    Intended(at, intent, str(m.address), Verb.CREATE, m.token, replace(attempt, intended=at), removal)
                    for m, attempt in zip(together.members, attempts, strict=True)
                )
            )

        intend()

        def send() -> Reply:
            return cloud.create_set(resources, together.token, tags, attempts[0].place)

        reply, doubted = self._again(op, send, op.repeats, intend)
        if doubted and reply.outcome is not Outcome.ACCEPTED:
            first = replace(attempts[0], token=together.token)
            reply = look_for_marks(cloud, self.session.context.uid, op.address.kind, first, reply)
        events = [
            self._conclusion(intent, replace(op, address=m.address, token=m.token), reply) for m in together.members
        ]
        self._record(*events)
        return events[0]

    def cancel(self, op: Operation, attempt: Attempt) -> Concluded:
        """Ask for an end; asking twice does no harm."""
        cloud = self.session.cloud(op.address.kind)
        token = sha256(canonical(["qctl cancel", attempt.token, attempt.id]))
        return self._harmless(op, lambda: cloud.cancel(op.address.kind, attempt, token))

    def cancel_jobs(self, op: Operation, attempt: Attempt) -> Concluded:
        """Ask for the end of some of a batch's jobs; asking twice does no harm."""
        cloud = self.session.tokenless(op.address.kind)
        return self._harmless(op, lambda: cloud.cancel_jobs(attempt, op.jobs))

    def close(self, op: Operation, attempt: Attempt) -> Concluded:
        """Let a batch take no more jobs; asking twice does no harm."""
        cloud = self.session.tokenless(op.address.kind)
        return self._harmless(op, lambda: cloud.close(attempt))

    def tag(self, op: Operation, attempt: Attempt, put: Mapping[str, str], owned: tuple[str, ...]) -> Concluded:
        """Put and drop tags; doing it twice does no harm."""
        cloud = self.session.cloud(op.address.kind)
        after = {k: v for k, v in {**attempt.tags, **put}.items() if k not in op.drop}
        return self._harmless(op, lambda: cloud.tag(attempt, put, op.drop), after, owned)

    def update(self, op: Operation, attempt: Attempt) -> Concluded:
        """Let settings stand. The journalled intent is in the token: from A to B and back to A is two real updates."""
        cloud = self.session.keeper(op.address.kind)
        intent = secrets.token_hex(8)
        token = sha256(canonical(["qctl update", attempt.token, intent]))
        call = partial(cloud.update, op.address.kind, attempt, op.settings, token)
        return self._harmless(op, call, intent=intent, settings=op.settings)

    def delete(self, op: Operation, attempt: Attempt) -> Concluded:
        """Delete an object; twice does no harm."""
        cloud = self.session.keeper(op.address.kind)
        return self._harmless(op, lambda: cloud.delete(op.address.kind, attempt))

    def _harmless(
        self,
        op: Operation,
        call: Callable[[], Reply],
        tags: Mapping[str, str] | None = None,
        owned: tuple[str, ...] = (),
        *,
        intent: str = "",
        settings: Mapping[str, Any] | None = None,
    ) -> Concluded:
        intent = intent or secrets.token_hex(8)
        self._record(Intended(self.session.now(), intent, str(op.address), op.verb, op.token))
        reply, _ = self._again(op, call, doubted=False)
        done = reply.outcome is Outcome.ACCEPTED
        if not done:
            tags = settings = None
        return self._conclude(intent, op, reply, tags=tags, owned=owned, settings=settings)

    def _attempt(self, cloud: Cloud, op: Operation, resource: Resource) -> Attempt:
        facts, estimate = self.facts.get(resource.address, {}), self.estimates.get(resource.address, {})
        return intended(self.session, cloud, op, resource, facts, estimate)

    def _record(self, *events: Intended | Concluded) -> None:
        self.session.store.append(*events)
        self.learn(*events)
        crash.point(f"before-{events[0].verb}" if isinstance(events[0], Intended) else "after-outcome")

    def _again(
        self, op: Operation, send: Callable[[], Reply], doubted: bool, intend: Callable[[], None] = lambda: None
    ) -> tuple[Reply, bool]:
        return Again(op.verb, send, intend, self.session.clock, self._told(op)).reply(doubted)

    def _told(self, op: Operation) -> Callable[[Stage, str], None]:
        return lambda stage, why: self.tell(self.session.progress(op.address, op.verb, stage, detail=why))

    def _conclude(
        self,
        intent: str,
        op: Operation,
        reply: Reply,
        tags: Mapping[str, str] | None = None,
        owned: tuple[str, ...] = (),
        settings: Mapping[str, Any] | None = None,
    ) -> Concluded:
        event = self._conclusion(intent, op, reply, tags, owned, settings)
        self._record(event)
        return event

    def _conclusion(
        self,
        intent: str,
        op: Operation,
        reply: Reply,
        tags: Mapping[str, str] | None = None,
        owned: tuple[str, ...] = (),
        settings: Mapping[str, Any] | None = None,
    ) -> Concluded:
        return Concluded(
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
            jobs=reply.jobs,
            settings=settings,
        )
