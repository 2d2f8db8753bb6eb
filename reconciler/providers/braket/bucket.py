"""Bucket: what a declaration means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from reconciler.core.address import Address
from reconciler.core.declared import Declared
from reconciler.core.digest import digest, run_digest, sha256
from reconciler.core.ports import ProjectContext
from reconciler.core.resource import Resource
from reconciler.providers.braket.bucket_spec import BucketSpec, Lifecycle
from reconciler.providers.lasting import is_watched, rules_of

KIND = "Bucket"
PREFIX = "amazon-braket-"
"""How a bucket is named that Braket may write results to."""
_LONGEST = 63


@dataclass(frozen=True, slots=True)
class BucketPayload:
    """What the checks need beyond the settings."""

    declared: Declared
    spec: BucketSpec


class Bucket:
    """A lasting object: a bucket beside Braket. Its name is its identity, for no two buckets of AWS share one."""

    name = KIND
    cloud = "braket"
    repeats = True  # a bucket of one name is made once, however often it is asked for
    marks = True
    result: Literal["task", "job", "document"] = "document"
    model: type[BaseModel] = BucketSpec
    attributes: Mapping[str, Literal["spec", "late"]] = {"name": "late", "arn": "late"}

    def desired(self, declared: Declared, context: ProjectContext) -> Resource:
        """The resource; its identity is the name, all settings are changed in place. See Kind."""
        spec: BucketSpec = declared.spec
        execution = {"name": spec.name or bucket_name(declared.address, context)}
        program = digest({"kind": self.name})
        return Resource(
            address=declared.address,
            digests=(run_digest(program, execution),),
            program=program,
            execution=execution,
            tags={**context.tags, **spec.tags},
            delivery={"region": spec.region} if spec.region else {},
            rules=rules_of(spec),
            depends=declared.depends,
            payload=BucketPayload(declared, spec),
            settings=settings_of(spec),
            watched=is_watched(spec),
        )


def bucket_name(address: Address, context: ProjectContext) -> str:
    """The same name on any machine; its end keeps it apart from those of other projects and environments."""
    end = sha256(f"{context.uid}/{context.environment}/{address}")[:8]
    words = re.sub(r"[^a-z0-9]+", "-", f"{context.name}-{address.name}".lower()).strip("-")
    room = _LONGEST - len(PREFIX) - len(end) - 1
    return f"{PREFIX}{words[:room].rstrip('-')}-{end}"


def settings_of(spec: BucketSpec) -> dict[str, Any]:
    """What is compared, in the words of the manifest."""
    encryption = spec.encryption.model_dump(by_alias=True) if spec.encryption.kms_key else "SSE-S3"
    return {
        "encryption": encryption,
        "publicAccessBlock": spec.public_access_block.model_dump(by_alias=True),
        "versioning": spec.versioning,
        "lifecycle": _lifecycle(spec.lifecycle),
    }


def _lifecycle(spec: Lifecycle) -> dict[str, Any] | None:
    given = {"expireNoncurrent": spec.expire_noncurrent, "abortMultipart": spec.abort_multipart}
    expire = {rule.prefix: rule.days for rule in spec.expire}
    return {name: days for name, days in given.items() if days} | ({"expire": expire} if expire else {}) or None
