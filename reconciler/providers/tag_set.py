"""TagSet: what a declaration means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from reconciler.core.declared import Declared
from reconciler.core.digest import digest, run_digest
from reconciler.core.ports import ProjectContext
from reconciler.core.resource import Resource
from reconciler.providers.lasting import removed_by
from reconciler.providers.tag_set_spec import TagSetSpec


@dataclass(frozen=True, slots=True)
class TagSetPayload:
    """What the checks need beyond the tags."""

    declared: Declared
    spec: TagSetSpec


class TagSet:
    """A lasting object of ours alone: some tags on something that belongs to somebody else."""

    name = "TagSet"
    cloud = "tags"
    repeats = True  # putting the same tags twice is putting them once
    marks = False  # what carries them is not ours
    result: Literal["task", "job", "document"] = "document"
    model: type[BaseModel] = TagSetSpec
    attributes: Mapping[str, Literal["spec", "late"]] = {"target": "spec"}

    def desired(self, declared: Declared, context: ProjectContext) -> Resource:
        """The resource; its identity is the target. One with a selector means nothing before it was resolved."""
        spec: TagSetSpec = declared.spec
        execution: dict[str, object] = {"target": spec.target}
        if spec.selector is not None:
            execution = {"selector": spec.selector.model_dump(by_alias=True, exclude_defaults=True)}
        program = digest({"kind": self.name})
        return Resource(
            address=declared.address,
            digests=(run_digest(program, execution),),
            program=program,
            execution=execution,
            tags=dict(spec.tags),
            rules=removed_by(spec.on_remove),
            depends=declared.depends,
            payload=TagSetPayload(declared, spec),
            settings={"target": spec.target or ""},
        )
