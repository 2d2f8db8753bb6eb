"""The verbs on quantum tasks: one call each, and what its end means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from botocore.exceptions import ClientError

from reconciler.core.attempt import Attempt, Place
from reconciler.core.event import Observed
from reconciler.core.ports import Clock
from reconciler.core.resource import Resource
from reconciler.providers.braket import task_reading
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.device_check import check
from reconciler.providers.braket.errors import code_of
from reconciler.providers.braket.prices import BraketPrices
from reconciler.providers.braket.quantum_task import create_request
from reconciler.providers.braket.verbs import changing, creating
from reconciler.providers.kind import Checked, Found, Reply, ResultFile, ResultMissing, Search
from reconciler.providers.price_lists import PriceLists


class TaskVerbs:
    """Implements Verbs."""

    kind = "QuantumTask"
    unasked = True

    def __init__(self, client: BraketClient, clock: Clock, prices: PriceLists) -> None:
        self._client = client
        self._clock = clock
        self._prices = prices

    def check(self, resources: Sequence[Resource]) -> Checked:
        """Ask the devices."""
        return check(self._client, resources, self._clock.now(), BraketPrices(self._prices.braket))

    def observe(self, asked: Sequence[tuple[str, Attempt]]) -> Iterable[Observed]:
        """Read these attempts."""
        return task_reading.observe(self._client, asked, self._clock.now())

    def discover(self, search: Search, account: str) -> Iterator[Found]:
        """Find what carries our marks."""
        return task_reading.discover(self._client, search, account)

    def create(self, resource: Resource, token: str, tags: Mapping[str, str], place: Place) -> Reply:
        """CreateQuantumTask, once."""
        request = create_request(resource, token, tags, place)
        return creating(
            lambda: self._client.once(place.region, "create_quantum_task", **request), "quantumTaskArn", "task"
        )

    def cancel(self, attempt: Attempt, token: str) -> Reply:
        """CancelQuantumTask; "already finished" (409) is what we wanted, the next reading tells the rest."""
        region, arn = attempt.place.region, attempt.id

        def call() -> None:
            self._client.once(region, "cancel_quantum_task", quantumTaskArn=arn, clientToken=token)

        return changing(call, arn, also_fine="ConflictException")

    def results(self, attempt: Attempt) -> Sequence[ResultFile]:
        """`results.json` of the task's output folder."""
        if not attempt.output:
            raise ResultMissing("the run was accepted, and nobody has asked yet where its results go")
        bucket, _, folder = attempt.output.removeprefix("s3://").partition("/")

        def read(name: str) -> bytes:
            try:
                return self._client.download(attempt.place.region, bucket, f"{folder}/{name}")
            except ClientError as error:
                raise ResultMissing(f"{attempt.output}/{name} is not there ({code_of(error)})") from error

        return [ResultFile(read("results.json"), beside=read)]
