"""The manifest that a bootstrap writes: ordinary resources, which from then on are the project's own."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from reconciler.core.address import Address
from reconciler.core.ports import ProjectContext
from reconciler.providers.braket.bucket import PREFIX, bucket_name

FILE = "bootstrap.yaml"
RESULTS, STATE = Address("Bucket", "results"), Address("Bucket", "state")
_HEAD = """\
# Written by `qctl init --bootstrap`: what this project needs on its account. Edit it as any other manifest.
apiVersion: qctl/v1alpha1
kind: Bucket
metadata: {{name: results}}
spec:
  name: {results}
{region}  lifecycle: {{abortMultipart: 7}}  # results are kept for ever; uploads that never ended are not
---
# The state may rest here once it exists: see docs/bootstrap.md.
apiVersion: qctl/v1alpha1
kind: Bucket
metadata: {{name: state}}
spec:
  name: {state}
{region}  versioning: true
  lifecycle: {{expireNoncurrent: 90, abortMultipart: 7}}
"""
_LIMIT = """\
---
apiVersion: qctl/v1alpha1
kind: SpendingLimit
metadata: {{name: {name}}}
spec: {{device: {device}, amount: {amount}, protect: true}}
"""
_POLICY = """\
---
apiVersion: qctl/v1alpha1
kind: Policy
metadata: {name: required-tags}
spec:
  description: Whatever is paid says whose it is.
  match: "change.pays && change.kind != 'Workload'"
  rules:
"""
_RULE = """\
    - assert: "'{key}' in change.tags && change.tags['{key}'] != ''"
      message: "{{change.address}} has no tag {key}"
"""


@dataclass(frozen=True, slots=True)
class Names:
    """The two buckets."""

    results: str
    state: str


def bucket_names(prefix: str, context: ProjectContext) -> Names:
    """With a prefix names that a person chose, without one those that a Bucket has anyway."""
    if prefix:
        full = prefix if prefix.startswith(PREFIX) else f"{PREFIX}{prefix}"
        return Names(f"{full}-results", f"{full}-state")
    return Names(bucket_name(RESULTS, context), bucket_name(STATE, context))


def defaults_text(names: Names, tags: Mapping[str, str]) -> str:
    """The project's `spec.defaults`: everything is tagged, and results go to their bucket."""
    tagged = f"    tags: {json.dumps(dict(tags))}\n" if tags else ""
    return f"  defaults:\n{tagged}    output: {{bucket: {names.results}}}\n"


def bootstrap_text(names: Names, region: str, limits: Mapping[str, tuple[str, str]], tags: Collection[str]) -> str:
    """The manifest; `limits` are device and amount by the limit's name, `tags` the keys that all must have."""
    where = f"  region: {region}\n" if region else ""
    text = _HEAD.format(results=names.results, state=names.state, region=where)
    for name, (device, amount) in sorted(limits.items()):
        text += _LIMIT.format(name=name, device=json.dumps(device), amount=json.dumps(amount))
    if tags:
        text += _POLICY + "".join(_RULE.format(key=key) for key in sorted(tags))
    return text
