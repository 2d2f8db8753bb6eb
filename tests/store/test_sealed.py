"""Client-side encryption: nothing readable leaves, nothing opens in another place or with another key."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from reconciler.store.local import LocalStore
from reconciler.store.port import Archive, locked
from reconciler.store.sealed import InvalidKey, KeyMissing, Seal, Sealed, Unsealed, is_sealed, keys_of, new_key
from tests.store.buckets import NAMES, store_of, unique
from tests.store.samples import TurnedClock, holder, intended, tokens
from tests.store.test_probe import Memory

OLD, NEW = b"o" * 32, b"n" * 32


def test_a_piece_opens_with_its_key_in_its_place_alone() -> None:
    seal = Sealed([NEW])
    piece = seal.seal(b"who was paid", "journal 7")
    assert is_sealed(piece)
    assert b"paid" not in piece
    assert piece != seal.seal(b"who was paid", "journal 7"), "the same content never looks the same"
    assert seal.open(piece, "journal 7", "it") == b"who was paid"
    for opener, data, purpose in (
        (Sealed([OLD]), piece, "journal 7"),
        (Unsealed(), piece, "journal 7"),
        (seal, piece, "journal 8"),
        (seal, piece[:-1] + bytes([piece[-1] ^ 1]), "journal 7"),
        (seal, piece[:40], "journal 7"),
    ):
        with pytest.raises(KeyMissing):
            opener.open(data, purpose, "it")


def test_keys_can_be_changed() -> None:
    both = Sealed([NEW, OLD])
    assert both.open(Sealed([OLD]).seal(b"x", "state"), "state", "it") == b"x"
    assert Sealed([NEW]).open(both.seal(b"x", "state"), "state", "it") == b"x", "the first one seals"


def test_keys_are_read_as_people_write_them() -> None:
    first, second = new_key(), new_key()
    assert keys_of(f" {first} , {second}\n", "here") == [base64.b64decode(k) for k in (first, second)]
    assert keys_of(f"{first}\n{second}\n", "here") == keys_of(f"{first},{second}", "here")


@pytest.mark.parametrize("text", ["", " ,\n", "not base64!", base64.b64encode(b"short").decode(), "é"])
def test_what_is_no_key_is_refused_and_never_shown(text: str) -> None:
    with pytest.raises(InvalidKey) as caught:
        keys_of(text, "QCTL_STATE_KEY")
    assert not text.strip(" ,\n") or text not in str(caught.value)


def _make(kind: str, folder: Path, objects: Memory, seal: Seal) -> Archive:
    if kind == "bucket":
        return store_of(objects, seal=seal)
    return LocalStore(folder, NAMES, clock=TurnedClock(), seal=seal, new_id=unique)


@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_nothing_readable_is_left_anywhere_and_what_was_plain_is_sealed_by_the_next_save(
    kind: str, tmp_path: Path
) -> None:
    objects = Memory()

    def everything() -> bytes:
        files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".lock"]
        return b"".join([*files, *(there.body for key, there in objects.content.items() if not key.endswith(".lock"))])

    with locked(plain := _make(kind, tmp_path, objects, Unsealed()), holder(unique())):
        plain.append(intended(0))
        assert b"QuantumTask" in everything()
    seal = Sealed([NEW])
    with locked(store := _make(kind, tmp_path, objects, seal), holder(unique())):
        store.append(intended(1))
        snapshot = store.read()
        store.write(snapshot.state, snapshot.version)
        store.append(intended(2))
    left = everything()
    if kind == "bucket":  # the first object of the plain writer stays where it is
        left = left.replace(objects.content["study.dev.journal/000000000001"].body, b"")
    assert b"QuantumTask" not in left
    assert tokens(_make(kind, tmp_path, objects, seal).read().state) == [0, 1, 2]
    for other in (Unsealed(), Sealed([OLD])):
        with pytest.raises(KeyMissing):
            _make(kind, tmp_path, objects, other).read()
