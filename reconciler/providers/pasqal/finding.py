"""Searching: by our tag, and through the newest runs, for the index of tags may lag behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.core.mark import MARKS, TAG_ADDRESS, TAG_DIGEST, TAG_PROJECT, TAG_RUN, read_run_mark
from reconciler.providers.kind import CloudUnavailable, Found, Search, Unlisted
from reconciler.providers.pasqal import paths
from reconciler.providers.pasqal.answers import Item
from reconciler.providers.pasqal.client import NOT_THERE, PasqalClient
from reconciler.providers.pasqal.errors import AnswerError, cut
from reconciler.providers.pasqal.job_reading import jobs_of
from reconciler.providers.pasqal.reading import VISIBLE_AFTER, Reader, ended_of, is_accepting, tags_of
from reconciler.providers.pasqal.status import failure_of, phase_of, status_of
from reconciler.providers.pasqal.tags import decode, tag_text
from reconciler.providers.pasqal.times import moment_of, text_of, time_of
from reconciler.providers.pasqal.workload import workload_digest

_BATCH, _WORKLOAD = "Batch", "Workload"


@dataclass(frozen=True, slots=True)
class Finder:
    """Searches one project of one region."""

    client: PasqalClient
    reader: Reader
    place: Place

    def discover(self, search: Search) -> Iterator[Found | Unlisted]:
        """Every run marked as this project's, and what its kinds without marks may have made."""
        if self.place.region not in search.regions | search.maybe:
            return
        try:
            yield from list(self._discover(search))
        except CloudUnavailable:
            # Nothing is known to be here: what these credentials can't read is nothing of ours, as far as they tell.
            if self.place.region in search.regions:
                raise

    def _discover(self, search: Search) -> Iterator[Found | Unlisted]:
        seen: set[str] = set()
        for batch, tags in self._tagged(tag_text(TAG_PROJECT, search.uid)):
            if tags.get(TAG_PROJECT) == search.uid:
                seen.add(str(batch["id"]))
                yield from self._batch(batch, tags, search)
        if search.unmarked:
            for batch, tags in self._newest(search.since):
                if batch["id"] not in seen and tags.get(TAG_PROJECT, search.uid) == search.uid:
                    yield from self._batch(batch, tags, search)
        if _WORKLOAD in search.kinds:
            yield from self._workloads(search.since)

    def look(self, attempt: Attempt, known: Set[str]) -> list[Found]:
        """The batches that carry the marks of this attempt. Raises CloudUnavailable."""
        run = attempt.tags.get(TAG_RUN, "")
        since = datetime.fromisoformat(attempt.intended) - VISIBLE_AFTER
        found: dict[str, Found] = {}
        for source in (self._tagged(tag_text(TAG_RUN, run)), self._newest(since)):
            for batch, tags in source:
                id_ = str(batch["id"])
                if run and tags.get(TAG_RUN) == run and id_ not in known and id_ not in found:
                    found[id_] = Found(tags.get(TAG_ADDRESS, ""), self.attempt_of(batch, tags), _BATCH)
        return list(found.values())

    def look_for_workload(self, attempt: Attempt, known: Set[str]) -> list[Found]:
        """The workloads of this content made since the attempt was intended. Raises CloudUnavailable.

        With a day's grace: the intent has this machine's time, and the workload the cloud's.
        """
        since = datetime.fromisoformat(attempt.intended) - timedelta(days=1)
        found: list[Found] = []
        for item in self._workloads(since):
            if isinstance(item, Unlisted):
                raise CloudUnavailable(item.reason)
            if item.attempt.digest == attempt.digest and item.attempt.id not in known:
                found.append(item)
        return found

    def _tagged(self, tag: str) -> Iterator[tuple[Item, Mapping[str, str]]]:
        query = {"project_id": self.client.project_id, "tag": tag}
        for page in self.client.pages(paths.BATCHES, query):
            yield from map(self._with_tags, page)

    def _newest(self, since: datetime) -> Iterator[tuple[Item, Mapping[str, str]]]:
        """Batches made since then. Not by the API's dates, which mean the start; its own order is newest first."""
        for page in self.client.pages(paths.BATCHES, {"project_id": self.client.project_id}):
            younger = [item for item in page if _is_since(item, since)]
            yield from map(self._with_tags, younger)
            if page and not younger:
                return

    def _with_tags(self, batch: Item) -> tuple[Item, Mapping[str, str]]:
        texts = tags_of(batch)
        if texts is None:
            whole = self.reader.batch(str(batch["id"]))
            texts = tags_of(whole) if whole else None
        return batch, decode(texts or ())

    def _batch(self, batch: Item, tags: Mapping[str, str], search: Search) -> Iterator[Found]:
        marked = all(tags.get(key) for key in MARKS) and read_run_mark(tags[TAG_RUN]) is not None
        if not marked and not search.unmarked:
            return
        attempt = self.attempt_of(batch, tags)
        if attempt.token and attempt.digest:
            # Which jobs it has decides what is paid; without them nothing could be said of an adopted batch.
            attempt = replace(attempt, jobs=jobs_of(self.client, attempt))
        yield Found(tags.get(TAG_ADDRESS, ""), attempt, _BATCH)

    def attempt_of(self, batch: Item, tags: Mapping[str, str]) -> Attempt:
        """A batch as an attempt, without its jobs. It has a token if its marks name one."""
        mark = read_run_mark(tags.get(TAG_RUN, ""))
        device = batch.get("device_type")
        attempt = Attempt(
            token=mark.token if mark else "",
            digest=tags.get(TAG_DIGEST, ""),
            program="",
            generation=mark.generation if mark else 1,
            number=mark.number if mark else 1,
            place=self.place,
            execution={"device": cut(device)} if isinstance(device, str) else {},
            tags=tags,
            owned=MARKS,
            accepting=is_accepting(batch),
        )
        return self._seen(attempt, batch)

    def _seen(self, attempt: Attempt, item: Item) -> Attempt:
        status = status_of(item)
        made = time_of(item.get("created_at")) or text_of(self.reader.now)
        return replace(
            attempt,
            intended=made,
            outcome=Outcome.ACCEPTED,
            id=str(item["id"]),
            status=status,
            phase=phase_of(status),
            submitted=made,
            ended=ended_of(item),
            failure=failure_of(item),
        )

    def _workloads(self, since: datetime) -> Iterator[Found | Unlisted]:
        pages = self.client.pages(paths.WORKLOADS, {"project_id": self.client.project_id}, absent=NOT_THERE)
        try:
            for page in pages:
                younger = [item for item in page if _is_since(item, since)]
                yield from map(self.workload_of, younger)
                if page and not younger:
                    return
        except AnswerError as error:
            yield Unlisted(_WORKLOAD, f"Pasqal does not list the workloads of this project ({error})")

    def workload_of(self, item: Item) -> Found:
        """A workload; its digest is of its content, and empty if no manifest could ask for that."""
        if "config" not in item:  # a list may be shorter than its objects
            item = self.reader.workload(str(item["id"])) or item
        kind, backend, config = item.get("workload_type"), item.get("backend"), item.get("config")
        digest, execution = "", {"type": kind, "backend": backend}
        if isinstance(kind, str) and isinstance(backend, str) and isinstance(config, dict):
            with suppress(ValueError, RecursionError):  # numbers beyond all bounds: no manifest asks for them
                digest = workload_digest(kind, backend, config)
                execution["config"] = config
        attempt = Attempt("", digest, "", 1, 1, self.place, execution)
        return Found("", self._seen(attempt, item), _WORKLOAD)


def _is_since(item: Item, since: datetime) -> bool:
    """Whether it was made since then, or does not say when."""
    made = moment_of(item.get("created_at"))
    return made is None or made >= since
