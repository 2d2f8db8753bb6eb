"""Workload: what a declaration means. The cloud keeps no tags of it, so its content is all that tells it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from reconciler.core.declared import Declared
from reconciler.core.digest import digest, run_digest
from reconciler.core.plain import plain
from reconciler.core.ports import ProjectContext
from reconciler.core.resource import Resource
from reconciler.providers.cost_spec import ceiling_of
from reconciler.providers.pasqal.workload_spec import ATTRIBUTES, WorkloadSpec
from reconciler.providers.running import rules_of


@dataclass(frozen=True, slots=True)
class WorkloadPayload:
    """What the create call needs beyond the digest."""

    declared: Declared
    spec: WorkloadSpec


class Workload:
    """One program that Pasqal runs as a whole."""

    name = "Workload"
    cloud = "pasqal"
    repeats = False
    marks = False
    result: Literal["task", "job", "document"] = "document"
    model: type[BaseModel] = WorkloadSpec
    attributes: Mapping[str, Literal["spec", "late"]] = ATTRIBUTES

    def desired(self, declared: Declared, context: ProjectContext) -> Resource:
        """The resource with its digest; see Kind."""
        spec: WorkloadSpec = declared.spec
        return Resource(
            address=declared.address,
            digests=(workload_digest(spec.type, spec.backend, spec.config),),
            program=_program(spec.config),
            execution={"type": spec.type, "backend": spec.backend, "config": spec.config},
            rules=rules_of(spec.run),
            depends=declared.depends,
            ceiling=ceiling_of(spec.cost),
            payload=WorkloadPayload(declared, spec),
        )


def workload_digest(kind: str, backend: str, config: Mapping[str, Any]) -> str:
    """The run digest, of what is declared and of what the cloud shows. Raises ValueError on what is no JSON."""
    return run_digest(_program(config), {"backend": backend, "type": kind})


def _program(config: Mapping[str, Any]) -> str:
    return digest({"config": plain(dict(config))})
