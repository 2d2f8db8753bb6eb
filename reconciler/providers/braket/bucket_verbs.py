"""The verbs on buckets. The name is the identity: making one twice makes it once, and looking ends every doubt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from botocore.exceptions import ClientError

from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.core.digest import digest, run_digest
from reconciler.core.event import Observed
from reconciler.core.mark import MARKS, TAG_ADDRESS, TAG_DIGEST, TAG_PROJECT, TAG_RUN, read_run_mark
from reconciler.core.money import Price
from reconciler.core.phase import Phase
from reconciler.core.ports import Clock
from reconciler.core.resource import Resource
from reconciler.providers.braket.bucket import KIND
from reconciler.providers.braket.bucket_settings import BucketCalls, tag_set
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.errors import LIBRARY_ERRORS, code_of, reply_of, status_of, text_of
from reconciler.providers.braket.task_reading import VISIBLE_AFTER
from reconciler.providers.braket.times import time_text
from reconciler.providers.braket.verbs import changing, no_client
from reconciler.providers.kind import Checked, CloudUnavailable, Found, Reply, ResultFile, ResultMissing, Search

ARN = "arn:aws:s3:::"
_FREE = Price(Decimal(0), Decimal(0), "an empty bucket costs nothing; what is stored in it does")
_PAGE = 1000
_FIRST_REGION = "us-east-1"
_OURS, _ABSENT = "ours", "absent"


class BucketVerbs:
    """Implements Verbs, and the two of lasting objects."""

    kind = KIND
    unasked = False  # reading every bucket of an account takes rights that projects without buckets need not have

    def __init__(self, client: BraketClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def check(self, resources: Sequence[Resource]) -> Checked:
        """It costs nothing; whether the name is free, `bucket_check` asks."""
        return Checked((), {resource.address: _FREE for resource in resources})

    def observe(self, asked: Sequence[tuple[str, Attempt]]) -> Iterator[Observed]:
        """Each by its name, with everything that is set on it."""
        now = self._clock.now()
        for address, attempt in asked:
            calls = self.calls(attempt.id, attempt.place)
            try:
                tags, settings = calls.tags(), calls.settings()
            except ClientError as error:
                if code_of(error) != "NoSuchBucket":
                    raise CloudUnavailable(f"{calls.name} can't be read: {text_of(error)}") from error
                if now - attempt.begun > VISIBLE_AFTER:
                    yield Observed(time_text(now), address, attempt.token, attempt.status, attempt.phase, missing=True)
                continue
            begun = attempt.submitted or attempt.intended
            yield Observed(
                time_text(now), address, attempt.token, "ACTIVE", Phase.OPEN, begun, tags=tags, settings=settings
            )

    def discover(self, search: Search, account: str) -> Iterator[Found]:
        """Buckets with this project's marks, and those without that a manifest only observes."""
        for region in sorted(search.regions | search.maybe):
            place = Place("braket", account, region)
            try:
                listed = list(self._listed(region))
            except CloudUnavailable:
                if region in search.regions:
                    raise
                continue
            for bucket in listed:
                yield from self._found(bucket["Name"], str(bucket["CreationDate"]), search, place)

    def create(self, resource: Resource, token: str, tags: Mapping[str, str], place: Place) -> Reply:
        """CreateBucket with its tags, once, then what differs of its settings: all of it may be repeated.

        Only a bucket that carries this very attempt's mark is taken for its own, whoever owns it.
        """
        calls = self.calls(ARN + str(resource.execution["name"]), place)
        try:
            whose = self.whose(calls, token)
            if whose == _ABSENT:
                self._make(calls, tags)
                whose = _OURS
        except CloudUnavailable as error:
            return no_client(error)
        except LIBRARY_ERRORS as error:
            if not isinstance(error, ClientError) or code_of(error) != "BucketAlreadyOwnedByYou":
                return _refusal(calls.name, error)
            return self._made_meanwhile(calls, resource, token)
        return self._set(calls, resource) if whose == _OURS else Reply(Outcome.REFUSED, error=whose)

    def update(self, attempt: Attempt, settings: Mapping[str, Any], token: str) -> Reply:
        """One call for each setting that differs from what stands."""
        calls = self.calls(attempt.id, attempt.place)
        return changing(lambda: calls.put(settings), attempt.id)

    def tag(self, attempt: Attempt, put: Mapping[str, str], drop: Sequence[str]) -> Reply:
        """Put and drop tags; every other one is written back as it was."""
        calls = self.calls(attempt.id, attempt.place)
        return changing(lambda: calls.put_tags(put, drop), attempt.id)

    def delete(self, attempt: Attempt) -> Reply:
        """DeleteBucket, which S3 refuses for one that holds anything. No object is ever deleted here."""
        calls = self.calls(attempt.id, attempt.place)
        try:
            calls.delete()
        except ClientError as error:
            if code_of(error) == "NoSuchBucket":
                return Reply(Outcome.ACCEPTED, id=attempt.id)
            if code_of(error) == "BucketNotEmpty":
                return Reply(Outcome.REFUSED, error=not_empty(calls.name))
            return reply_of(error)
        except CloudUnavailable as error:
            return no_client(error)
        except LIBRARY_ERRORS as error:
            return reply_of(error)
        return Reply(Outcome.ACCEPTED, id=attempt.id)

    def cancel(self, attempt: Attempt, token: str) -> Reply:
        """Never asked for: what lasts is deleted."""
        return Reply(Outcome.REFUSED, error="a bucket is deleted, not cancelled")

    def results(self, attempt: Attempt) -> Sequence[ResultFile]:
        """None: it runs nothing."""
        raise ResultMissing("a bucket measures nothing")

    def calls(self, arn: str, place: Place) -> BucketCalls:
        """The calls about one bucket."""
        return BucketCalls(self._client, place, arn.removeprefix(ARN))

    def now(self) -> str:
        """The time, as records write it."""
        return time_text(self._clock.now())

    def whose(self, calls: BucketCalls, token: str) -> str:
        """`ours` if it carries the mark of this token, `absent`, or a sentence why it can't be had.

        Raises CloudUnavailable.
        """
        name = calls.name
        try:
            head = calls.head()
            tags = calls.tags()
        except ClientError as error:
            if status_of(error) == 404:
                return _ABSENT
            return f"the bucket {name} belongs to another account, or these credentials may not see it"
        mark = read_run_mark(tags.get(TAG_RUN, ""))
        if mark is not None and mark.token == token:
            return _OURS
        region = head.get("BucketRegion") or calls.place.region
        there = f"this account has the bucket {name} in {region} already"
        if mark is not None and TAG_PROJECT in tags:
            return f"{there}, and it carries the marks of {tags.get(TAG_ADDRESS, 'something else')}"
        way = f"if it is yours, take it over with metadata.import: {{id: {ARN}{name}}}"
        return f"{there}, and nothing on it says that it was made for this; {way}"

    def _make(self, calls: BucketCalls, tags: Mapping[str, str]) -> None:
        configuration: dict[str, Any] = {"Tags": tag_set(tags)}
        if calls.place.region != _FIRST_REGION:
            configuration["LocationConstraint"] = calls.place.region
        self._client.stored_once(
            calls.place.region, "create_bucket", Bucket=calls.name, CreateBucketConfiguration=configuration
        )

    def _made_meanwhile(self, calls: BucketCalls, resource: Resource, token: str) -> Reply:
        """Since we looked: by another machine of this project, or by somebody else in the account."""
        try:
            whose = self.whose(calls, token)
        except CloudUnavailable as error:
            return Reply(Outcome.UNKNOWN, error=str(error), again=True)
        return self._set(calls, resource) if whose == _OURS else Reply(Outcome.REFUSED, error=whose)

    def _set(self, calls: BucketCalls, resource: Resource) -> Reply:
        """The bucket is there. What of its settings is refused is told; the next plan finds it by its marks."""
        reply = changing(lambda: calls.put(resource.settings or {}), ARN + calls.name)
        if reply.outcome is not Outcome.REFUSED or reply.again:
            return reply
        return Reply(Outcome.REFUSED, error=f"{calls.name} was made, but not all of its settings: {reply.error}")

    def _listed(self, region: str) -> Iterator[Mapping[str, Any]]:
        token: dict[str, str] = {}
        while True:
            page = self._client.stored_read(region, "list_buckets", (), MaxBuckets=_PAGE, BucketRegion=region, **token)
            yield from page.get("Buckets", ())
            if not page.get("ContinuationToken"):
                return
            token = {"ContinuationToken": page["ContinuationToken"]}

    def _found(self, name: str, created: str, search: Search, place: Place) -> Iterator[Found]:
        calls = self.calls(ARN + name, place)
        execution = {"name": name}
        identity = run_digest(digest({"kind": KIND}), execution)
        tags: Mapping[str, str] = {}
        try:
            # The date of a bucket may become later, never earlier.
            if datetime.fromisoformat(created) >= search.since:
                tags = calls.tags()
            mark = read_run_mark(tags.get(TAG_RUN, "")) if tags.get(TAG_PROJECT) == search.uid else None
            if mark is None and identity not in search.watched:
                return
            settings = calls.settings() if mark else {"region": place.region}
        except ClientError:
            return  # deleted since it was listed, or not for these credentials to read: then it is nothing of ours
        attempt = Attempt(
            token=mark.token if mark else "",
            digest=tags.get(TAG_DIGEST, "") if mark else identity,
            program="",
            generation=mark.generation if mark else 1,
            number=mark.number if mark else 1,
            place=place,
            execution=execution,
            intended=created,
            outcome=Outcome.ACCEPTED,
            id=ARN + name,
            status="ACTIVE",
            submitted=created,
            tags=tags,
            owned=MARKS if mark else (),
            settings=settings,
        )
        yield Found(tags.get(TAG_ADDRESS, "") if mark else "", attempt, KIND)


def not_empty(name: str) -> str:
    """Why a bucket is not deleted."""
    return (
        f"the bucket {name} is not empty, and qctl never deletes what is stored: empty it yourself, with its old "
        "versions, or let go of it with onRemove: orphan"
    )


def _refusal(name: str, error: Exception) -> Reply:
    if isinstance(error, ClientError) and code_of(error) == "BucketAlreadyExists":
        return Reply(Outcome.REFUSED, error=f"the bucket {name} belongs to another account: choose another name")
    return reply_of(error)
