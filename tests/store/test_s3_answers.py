"""Answers that are lost, refused for now or late: what became of a write is certain in the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from reconciler.store.errors import LockHeld, StoreFailed
from reconciler.store.s3.certain import Certain, Others
from reconciler.store.s3.objects import Listed, Stored, Unmet, Unsure
from tests.store.buckets import store_of, unique
from tests.store.samples import TurnedClock, holder, intended, tokens
from tests.store.test_probe import Memory


class Troubled(Memory):
    """Loses answers: `before` a request acts, or `after`; for the first `times` of each key and kind, or always."""

    def __init__(self, before: int = 0, after: int = 0) -> None:
        super().__init__()
        self.left: dict[tuple[str, str], list[int]] = {}
        self.before, self.after = before, after

    def _troubled(self, kind: str, key: str, act: Callable[[], str]) -> str:
        left = self.left.setdefault((kind, key), [self.before, self.after])
        if left[0]:
            left[0] -= 1
            raise Unsure("409 before acting")
        answer = act()
        if left[1]:
            left[1] -= 1
            raise Unsure("the answer was lost")
        return answer

    def put(self, key: str, body: bytes, if_etag: str | None) -> str:
        return self._troubled("put", key, lambda: Memory.put(self, key, body, if_etag))

    def delete(self, key: str, if_etag: str | None = None) -> None:
        def act() -> str:
            Memory.delete(self, key, if_etag)
            return ""

        self._troubled("delete", key, act)


_TROUBLES = {
    "refused once": (1, 0),
    "refused three times": (3, 0),
    "answer lost once": (0, 1),
    "every answer lost": (0, 999),
    "refused, then every answer lost": (2, 999),
}


@pytest.mark.parametrize("trouble", _TROUBLES)
def test_a_whole_life_of_a_state(trouble: str) -> None:
    objects = Troubled(*_TROUBLES[trouble])
    for life in range(3):
        store = store_of(objects)
        held = store.lock(holder(unique()))
        store.append(intended(2 * life))
        store.append(intended(2 * life + 1))
        snapshot = store.read()
        store.write(snapshot.state, snapshot.version)
        assert store.unlock(held) is True
        left = store_of(objects).read().state
        assert (tokens(left), left.serial) == (list(range(2 * life + 2)), life + 1)
    assert not [key for key in objects.content if key.endswith(".lock")]


@pytest.mark.parametrize("trouble", _TROUBLES)
def test_somebody_elses_lock_is_never_taken_for_ours(trouble: str) -> None:
    objects = Troubled(*_TROUBLES[trouble])
    store_of(objects).lock(holder("theirs"))
    with pytest.raises(LockHeld) as caught:
        store_of(objects).lock(holder("ours"))
    assert caught.value.info is not None
    assert caught.value.info.id == "theirs"


def test_a_service_that_never_acts_is_given_up() -> None:
    clock = TurnedClock()
    with pytest.raises(StoreFailed, match="409 before acting"):
        store_of(Troubled(before=999), clock=clock).lock(holder())
    assert 5 < clock.passed < 60


def test_a_conflict_is_told_from_an_echo() -> None:
    objects, clock = Memory(), TurnedClock()
    certain = Certain(objects, clock)
    etag = certain.create("key", b"ours")
    assert isinstance(etag, str)
    theirs = certain.create("key", b"theirs")
    assert isinstance(theirs, Others)
    assert theirs.there == Stored(b"ours", etag)
    assert isinstance(certain.replace("key", b"new", "another etag"), Others)
    assert certain.remove("key", "another etag") is False
    assert certain.remove("key", etag) is True
    assert certain.remove("key", etag) is False


class Late(Memory):
    """The first put of a key is answered with a timeout, and carried out just before the second one."""

    def __init__(self) -> None:
        super().__init__()
        self.late: dict[str, tuple[bytes, str | None]] = {}

    def put(self, key: str, body: bytes, if_etag: str | None) -> str:
        if key not in self.late:
            self.late[key] = (body, if_etag)
            raise Unsure("a timeout")
        Memory.put(self, key, *self.late[key])
        return Memory.put(self, key, body, if_etag)


def test_a_request_that_is_carried_out_late_is_our_own() -> None:
    objects = Late()
    assert isinstance(Certain(objects, TurnedClock()).create("key", b"ours"), str)
    assert objects.content["key"].body == b"ours"


class Vanishing(Memory):
    """Saves by another writer come between a list and the readings after it."""

    between: Callable[[], object] | None = None

    def keys(self, prefix: str, after: str = "") -> Sequence[Listed]:
        found = Memory.keys(self, prefix, after)
        action, self.between = self.between, None
        if action is not None:
            action()
        return found


def test_a_reader_without_the_lock_never_sees_a_hole() -> None:
    objects = Vanishing()
    writer = store_of(objects)
    writer.lock(holder())
    writer.append(intended(0))
    writer.append(intended(1))
    latest = writer.read().state
    objects.between = lambda: writer.write(latest, None)
    assert tokens(store_of(objects).read().state) == [0, 1]
    assert objects.between is None


def test_unmet_is_never_shown_to_a_caller() -> None:
    objects = Memory()
    with pytest.raises(Unmet):
        objects.put("key", b"", "none")
    assert isinstance(Certain(objects, TurnedClock()).replace("key", b"", "none"), Others)
