"""The verbs on Pasqal Cloud: one call each, and what its end means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from reconciler.core.adoption import Existing
from reconciler.core.attempt import LOCAL_ACCOUNT, Attempt, Outcome, Place
from reconciler.core.event import Observed
from reconciler.core.job import Job
from reconciler.core.mark import MARKS
from reconciler.core.money import Price
from reconciler.core.phase import Phase
from reconciler.core.ports import Clock
from reconciler.core.resource import Resource
from reconciler.providers.kind import Checked, CloudUnavailable, Found, Reply, ResultFile, Search, Unlisted
from reconciler.providers.pasqal import paths
from reconciler.providers.pasqal.answers import Item, errors_in, is_id, made_id
from reconciler.providers.pasqal.batch import BatchPayload
from reconciler.providers.pasqal.billing import Billing
from reconciler.providers.pasqal.client import PasqalClient
from reconciler.providers.pasqal.device import read_specs
from reconciler.providers.pasqal.device_check import check
from reconciler.providers.pasqal.errors import CALL_ERRORS, AnswerError, reply_of
from reconciler.providers.pasqal.existing import existing_batch, existing_workload
from reconciler.providers.pasqal.finding import Finder
from reconciler.providers.pasqal.job_reading import all_ended, jobs_of, told_jobs
from reconciler.providers.pasqal.prices import PasqalPrices
from reconciler.providers.pasqal.reading import VISIBLE_AFTER, Reader, is_accepting, tags_of
from reconciler.providers.pasqal.results import batch_results, workload_result
from reconciler.providers.pasqal.status import phase_of, status_of
from reconciler.providers.pasqal.submission import batch_body, jobs_body, workload_body
from reconciler.providers.pasqal.tag_sets import keyed, select, texts_to_change
from reconciler.providers.pasqal.tags import replaced
from reconciler.providers.price_lists import PriceLists
from reconciler.providers.tag_holder import KIND as TAG_SET
from reconciler.providers.tag_holder import observed_tags
from reconciler.providers.tag_set_spec import Selector

_WORKLOAD = "Workload"
# By which the API may say that something has ended already; nothing is published.
_MAYBE_OVER = frozenset({400, 404, 409, 410, 422})
_CANCEL_AT_ONCE = 50  # ids travel in the query string, and URLs have an end


class PasqalCloud:
    """Implements Tokenless for one project of one region."""

    def __init__(
        self,
        client: PasqalClient,
        clock: Clock,
        window: timedelta,
        prices: PriceLists | None = None,
        *,
        local: bool = False,
    ) -> None:
        self._client = client
        self._clock = clock
        self._prices = prices or PriceLists()
        self._billing = Billing(client, self._prices)
        self._prefix = LOCAL_ACCOUNT if local else ""
        self.window = window

    def account(self) -> str:
        """The project that pays, with its region unless that is Europe: the same id elsewhere is another project."""
        region = self._client.region
        return f"{self._prefix}{'' if region == 'eu' else f'{region}:'}{self._client.project_id}"

    def regions(self, devices: Iterable[str]) -> set[str]:
        """Our region: a project lives in one."""
        return {self._client.region}

    def everywhere(self) -> Iterable[str]:
        """Our region."""
        return {self._client.region}

    def place(self, resource: Resource) -> Place:
        """The same for all of a project."""
        return Place("pasqal", self.account(), self._client.region)

    def check(self, resources: Sequence[Resource]) -> Checked:
        """Ask the devices."""
        return check(self._client, resources, PasqalPrices(self._prices.pasqal))

    def reckon(self, kind: str, attempt: Attempt) -> Price | None:
        """By the price table."""
        return self._billing.reckon(kind, attempt)

    def billed(self, kind: str, attempt: Attempt) -> Price | None:
        """By the runs or the times of its jobs."""
        return self._billing.billed(kind, attempt)

    def room(self, device: str) -> Decimal | None:
        """None: Pasqal has no limits that one could ask for."""
        return None

    def specs(self, devices: Iterable[str]) -> Mapping[str, str]:
        """Pulser's descriptions of them."""
        return read_specs(self._client, devices)

    def observe(self, asked: Sequence[tuple[str, Attempt]]) -> Iterable[Observed]:
        """Read these attempts."""
        tag_sets = [item for item in asked if item[0].startswith(f"{TAG_SET}/")]
        runs = [item for item in asked if item not in tag_sets] if tag_sets else asked
        return (*observed_tags(self, tag_sets, self._clock.now(), VISIBLE_AFTER), *self._reader().observe(runs))

    def discover(self, search: Search) -> Iterable[Found | Unlisted]:
        """Find what carries our marks, and workloads by their content."""
        return self._finder().discover(search)

    def look(self, kind: str, attempt: Attempt, known: Set[str]) -> Sequence[Found]:
        """Find what this one call may have made."""
        finder = self._finder()
        return finder.look_for_workload(attempt, known) if kind == _WORKLOAD else finder.look(attempt, known)

    def jobs(self, attempt: Attempt) -> Sequence[Job]:
        """All jobs of a batch."""
        return jobs_of(self._client, attempt)

    def create(
        self, resource: Resource, token: str, tags: Mapping[str, str], place: Place, jobs: Sequence[Job]
    ) -> Reply:
        """POST a batch with its jobs and marks, or a workload; once."""
        project = self._client.project_id
        if not isinstance(resource.payload, BatchPayload):
            return self._submitted(paths.NEW_WORKLOAD, workload_body(resource, project), packed=False)
        body = batch_body(resource, tags, jobs, project)
        return self._submitted(paths.BATCHES, body, lambda data: told_jobs(data, None, resource.digest, jobs))

    def add(self, resource: Resource, attempt: Attempt, jobs: Sequence[Job]) -> Reply:
        """POST more jobs; once."""
        return self._submitted(
            paths.batch_jobs(attempt.id),
            jobs_body(resource, jobs),
            lambda data: told_jobs(data, attempt, attempt.digest, jobs),
        )

    def cancel(self, kind: str, attempt: Attempt, token: str) -> Reply:
        """PATCH a batch or PUT a workload: its end. What has ended is what we wanted."""
        workload = kind == _WORKLOAD
        method, path = ("PUT", paths.cancel_workload) if workload else ("PATCH", paths.cancel_batch)
        return self._changing(
            attempt.id, lambda: self._client.write(method, path(attempt.id)), lambda: self._is_over(kind, attempt)
        )

    def cancel_jobs(self, attempt: Attempt, jobs: Sequence[Job]) -> Reply:
        """PATCH the end of these jobs. Never without their ids: that would mean all."""
        ids = [job.id for job in jobs if is_id(job.id)]
        if not ids or len(ids) < len(jobs):
            return Reply(Outcome.REFUSED, error="a job without a known id can't be cancelled; plan again")

        def call() -> None:
            for start in range(0, len(ids), _CANCEL_AT_ONCE):
                query = {"id": ids[start : start + _CANCEL_AT_ONCE]}
                answer = self._client.write("PATCH", paths.cancel_jobs(attempt.id), query=query)
                if left := errors_in(answer):
                    raise AnswerError(409, f"not cancelled: {left}")

        return self._changing(attempt.id, call, lambda: all_ended(j for j in self.jobs(attempt) if j.id in ids))

    def close(self, attempt: Attempt) -> Reply:
        """PATCH a batch: no more jobs."""

        def is_closed() -> bool:
            batch = self._reader().batch(attempt.id)
            return batch is not None and not is_accepting(batch)

        return self._changing(attempt.id, lambda: self._client.write("PATCH", paths.close_batch(attempt.id)), is_closed)

    def tag(self, attempt: Attempt, put: Mapping[str, str], drop: Sequence[str]) -> Reply:
        """PATCH all tags: what is there now, with our changes and always with our marks."""
        marks = {key: attempt.tags[key] for key in MARKS if attempt.tags.get(key) and key not in drop}

        def call() -> None:
            batch = self._reader().batch(attempt.id)
            current = tags_of(batch) if batch is not None else None
            if current is None:
                raise CloudUnavailable(f"the tags of batch {attempt.id} can't be read, so none are changed")
            wanted = replaced(current, {**marks, **put}, drop)
            if wanted != sorted(set(current)):
                self._client.write("PATCH", paths.batch_tags(attempt.id), body=wanted)

        return self._changing(attempt.id, call, lambda: False)

    def target_place(self, target: str) -> Place:
        """The same for all of a project."""
        return Place("pasqal", self.account(), self._client.region)

    def tags_of(self, target: str) -> Mapping[str, str] | None:
        """The tags of a batch by their keys."""
        batch = self._reader().batch(target)
        return None if batch is None else keyed(tags_of(batch) or ())

    def retag(self, target: str, put: Mapping[str, str], drop: Sequence[str]) -> Reply:
        """PATCH all tags of a batch: what is there now, with our changes."""

        def call() -> None:
            batch = self._reader().batch(target)
            current = tags_of(batch) if batch is not None else None
            if current is None:
                raise CloudUnavailable(f"the tags of batch {target} can't be read, so none are changed")
            wanted = replaced(current, *texts_to_change(current, put, drop))
            if wanted != sorted(set(current)):
                self._client.write("PATCH", paths.batch_tags(target), body=wanted)

        return self._changing(target, call, lambda: False)

    def select(self, selector: Selector) -> Iterable[str]:
        """The batches that fit."""
        return select(self._client, selector)

    def results(self, kind: str, attempt: Attempt) -> Sequence[ResultFile]:
        """One for a workload, one for each job of a batch."""
        if kind == _WORKLOAD:
            return [workload_result(self._client, attempt)]
        return batch_results(self._client, attempt)

    def could_be(self, run_id: str) -> bool:
        """Whether it has the form of an id."""
        return is_id(run_id)

    def existing(self, kind: str, run_id: str, *, whole: bool = False) -> Existing | None:
        """A batch, or a workload, whoever made it."""
        found = None
        if kind != _WORKLOAD:
            found = existing_batch(self._client, self._finder(), run_id, whole=whole)
        if found is None and kind in ("", _WORKLOAD):
            found = existing_workload(self._client, self._finder(), run_id)
        return found

    def _reader(self) -> Reader:
        return Reader(self._client, self._clock.now())

    def _finder(self) -> Finder:
        return Finder(self._client, self._reader(), Place("pasqal", self.account(), self._client.region))

    def _is_over(self, kind: str, attempt: Attempt) -> bool:
        reader = self._reader()
        found = reader.workload(attempt.id) if kind == _WORKLOAD else reader.batch(attempt.id)
        return found is not None and phase_of(status_of(found)) is not Phase.OPEN

    def _submitted(
        self,
        path: str,
        body: Any,
        jobs: Callable[[Item], tuple[Job, ...] | None] = lambda _data: None,
        *,
        packed: bool = True,
    ) -> Reply:
        try:
            answer = self._client.submit(path, body, packed=packed)
            return Reply(Outcome.ACCEPTED, id=made_id(answer), jobs=jobs(answer["data"]))
        except (CloudUnavailable, *CALL_ERRORS) as error:
            return self._reply(error, repeats=False)

    def _changing(self, id_: str, call: Callable[[], object], already: Callable[[], bool]) -> Reply:
        """`already` tells, after a refusal, whether what was asked for is so."""
        try:
            call()
        except AnswerError as error:
            reply = self._reply(error, repeats=True)
            if error.status in _MAYBE_OVER and _is_so(already):
                return Reply(Outcome.ACCEPTED, id=id_)
            return reply
        except (CloudUnavailable, *CALL_ERRORS) as error:
            return self._reply(error, repeats=True)
        return Reply(Outcome.ACCEPTED, id=id_)

    def _reply(self, error: Exception, *, repeats: bool) -> Reply:
        reply = reply_of(error, repeats=repeats)
        return replace(reply, error=self._client.hide(reply.error))


def _is_so(already: Callable[[], bool]) -> bool:
    try:
        return already()
    except CloudUnavailable:
        return False
