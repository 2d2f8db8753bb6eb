"""What goes on record of a submission before it is sent."""

from __future__ import annotations

from dataclasses import replace

from reconciler.core.attempt import Attempt
from reconciler.core.digest import digest
from reconciler.core.estimate import Estimate
from reconciler.core.freshness import Facts
from reconciler.core.operation import Operation
from reconciler.core.resource import Resource, attempt_marks
from reconciler.providers.kind import Cloud
from reconciler.workflow.session import Session


def intended(
    session: Session, cloud: Cloud, op: Operation, resource: Resource, facts: Facts, estimate: Estimate
) -> Attempt:
    """The attempt that is about to be made, with the tags that it is to carry."""
    attempt = Attempt(
        token=op.token,
        digest=resource.digest,
        program=resource.program,
        generation=resource.rules.generation,
        number=op.number,
        place=cloud.place(resource),
        execution=resource.execution,
        intended=session.now(),
        jobs=op.jobs,
        # Until a look says so itself: what is declared more meanwhile is added to it, and not sent elsewhere.
        accepting=resource.opening.stays(len(resource.jobs or ()), 0),
        settings=resource.settings or {},
        facts=facts,
        estimate=estimate,
    )
    marked = session.kinds[op.address.kind].marks
    if not marked and not resource.tags:
        return replace(attempt, request=digest({"run": op.token, "delivery": dict(resource.delivery)}))
    # What stands for tags on somebody else's object puts those and no marks.
    marks = attempt_marks(session.scope, op.address, attempt) if marked else {}
    tags = {**resource.tags, **marks}
    attempt = replace(attempt, owned=tuple(sorted(tags)))
    request = digest({"run": op.token, "tags": tags, "delivery": dict(resource.delivery)})
    return replace(attempt, tags=tags, request=request)
