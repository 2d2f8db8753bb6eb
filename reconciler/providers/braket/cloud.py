"""The verbs on Amazon Braket: one call each, and what its end means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from botocore.exceptions import ClientError

from reconciler.core.attempt import LOCAL_ACCOUNT, Attempt, Outcome, Place
from reconciler.core.device_name import is_pasqal
from reconciler.core.event import Observed
from reconciler.core.job import Job
from reconciler.core.ports import Clock
from reconciler.core.resource import Resource
from reconciler.providers.braket import task_reading
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.device import REGIONS, region_of
from reconciler.providers.braket.device_check import check
from reconciler.providers.braket.errors import LIBRARY_ERRORS, code_of, reply_of
from reconciler.providers.braket.quantum_task import create_request
from reconciler.providers.kind import Checked, CloudUnavailable, Found, Reply, ResultFile, ResultMissing, Search

_UNTAG_AT_ONCE = 20  # keys travel in the query string, and URLs have an end


class BraketCloud:
    """Implements Cloud. The account is asked for once."""

    # Reads may lag behind a create: the SDK itself asks again on "not found".
    window = task_reading.VISIBLE_AFTER

    def __init__(self, client: BraketClient, clock: Clock, *, local: bool = False) -> None:
        self._client = client
        self._clock = clock
        self._prefix = LOCAL_ACCOUNT if local else ""
        self._account = ""

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
        """QPUs run in their own region, simulators in ours."""
        region = region_of(str(resource.execution["device"]), self._client.region)
        return Place("braket", self.account(), region)

    def check(self, resources: Sequence[Resource]) -> Checked:
        """Ask the devices."""
        return check(self._client, resources)

    def observe(self, asked: Sequence[tuple[str, Attempt]]) -> Iterable[Observed]:
        """Read these attempts."""
        return task_reading.observe(self._client, asked, self._clock.now())

    def everywhere(self) -> Iterable[str]:
        """The regions with QPUs, and ours."""
        return {*REGIONS, self._client.region}

    def discover(self, search: Search) -> Iterable[Found]:
        """Find what carries our marks."""
        return task_reading.discover(self._client, search, self.account())

    def create(
        self, resource: Resource, token: str, tags: Mapping[str, str], place: Place, jobs: Sequence[Job] = ()
    ) -> Reply:
        """CreateQuantumTask, once."""
        request = create_request(resource, token, tags, place)
        try:
            answer = self._client.once(place.region, "create_quantum_task", **request)
        except CloudUnavailable as error:
            return _no_client(error)
        except LIBRARY_ERRORS as error:
            return reply_of(error)
        arn = answer.get("quantumTaskArn")
        if not isinstance(arn, str) or not arn.startswith("arn:"):
            # A success without an id: the task may well exist.
            return Reply(Outcome.UNKNOWN, error="the answer names no task", again=True)
        return Reply(Outcome.ACCEPTED, id=arn)

    def cancel(self, kind: str, attempt: Attempt, token: str) -> Reply:
        """CancelQuantumTask; "already finished" (409) is what we wanted, the next reading tells the rest."""

        def call() -> None:
            self._client.once(attempt.place.region, "cancel_quantum_task", quantumTaskArn=attempt.id, clientToken=token)

        return _changing(call, attempt.id, also_fine="ConflictException")

    def tag(self, attempt: Attempt, put: Mapping[str, str], drop: Sequence[str]) -> Reply:
        """TagResource, then UntagResource for what is dropped."""
        region = attempt.place.region

        def call() -> None:
            if put:
                self._client.once(region, "tag_resource", resourceArn=attempt.id, tags=dict(put))
            for start in range(0, len(drop), _UNTAG_AT_ONCE):
                keys = list(drop[start : start + _UNTAG_AT_ONCE])
                self._client.once(region, "untag_resource", resourceArn=attempt.id, tagKeys=keys)

        return _changing(call, attempt.id)

    def specs(self, devices: Iterable[str]) -> Mapping[str, str]:
        """Nothing yet: programs for Braket are checked against GetDevice's answer, in `check`."""
        return {}

    def results(self, kind: str, attempt: Attempt) -> Sequence[ResultFile]:
        """`results.json` of the task's output folder."""
        if not attempt.output:
            raise ResultMissing("the run was accepted, and nobody has asked yet where its results go")
        bucket, _, folder = attempt.output.removeprefix("s3://").partition("/")
        try:
            return [ResultFile(self._client.download(attempt.place.region, bucket, f"{folder}/results.json"))]
        except ClientError as error:
            raise ResultMissing(f"{attempt.output}/results.json is not there ({code_of(error)})") from error


def _changing(call: Callable[[], None], arn: str, also_fine: str = "") -> Reply:
    try:
        call()
    except ClientError as error:
        if also_fine and code_of(error) == also_fine:
            return Reply(Outcome.ACCEPTED, id=arn)
        return reply_of(error)
    except CloudUnavailable as error:
        return _no_client(error)
    except LIBRARY_ERRORS as error:
        return reply_of(error)
    return Reply(Outcome.ACCEPTED, id=arn)


def _no_client(error: CloudUnavailable) -> Reply:
    """Without a client there was no request: nothing happened."""
    return Reply(Outcome.REFUSED, error=str(error))
