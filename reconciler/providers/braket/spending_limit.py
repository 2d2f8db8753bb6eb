"""SpendingLimit: what a declaration means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from reconciler.core.declared import Declared
from reconciler.core.digest import digest, run_digest
from reconciler.core.ports import ProjectContext
from reconciler.core.resource import Resource
from reconciler.providers.braket.spending_limit_spec import SpendingLimitSpec
from reconciler.providers.lasting import is_watched, rules_of


@dataclass(frozen=True, slots=True)
class LimitPayload:
    """What the request needs beyond the settings."""

    declared: Declared
    spec: SpendingLimitSpec


class SpendingLimit:
    """A lasting object: the most that may be spent on one QPU."""

    name = "SpendingLimit"
    cloud = "braket"
    repeats = True
    marks = True
    result: Literal["task", "job", "document"] = "document"
    model: type[BaseModel] = SpendingLimitSpec
    attributes: Mapping[str, Literal["spec", "late"]] = {"device": "spec", "amount": "spec", "arn": "late"}

    def desired(self, declared: Declared, context: ProjectContext) -> Resource:
        """The resource; its identity is the device, everything else is changed in place. See Kind."""
        spec: SpendingLimitSpec = declared.spec
        execution = {"device": context.devices.get(spec.device, spec.device)}
        program = digest({"kind": self.name})
        settings = {"amount": spec.amount}
        if spec.period is not None:
            settings |= {"start": spec.period.start, "end": spec.period.end}
        return Resource(
            address=declared.address,
            digests=(run_digest(program, execution),),
            program=program,
            execution=execution,
            tags={**context.tags, **spec.tags},
            rules=rules_of(spec),
            depends=declared.depends,
            payload=LimitPayload(declared, spec),
            settings=settings,
            watched=is_watched(spec),
        )
