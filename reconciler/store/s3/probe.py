"""Whether a bucket keeps its word. Some services take conditions and ignore them: two writers then both win.

Several threads race for one object, again and again; exactly one may win. Then a stale delete must be refused. What
passes is remembered in the bucket and on this machine, for this address of the service alone; a refusal never is.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from reconciler.core.ports import Clock
from reconciler.store.errors import StoreError, StoreFailed
from reconciler.store.s3.objects import Objects, Unmet, Unsure

THREADS: Final = 8
ROUNDS: Final = 5
VERDICT: Final = ".qctl-probe.json"
_FORMAT = 1  # of what is asked; more questions make old verdicts void


class Dishonest(StoreError):  # noqa: N818 - named after the problem
    """A service that can't be trusted with a lock."""

    def __init__(self, endpoint: str, why: str) -> None:
        super().__init__(
            "state/dishonest-bucket",
            "Bucket does not keep conditions",
            f"{endpoint} {why}. Two commands could both believe that they hold the lock, and pay twice.",
            "Use Amazon S3, or another service with conditional writes and deletes; or `backend: local`.",
        )


@dataclass(frozen=True, slots=True)
class Probe:
    """The questions for one bucket. `memory` is this machine's folder of verdicts; None: it keeps none."""

    objects: Objects
    endpoint_of: Callable[[], str]  # asked late: a client costs more than a command that needs none
    bucket: str
    prefix: str
    clock: Clock
    new_id: Callable[[], str]
    memory: Path | None = None

    @property
    def endpoint(self) -> str:
        """The address of the service."""
        return self.endpoint_of()

    def __call__(self) -> None:
        """Ask only what nobody has asked before. Raises Dishonest, StoreFailed."""
        if self._remembered_here() or self._remembered_there():
            return
        self.ask()

    def ask(self) -> None:
        """Ask everything, and remember what passes. Raises Dishonest, StoreFailed."""
        why = self._found()
        if why:
            raise Dishonest(self.endpoint, why)
        with suppress(Unmet, Unsure, StoreError):  # remembered or not, the answer is the same
            self.objects.put(self._verdict_key, self._verdict, None)
        self._remember_here()

    def _found(self) -> str:
        """What is wrong; nothing if all is well."""
        for _ in range(ROUNDS):
            key = f"{self._folder}.qctl-probe-{self.new_id()}"
            try:
                if why := self._races(key):
                    return why
            finally:
                with suppress(Unmet, Unsure, StoreError):
                    self.objects.delete(key)
        return ""

    def _races(self, key: str) -> str:
        winners = self._race(key, None)
        if winners != 1:
            return f"let {winners} of {THREADS} writers put the same new object, where one may (If-None-Match)"
        first = self._etag(key)
        winners = self._race(key, first)
        if winners != 1:
            return f"let {winners} of {THREADS} writers replace the same content, where one may (If-Match)"
        try:
            self.objects.delete(key, first)
        except Unmet:
            return "" if self.objects.get(key) else "refused to delete content that had changed, and deleted it"
        except Unsure as error:
            raise StoreFailed("Probing the bucket", str(error)) from error
        return "deleted an object whose content had changed (If-Match on delete)"

    def _etag(self, key: str) -> str:
        there = self.objects.get(key)
        if there is None:
            raise StoreFailed("Probing the bucket", "an object that was written is not there")
        return there.etag

    def _race(self, key: str, etag: str | None) -> int:
        """How many of the threads were told that they wrote."""
        barrier = threading.Barrier(THREADS)
        bodies = [self.new_id().encode() for _ in range(THREADS)]

        def write(body: bytes) -> bool:
            barrier.wait()
            try:
                self.objects.put(key, body, etag)
            except Unmet:
                return False
            except Unsure:  # refused for now, or the answer was lost: what stands there tells
                there = self.objects.get(key)
                return there is not None and there.body == body
            return True

        with ThreadPoolExecutor(THREADS) as pool:
            return sum(pool.map(write, bodies))

    @property
    def _folder(self) -> str:
        return f"{self.prefix.strip('/')}/" if self.prefix.strip("/") else ""

    @property
    def _verdict_key(self) -> str:
        return self._folder + VERDICT

    @property
    def _verdict(self) -> bytes:
        """For this service, bucket and prefix alone: a copy in another bucket proves nothing there."""
        about = {"endpoint": self.endpoint, "bucket": self.bucket, "prefix": self._folder, "format": _FORMAT}
        return json.dumps({**about, "honest": True}, sort_keys=True).encode() + b"\n"

    @property
    def _here(self) -> Path | None:
        name = f"{sha256(self._verdict).hexdigest()[:32]}.json"
        return self.memory / name if self.memory else None

    def _remembered_here(self) -> bool:
        with suppress(OSError):
            return self._here is not None and self._here.read_bytes() == self._verdict
        return False

    def _remembered_there(self) -> bool:
        try:
            there = self.objects.get(self._verdict_key)
        except StoreFailed:
            return False  # what can't be read is asked for, and whoever asks tells what is wrong
        if there is None or there.body != self._verdict:
            return False
        self._remember_here()
        return True

    def _remember_here(self) -> None:
        with suppress(OSError):
            if self._here is not None:
                self._here.parent.mkdir(parents=True, exist_ok=True)
                self._here.write_bytes(self._verdict)
