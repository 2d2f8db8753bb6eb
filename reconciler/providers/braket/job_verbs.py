"""The verbs on hybrid jobs: one call each, and what its end means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from botocore.exceptions import ClientError

from reconciler.core.attempt import Attempt, Place
from reconciler.core.event import Observed
from reconciler.core.ports import Clock
from reconciler.core.resource import Resource
from reconciler.providers.braket import job_check, job_reading
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.errors import code_of
from reconciler.providers.braket.hybrid_job import create_request
from reconciler.providers.braket.job_results import ArchiveUnreadable, document_of
from reconciler.providers.braket.job_source import upload
from reconciler.providers.braket.prices import BraketPrices
from reconciler.providers.braket.verbs import changing, creating
from reconciler.providers.kind import Checked, Found, Reply, ResultFile, ResultMissing, Search
from reconciler.providers.price_lists import PriceLists


class JobVerbs:
    """Implements Verbs. On the `local` cloud every missing bucket is made: nobody can make one there by hand."""

    kind = job_reading.KIND
    unasked = True

    def __init__(self, client: BraketClient, clock: Clock, prices: PriceLists, *, local: bool = False) -> None:
        self._client = client
        self._clock = clock
        self._prices = prices
        self._local = local

    def check(self, resources: Sequence[Resource]) -> Checked:
        """Ask the devices, and look into the sources."""
        return job_check.check(self._client, resources, self._clock.now(), BraketPrices(self._prices.braket))

    def observe(self, asked: Sequence[tuple[str, Attempt]]) -> Iterable[Observed]:
        """Read these attempts."""
        return job_reading.observe(self._client, asked, self._clock.now())

    def discover(self, search: Search, account: str) -> Iterator[Found]:
        """Find what carries our marks."""
        return job_reading.discover(self._client, search, account)

    def create(self, resource: Resource, token: str, tags: Mapping[str, str], place: Place) -> Reply:
        """The source to S3, unless an equal one is there; then CreateJob, once."""
        failed = upload(self._client, resource, place, makes_bucket=self._local)
        if failed is not None:
            return failed
        request = create_request(resource, token, tags, place)
        return creating(lambda: self._client.once(place.region, "create_job", **request), "jobArn", "job")

    def cancel(self, attempt: Attempt, token: str) -> Reply:
        """CancelJob, which takes no token; "already finished" (409) is what we wanted."""
        region, arn = attempt.place.region, attempt.id
        return changing(lambda: self._client.once(region, "cancel_job", jobArn=arn), arn, also_fine="ConflictException")

    def results(self, attempt: Attempt) -> Sequence[ResultFile]:
        """`output/model.tar.gz` of the job's output folder, and the results in it."""
        if not attempt.output:
            raise ResultMissing("the run was accepted, and nobody has asked yet where its results go")
        bucket, _, folder = attempt.output.removeprefix("s3://").partition("/")
        try:
            archive = self._client.download(attempt.place.region, bucket, f"{folder}/output/model.tar.gz")
        except ClientError as error:
            raise ResultMissing(f"{attempt.output}/output/model.tar.gz is not there ({code_of(error)})") from error
        try:
            return [ResultFile(archive, inner=document_of(archive))]
        except ArchiveUnreadable as error:
            return [ResultFile(archive, problem=str(error))]
