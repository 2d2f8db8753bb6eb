"""A power cut at any action loses nothing claimed: proof of the order of writes, syncs and renames.

Killing a process can't show this, for the system's cache outlives the process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.store.errors import StoreError
from tests.store.power import ForgetfulDisk, Inode, PowerCut, everything, some_pages, synced
from tests.store.samples import holder, intended, store_in, tokens

_SURVIVAL: dict[str, Callable[[Inode], bytes]] = {
    "synced": synced,
    "everything": everything,
    **{f"pages-{seed}": some_pages(seed) for seed in range(6)},
}


@dataclass(slots=True)
class Claims:
    """What the work was told is on disk."""

    events: int = 0
    serial: int = 0


def _work(folder: Path, disk: ForgetfulDisk, claims: Claims) -> None:
    """Two commands: the first leaves a journal, the second saves twice with more events between."""
    store = store_in(folder, disk)
    for saves in (0, 2):
        held = store.lock(holder())
        try:
            for _ in range(saves + 1):
                known = claims.events
                store.append(*(intended(known + i) for i in range(3)))
                claims.events += 3
                if saves:
                    snapshot = store.read()
                    store.write(snapshot.state, snapshot.version)
                    claims.serial += 1
        finally:
            store.unlock(held)


def _cuts(folder: Path, forgets: str = "") -> Iterator[tuple[ForgetfulDisk, Claims]]:
    """Every place at which the power can go, with what had been claimed by then."""
    whole = ForgetfulDisk()
    _work(folder, whole, Claims())
    for cut_at in range(whole.actions + 1):
        disk, claims = ForgetfulDisk(cut_at=cut_at, forgets=forgets), Claims()
        with suppress(PowerCut):
            _work(folder, disk, claims)
        yield disk, claims


def _check(folder: Path, disk: ForgetfulDisk, claims: Claims) -> None:
    state = store_in(folder, disk).read().state
    found = tokens(state)
    assert found == list(range(len(found)))
    assert claims.events <= len(found) <= claims.events + 3
    assert claims.serial <= state.serial <= claims.serial + 1


@pytest.mark.parametrize("names_survive", [True, False], ids=["new-names", "old-names"])
@pytest.mark.parametrize("survival", _SURVIVAL)
def test_nothing_claimed_is_lost(survival: str, names_survive: bool, tmp_path: Path) -> None:
    for disk, claims in _cuts(tmp_path):
        after = disk.after_cut(names_survive, _SURVIVAL[survival])
        _check(tmp_path, after, claims)
        known = len(tokens(store_in(tmp_path, after).read().state))
        again = Claims(events=known, serial=store_in(tmp_path, after).read().state.serial)
        _work(tmp_path, after, again)
        _check(tmp_path, after, again)


@pytest.mark.parametrize("forgets", ["file", "folder"])
def test_a_disk_that_only_pretends_to_sync_is_found_out(forgets: str, tmp_path: Path) -> None:
    """The guard is guarded: without either kind of sync the test above must fail."""
    losses = 0
    for disk, claims in _cuts(tmp_path, forgets):
        try:
            _check(tmp_path, disk.after_cut(forgets == "file", synced), claims)
        except (AssertionError, StoreError):
            losses += 1
    assert losses > 0
