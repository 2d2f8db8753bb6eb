"""Reading runs back: what the service says, in our words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.core.attempt import Attempt
from reconciler.core.event import Observed
from reconciler.core.phase import Phase
from reconciler.providers.pasqal import paths
from reconciler.providers.pasqal.answers import Item
from reconciler.providers.pasqal.client import PasqalClient
from reconciler.providers.pasqal.job_reading import jobs_of
from reconciler.providers.pasqal.status import failure_of, phase_of, status_of
from reconciler.providers.pasqal.tags import decode
from reconciler.providers.pasqal.times import text_of, time_of

# Reads may lag behind a create. Younger runs are never called missing.
VISIBLE_AFTER = timedelta(minutes=5)
_WORKERS = 8


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads at one moment."""

    client: PasqalClient
    now: datetime

    def observe(self, asked: Sequence[tuple[str, Attempt]]) -> Iterator[Observed]:
        """One event per attempt that the service knows, or should know by now. Raises CloudUnavailable."""
        if len(asked) < 2:
            yield from filter(None, map(self._one, asked))
            return
        with ThreadPoolExecutor(_WORKERS, thread_name_prefix="get-run") as pool:
            yield from filter(None, pool.map(self._one, asked))

    def _one(self, item: tuple[str, Attempt]) -> Observed | None:
        address, attempt = item
        is_batch = "backend" not in attempt.execution  # which a workload always has
        found = self.batch(attempt.id) if is_batch else self.workload(attempt.id)
        if found is None:
            return self._absent(address, attempt)
        jobs = jobs_of(self.client, attempt) if is_batch else None
        status, tags = status_of(found), tags_of(found)
        return Observed(
            at=text_of(self.now),
            address=address,
            token=attempt.token,
            status=status,
            phase=phase_of(status),
            submitted=time_of(found.get("created_at")) or attempt.submitted or attempt.intended,
            ended=ended_of(found),
            failure=failure_of(found),
            tags=None if tags is None else decode(tags),
            jobs=jobs,
            accepting=is_batch and is_accepting(found),
        )

    def _absent(self, address: str, attempt: Attempt) -> Observed | None:
        if self.now - attempt.begun < VISIBLE_AFTER:
            return None
        return Observed(text_of(self.now), address, attempt.token, attempt.status, attempt.phase, missing=True)

    def batch(self, id_: str) -> Item | None:
        """A batch without its jobs, None when there is none. Raises CloudUnavailable."""
        return self.client.read(paths.batch(id_), id_)

    def workload(self, id_: str) -> Item | None:
        """A workload, None when there is none. Raises CloudUnavailable."""
        return self.client.read(paths.workload(id_), id_)


def is_accepting(batch: Item) -> bool:
    """Whether it takes more jobs. A paused one is still open: to take it for closed would mean to pay elsewhere."""
    return batch.get("open") is True and phase_of(status_of(batch)) is Phase.OPEN


def tags_of(batch: Item) -> list[str] | None:
    """The texts of its tags, None if the answer does not show them."""
    tags = batch.get("tags")
    if isinstance(tags, list):
        return [tag for tag in tags if isinstance(tag, str)]
    return [] if "tags" in batch else None


def ended_of(item: Item) -> str:
    """When a finished run ended; empty before."""
    if phase_of(status_of(item)) in (Phase.OPEN, Phase.CLOSING):
        return ""
    told = item.get("end_datetime") or item.get("end_timestamp") or item.get("updated_at")
    return time_of(told)
