"""The cloud of tag sets: each is looked after by the cloud that has its target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from reconciler.core.address import Address, key_text
from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.core.change import Change
from reconciler.core.declared import Declared
from reconciler.core.device_name import is_pasqal, pasqal_type
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.event import Observed, Verb
from reconciler.core.job import Job
from reconciler.core.money import Price
from reconciler.core.ports import ProjectContext
from reconciler.core.resource import Resource
from reconciler.providers.kind import Checked, Cloud, Found, Reply, ResultFile, ResultMissing, Search
from reconciler.providers.tag_holder import KIND, TagHolder
from reconciler.providers.tag_set_spec import BATCH_ID, TagSetSpec

_FREE = Price(Decimal(0), Decimal(0), "tags cost nothing")


class TagCloud:
    """Implements Keeper with the clouds of the project, by name. Its records name the cloud they are on."""

    window = timedelta(minutes=5)  # whatever is in doubt for longer is simply done again

    def __init__(self, clouds: Mapping[str, Cloud]) -> None:
        self._clouds = clouds

    def place(self, resource: Resource) -> Place:
        """Where the target is."""
        target = _target(resource)
        return self._holder(target).target_place(target)

    def regions(self, devices: Iterable[str]) -> set[str]:
        """None of its own."""
        return set()

    def everywhere(self) -> Iterable[str]:
        """Nowhere of its own."""
        return ()

    def account(self) -> str:
        """None of its own: no record lives here."""
        return ""

    def select(self, declared: Declared, context: ProjectContext) -> list[Declared]:
        """A declaration with a selector as one for each object that fits now."""
        spec: TagSetSpec = declared.spec
        if spec.selector is None:
            return [declared]
        device = spec.selector.device
        if device:
            named = context.devices.get(device, device)
            device = pasqal_type(named) if is_pasqal(named) else named
        selector = spec.selector.model_copy(update={"device": device})
        cloud = "pasqal" if selector.kind == "Batch" else "braket"
        found = sorted(set(self._named(cloud).select(selector)))
        return [
            replace(
                declared,
                address=replace(declared.address, key=(("target", key_text(target)),)),
                spec=spec.model_copy(update={"target": target, "selector": None}),
            )
            for target in found
        ]

    def check(self, resources: Sequence[Resource]) -> Checked:
        """It costs nothing; what is in the way, `objections` finds."""
        return Checked((), {resource.address: _FREE for resource in resources})

    def objections(
        self, changes: Sequence[Change], declared: Mapping[Address, Resource], prices: Mapping[Address, Price]
    ) -> list[Diagnostic]:
        """Tags of others that would be lost, targets that are not there, and sets that claim one tag together."""
        found = []
        for change in changes:
            resource = declared.get(change.address)
            if resource is not None and change.operations:
                found += [*self._in_the_way(change, resource), *_rivals(resource, declared)]
        return found

    def _in_the_way(self, change: Change, resource: Resource) -> Iterator[Diagnostic]:
        target, attempt = _target(resource), change.attempt
        if change.count(Verb.CREATE):
            tags = self._holder(target).tags_of(target)
            if tags is None:
                detail = f"There is no {target}, or these credentials can't see it, so nothing can be tagged."
                yield _finding(resource, "tag-set/no-target", "Nothing to tag", detail, "Correct the target.")
                return
            owned: Sequence[str] = ()
        else:
            tags, owned = (attempt.tags, attempt.owned) if attempt is not None else ({}, ())
        taken = [k for k, v in sorted(resource.tags.items()) if k in tags and tags[k] != v and k not in owned]
        if taken and not resource.payload.spec.overwrite:
            told = ", ".join(f"{key}={tags[key]}" for key in taken)
            detail = f"{target} carries {told} already, which this set did not put there."
            remedy = "Say overwrite: true to take them over, or leave them out."
            yield _finding(resource, "tag-set/taken", "Tag of somebody else", detail, remedy)

    def create(
        self, resource: Resource, token: str, tags: Mapping[str, str], place: Place, jobs: Sequence[Job] = ()
    ) -> Reply:
        """Put the tags."""
        target = _target(resource)
        reply = self._holder(target).retag(target, tags, ())
        # Of its own: the target's id stays the target's, or a search would take the target for a run on record.
        return replace(reply, id=f"{target}#{KIND}") if reply.outcome is Outcome.ACCEPTED else reply

    def tag(self, attempt: Attempt, put: Mapping[str, str], drop: Sequence[str]) -> Reply:
        """Put other values, take off what is no longer declared."""
        target = str(attempt.settings["target"])
        return self._holder(target).retag(target, put, drop)

    def update(self, kind: str, attempt: Attempt, settings: Mapping[str, Any], token: str) -> Reply:
        """Never asked for: another target is another set."""
        return Reply(Outcome.REFUSED, error="a tag set has no settings")

    def delete(self, kind: str, attempt: Attempt) -> Reply:
        """Take off what this set put, and nothing else."""
        target = str(attempt.settings["target"])
        return self._holder(target).retag(target, {}, attempt.owned)

    def cancel(self, kind: str, attempt: Attempt, token: str) -> Reply:
        """Never asked for: what lasts is deleted."""
        return Reply(Outcome.REFUSED, error="tags are taken off, not cancelled")

    def observe(self, asked: Sequence[tuple[str, Attempt]]) -> Iterator[Observed]:
        """Each by the cloud of its target."""
        for name in sorted({attempt.place.cloud for _, attempt in asked}):
            yield from self._clouds[name].observe([item for item in asked if item[1].place.cloud == name])

    def discover(self, search: Search) -> Iterable[Found]:
        """Nothing: tags carry no tags. After a lost state the same ones are put again, which changes nothing."""
        return ()

    def specs(self, devices: Iterable[str]) -> Mapping[str, str]:
        """None: nothing is run."""
        return {}

    def results(self, kind: str, attempt: Attempt) -> Sequence[ResultFile]:
        """None: nothing is run."""
        raise ResultMissing("tags measure nothing")

    def _holder(self, target: str) -> TagHolder:
        return self._named("pasqal" if BATCH_ID.fullmatch(target) else "braket")

    def _named(self, name: str) -> TagHolder:
        cloud = self._clouds[name]
        if not isinstance(cloud, TagHolder):
            raise TypeError(f"the cloud {name} does not let others' objects be tagged")
        return cloud


def _target(resource: Resource) -> str:
    return str(resource.execution["target"])


def _rivals(resource: Resource, declared: Mapping[Address, Resource]) -> Iterator[Diagnostic]:
    """Two sets with one key on one object would each undo the other."""
    for address, other in sorted(declared.items()):
        same = address != resource.address and address.kind == KIND and _target(other) == _target(resource)
        shared = sorted(resource.tags.keys() & other.tags.keys()) if same else []
        if shared:
            detail = f"{address} puts {', '.join(shared)} on {_target(resource)} as well: each would undo the other."
            yield _finding(resource, "tag-set/rival", "Two sets put one tag", detail, "Leave it to one of them.")


def _finding(resource: Resource, code: str, summary: str, detail: str, remedy: str) -> Diagnostic:
    payload = resource.payload
    where = payload.declared.locate(("tags",) if code != "tag-set/no-target" else ("target",))
    return Diagnostic(code, summary, detail, remedy, where, str(resource.address))
