"""Amazon Braket: what concerns all of it; every other verb goes to the kind that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from reconciler.core.address import Address, parse_address
from reconciler.core.adoption import Existing
from reconciler.core.attempt import LOCAL_ACCOUNT, Attempt, Place
from reconciler.core.change import Change
from reconciler.core.device_name import is_pasqal
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.digest import canonical
from reconciler.core.event import Observed
from reconciler.core.freshness import Facts
from reconciler.core.job import Job
from reconciler.core.money import Price
from reconciler.core.ports import Clock
from reconciler.core.resource import Resource
from reconciler.providers.braket import bucket_check, tag_sets, task_reading
from reconciler.providers.braket.billing import Billing
from reconciler.providers.braket.bucket import KIND as BUCKET
from reconciler.providers.braket.bucket_verbs import ARN as BUCKET_ARN
from reconciler.providers.braket.bucket_verbs import BucketVerbs
from reconciler.providers.braket.budget import Budget
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.device import REGIONS, get_device, region_of
from reconciler.providers.braket.existing import arn_parts, existing_limit, existing_task
from reconciler.providers.braket.existing_bucket import existing_bucket
from reconciler.providers.braket.existing_job import existing_job
from reconciler.providers.braket.job_verbs import JobVerbs
from reconciler.providers.braket.program_set import bundles, set_request
from reconciler.providers.braket.spending_limit_verbs import SpendingLimitVerbs
from reconciler.providers.braket.task_verbs import TaskVerbs
from reconciler.providers.braket.verbs import LastingVerbs, Verbs, creating
from reconciler.providers.kind import Bundles, Checked, Found, Reply, ResultFile, Search
from reconciler.providers.price_lists import PriceLists
from reconciler.providers.tag_holder import KIND as TAG_SET
from reconciler.providers.tag_holder import observed_tags
from reconciler.providers.tag_set_spec import Selector


class BraketCloud:
    """Implements Cloud. The account is asked for once."""

    # Reads may lag behind a create: the SDK itself asks again on "not found".
    window = task_reading.VISIBLE_AFTER

    def __init__(
        self, client: BraketClient, clock: Clock, prices: PriceLists | None = None, *, local: bool = False
    ) -> None:
        self._client = client
        self._clock = clock
        self._prefix = LOCAL_ACCOUNT if local else ""
        self._account = ""
        self._limits, self._buckets = SpendingLimitVerbs(client, clock), BucketVerbs(client, clock)
        self._lasting: Mapping[str, LastingVerbs] = {verbs.kind: verbs for verbs in (self._limits, self._buckets)}
        lists = prices or PriceLists()
        tasks, jobs = TaskVerbs(client, clock, lists), JobVerbs(client, clock, lists, local=local)
        runs: Sequence[Verbs] = (tasks, jobs)
        self._verbs: Mapping[str, Verbs] = {**{verbs.kind: verbs for verbs in runs}, **self._lasting}
        self._billing = Billing(client, lists, tasks.results)

    def account(self) -> str:
        """The account of these credentials."""
        if not self._account:
            self._account = self._prefix + self._client.identity()
        return self._account

    def regions(self, devices: Iterable[str]) -> set[str]:
        """The devices' regions and ours. Devices of other clouds are left out."""
        ours = [device for device in devices if not is_pasqal(device)]
        return {self._client.region, *(region_of(arn, self._client.region) for arn in ours)}

    def place(self, resource: Resource) -> Place:
        """QPUs run in their own region, simulators in ours; a bucket is made where it says."""
        if resource.address.kind == BUCKET:
            return Place("braket", self.account(), resource.delivery.get("region") or self._client.region)
        region = region_of(str(resource.execution["device"]), self._client.region)
        return Place("braket", self.account(), region)

    def check(self, resources: Sequence[Resource]) -> Checked:
        """Ask the devices, kind by kind. It is the last that a plan asks of them."""
        checked = [
            verbs.check(mine)
            for name, verbs in self._verbs.items()
            if (mine := [r for r in resources if r.address.kind == name])
        ]
        self._client.recent.forget()
        findings = [found for part in checked for found in part.diagnostics]
        prices = {address: price for part in checked for address, price in part.prices.items()}
        facts = {address: known for part in checked for address, known in part.facts.items()}
        devices = {arn: known for part in checked for arn, known in part.devices.items()}
        return Checked(findings, prices, [note for part in checked for note in part.notes], facts, devices)

    def facts(self, devices: Iterable[str]) -> Mapping[str, Facts]:
        """The capabilities and the calibration of these devices now."""
        known = {arn: get_device(self._client, arn, anew=True) for arn in devices}
        return {arn: device.facts for arn, device in known.items() if device is not None}

    def objections(
        self, changes: Sequence[Change], declared: Mapping[Address, Resource], prices: Mapping[Address, Price]
    ) -> list[Diagnostic]:
        """What spending limits have no room for, limits for which there is no room, and what S3 would refuse."""
        found = Budget(self._client, self._clock.now()).objections(changes, declared, prices)
        return [*found, *bucket_check.objections(self._buckets, self, changes, declared)]

    def reckon(self, kind: str, attempt: Attempt) -> Price | None:
        """By the price table."""
        return self._billing.reckon(kind, attempt)

    def billed(self, kind: str, attempt: Attempt) -> Price | None:
        """By what Braket says of it."""
        return self._billing.billed(kind, attempt)

    def room(self, device: str) -> Decimal | None:
        """What spending limits leave for a QPU."""
        return Budget(self._client, self._clock.now()).room(device)

    def update(self, kind: str, attempt: Attempt, settings: Mapping[str, Any], token: str) -> Reply:
        """Let these settings stand."""
        return self._lasting[kind].update(attempt, settings, token)

    def delete(self, kind: str, attempt: Attempt) -> Reply:
        """Delete a spending limit or an empty bucket."""
        return self._lasting[kind].delete(attempt)

    def bundles(self, resources: Sequence[Resource]) -> Bundles:
        """What one task can hold."""
        return bundles(self._client, resources)

    def create_set(self, resources: Sequence[Resource], token: str, tags: Mapping[str, str], place: Place) -> Reply:
        """CreateQuantumTask with a program set, once."""
        request = set_request(resources, token, tags, place)
        return creating(
            lambda: self._client.once(place.region, "create_quantum_task", **request), "quantumTaskArn", "task"
        )

    def observe(self, asked: Sequence[tuple[str, Attempt]]) -> Iterator[Observed]:
        """Read these attempts, kind by kind."""
        by_kind: dict[str, list[tuple[str, Attempt]]] = {}
        for address, attempt in asked:
            by_kind.setdefault(parse_address(address).kind, []).append((address, attempt))
        yield from observed_tags(self, by_kind.pop(TAG_SET, ()), self._clock.now(), self.window)
        for kind, mine in by_kind.items():
            yield from self._verbs[kind].observe(mine)

    def everywhere(self) -> Iterable[str]:
        """The regions with QPUs, and ours."""
        return {*REGIONS, self._client.region}

    def discover(self, search: Search) -> Iterator[Found]:
        """Find what carries our marks, of every kind that may be ours.

        A kind that is neither declared nor in doubt has all its runs on record, unless nothing is remembered at all.
        """
        everything = bool(search.maybe) or not search.kinds
        for kind, verbs in self._verbs.items():
            if kind in search.kinds or (everything and verbs.unasked):
                yield from verbs.discover(search, self.account())

    def could_be(self, run_id: str) -> bool:
        """Whether it is the ARN of something on Braket."""
        return run_id.startswith("arn:") and (":braket:" in run_id or run_id.startswith(BUCKET_ARN))

    def existing(self, kind: str, run_id: str, *, whole: bool = False) -> Existing | None:
        """A task, a job, a limit or a bucket, whoever made it."""
        if run_id.startswith(BUCKET_ARN):
            here = Place("braket", self.account(), self._client.region)
            return existing_bucket(self._buckets, here, run_id) if kind in ("", BUCKET) else None
        told, region = arn_parts(run_id)
        if not told or kind not in ("", told):
            return None
        place = Place("braket", self.account(), region)
        if told == "QuantumTask":
            return existing_task(self._client, place, run_id)
        if told == "HybridJob":
            return existing_job(self._client, place, run_id)
        return existing_limit(self._limits, place, run_id)

    def create(
        self, resource: Resource, token: str, tags: Mapping[str, str], place: Place, jobs: Sequence[Job] = ()
    ) -> Reply:
        """One create call of the resource's kind."""
        return self._verbs[resource.address.kind].create(resource, token, tags, place)

    def cancel(self, kind: str, attempt: Attempt, token: str) -> Reply:
        """Ask for an end."""
        return self._verbs[kind].cancel(attempt, token)

    def tag(self, attempt: Attempt, put: Mapping[str, str], drop: Sequence[str]) -> Reply:
        """TagResource, then UntagResource for what is dropped: the same calls for whatever is of Braket."""
        if attempt.id.startswith(BUCKET_ARN):
            return self._buckets.tag(attempt, put, drop)
        return self.retag(attempt.id, put, drop)

    def target_place(self, target: str) -> Place:
        """Of anything with an ARN."""
        return Place("braket", self.account(), tag_sets.region_in(target))

    def tags_of(self, target: str) -> Mapping[str, str] | None:
        """The tags of anything with an ARN."""
        return tag_sets.tags_of(self._client, target)

    def retag(self, target: str, put: Mapping[str, str], drop: Sequence[str]) -> Reply:
        """Tag anything with an ARN."""
        return tag_sets.retag(self._client, target, put, drop)

    def select(self, selector: Selector) -> Iterable[str]:
        """The tasks, jobs or limits that fit."""
        return tag_sets.select(self._client, selector)

    def specs(self, devices: Iterable[str]) -> Mapping[str, str]:
        """Their capabilities, in which the noise of a QPU stands."""
        known = {arn: get_device(self._client, arn) for arn in devices}
        return {arn: canonical(device.capabilities) for arn, device in known.items() if device is not None}

    def results(self, kind: str, attempt: Attempt) -> Sequence[ResultFile]:
        """The result files as stored."""
        return self._verbs[kind].results(attempt)
