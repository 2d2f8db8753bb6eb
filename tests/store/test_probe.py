"""The probe of a bucket's honesty: services that keep conditions pass, those that only take them are refused."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest

from reconciler.store.errors import StoreFailed
from reconciler.store.s3.objects import Listed, Stored, Unmet
from reconciler.store.s3.probe import VERDICT, Dishonest, Probe
from tests.store import buckets
from tests.store.samples import START, TurnedClock

_BUCKET = buckets.BUCKET


class Memory:
    """An S3 in memory that can be told to break one of its promises. Every call is counted."""

    def __init__(self, breaks: str = "") -> None:
        self.breaks = breaks
        self.calls = 0
        self.content: dict[str, Stored] = {}
        self._etags = itertools.count()

    def get(self, key: str) -> Stored | None:
        self.calls += 1
        return self.content.get(key)

    def put(self, key: str, body: bytes, if_etag: str | None) -> str:
        self.calls += 1
        there = self.content.get(key)
        promise = "new" if if_etag is None else "replace"
        if (there.etag if there else None) != if_etag and self.breaks != promise:
            raise Unmet("412")
        etag = f"e{next(self._etags)}"
        self.content[key] = Stored(body, etag)
        return etag

    def delete(self, key: str, if_etag: str | None = None) -> None:
        self.calls += 1
        there = self.content.get(key)
        if if_etag is not None and (there is None or there.etag != if_etag):
            if self.breaks == "lie":
                self.content.pop(key, None)
            if self.breaks != "delete":
                raise Unmet("412")
        self.content.pop(key, None)

    def keys(self, prefix: str, after: str = "") -> Sequence[Listed]:
        self.calls += 1
        return [Listed(key, START) for key in sorted(self.content) if key.startswith(prefix) and key > after]


def _probe(objects: Memory, memory: Path | None = None, endpoint: str = "https://s3.example") -> Probe:
    return Probe(objects, lambda: endpoint, _BUCKET, "qctl", TurnedClock(), buckets.unique, memory)


@pytest.mark.parametrize(
    ("breaks", "why"),
    [
        ("new", r"writers put the same new object"),
        ("replace", r"writers replace the same content"),
        ("delete", "deleted an object whose content had changed"),
        ("lie", "refused to delete content that had changed, and deleted it"),
    ],
)
def test_each_broken_promise_is_named(breaks: str, why: str, tmp_path: Path) -> None:
    objects = Memory(breaks)
    for _ in range(2):  # a refusal is never remembered: the service may be mended
        with pytest.raises(Dishonest, match=why):
            _probe(objects, tmp_path)()
    assert not objects.content, "nothing is left behind"
    assert not list(tmp_path.iterdir())


def test_what_passed_is_remembered_in_the_bucket_and_on_this_machine(tmp_path: Path) -> None:
    objects = Memory()
    _probe(objects, tmp_path / "here")()
    assert list(objects.content) == [f"qctl/{VERDICT}"]
    objects.calls = 0
    _probe(objects, tmp_path / "here")()
    assert objects.calls == 0, "this machine knows"
    _probe(objects, tmp_path / "there")()
    assert objects.calls == 1, "another one reads what the bucket knows"
    _probe(objects, tmp_path / "there")()
    assert objects.calls == 1


def test_a_verdict_that_was_copied_to_another_service_proves_nothing(tmp_path: Path) -> None:
    honest, other = Memory(), Memory("new")
    _probe(honest, tmp_path)()
    other.content.update(honest.content)
    with pytest.raises(Dishonest):
        _probe(other, tmp_path, "https://copy.example")()


def _ask(service: buckets.Service) -> None:
    objects = service.objects()
    Probe(objects, lambda: objects.endpoint, _BUCKET, buckets.unique(), TurnedClock(), buckets.unique)()


def test_the_local_cloud_passes_and_with_its_conditions_switched_off_it_does_not(tmp_path: Path) -> None:
    with buckets.local_cloud(tmp_path / "cloud.sqlite") as (service, world):
        _ask(service)
        world.set_switch("s3.conditions", "ignore")
        with pytest.raises(Dishonest, match="let 8 of 8 writers put the same new object"):
            _ask(service)


def test_moto_passes() -> None:
    with buckets.moto() as service:
        _ask(service)


@pytest.mark.skipif(buckets.ministack_command() is None, reason="`make servers` installs the second server")
def test_ministack_passes(tmp_path: Path) -> None:
    with buckets.ministack(tmp_path) as service:
        _ask(service)


@pytest.mark.skipif(buckets.fake_s3_command() is None, reason="`make servers` installs the third server")
def test_fake_s3_is_refused(tmp_path: Path) -> None:
    with buckets.fake_s3(tmp_path) as service, pytest.raises(Dishonest, match=r"let [2-8] of 8 writers put the same"):
        _ask(service)


@pytest.mark.skipif(buckets.fake_s3_command() is None, reason="`make servers` installs the third server")
def test_a_404_without_a_code_is_no_missing_object(tmp_path: Path) -> None:
    with buckets.fake_s3(tmp_path) as service, pytest.raises(StoreFailed, match="does not say what is missing"):
        service.objects().get("nothing")


def test_rclone_is_refused(tmp_path: Path) -> None:
    with buckets.rclone(tmp_path) as service, pytest.raises(Dishonest, match=r"let [2-8] of 8 writers put the same"):
        _ask(service)
