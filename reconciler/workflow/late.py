"""Values that are known only once another run was accepted."""

from __future__ import annotations

from dataclasses import replace

from reconciler.core.attempt import Attempt
from reconciler.core.reference import Attribute, Expression, is_late, substitute
from reconciler.core.resource import Resource
from reconciler.core.standing import standing
from reconciler.core.state import State


def settle(resource: Resource, state: State, wanted: dict[str, Resource]) -> Resource:
    """The resource with every value put in that the state knows by now; what it doesn't know stays an expression."""
    if not resource.depends:
        return resource

    def value_of(expression: Expression) -> str | None:
        if not isinstance(expression, Attribute):
            return None
        return _value(expression, state, wanted)

    def put(text: str) -> str:
        return str(substitute(text, value_of)) if is_late(text) else text

    tags = {k: put(v) for k, v in resource.tags.items()}
    delivery = {k: put(v) for k, v in resource.delivery.items()}
    return replace(resource, tags=tags, delivery=delivery)


def _value(attribute: Attribute, state: State, wanted: dict[str, Resource]) -> str | None:
    target = wanted.get(str(attribute.address))
    record = state.records.get(str(attribute.address))
    if target is None or record is None:
        return None
    attempt = standing(target, record.attempts)
    return _attribute(attempt, attribute.name) if attempt else None


def _attribute(attempt: Attempt, name: str) -> str | None:
    values = {
        "arn": attempt.id,
        "name": str(attempt.execution.get("name", "")),
        "status": attempt.status,
        "outputS3Uri": attempt.output,
        "digest": attempt.digest,
    }
    return values.get(name) or None


def unsettled(resource: Resource) -> list[str]:
    """The texts that still wait."""
    return [text for text in (*resource.tags.values(), *resource.delivery.values()) if is_late(text)]
