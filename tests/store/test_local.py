"""The local store as the workflow sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.store.errors import Conflict, InvalidName, Standing, StateTooNew, StateUnreadable
from reconciler.store.local import LocalStore
from reconciler.store.port import Store, locked
from reconciler.store.successor import Names
from tests.store.power import ForgetfulDisk
from tests.store.samples import TurnedClock, holder, intended, store_in, tokens


def test_a_local_store_is_a_store(tmp_path: Path) -> None:
    store: Store = store_in(tmp_path)
    assert isinstance(store, LocalStore)


def test_the_first_use_makes_the_folder_and_a_new_lineage(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "state"
    store = store_in(folder)
    fresh = store.read()
    assert (fresh.state.lineage, fresh.state.serial, fresh.version) == ("id0", 0, None)
    assert (fresh.state.project, fresh.state.environment) == ("uid-1", "dev")
    assert not folder.exists(), "reading writes nothing"
    with locked(store, holder()):
        store.write(fresh.state, None)
    assert sorted(path.name for path in folder.iterdir()) == ["study.dev.history", "study.dev.json", "study.dev.lock"]
    assert store.read().state.serial == 1


def test_events_are_remembered_before_and_after_the_save(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    with locked(store, holder()):
        store.append(intended(0), intended(1))
        before = store_in(tmp_path).read()
        version = store.write(store.read().state, None)
        after = store_in(tmp_path).read()
    assert tokens(before.state) == tokens(after.state) == [0, 1]
    assert (before.version, after.version) == (None, version)
    assert (before.state.serial, after.state.serial) == (0, 1)


def test_saving_over_a_later_save_is_a_conflict_that_says_what_stands_there(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.lock(holder())
    state = store.read().state
    version = store.write(state, None)
    for stale in (None, "id99"):
        with pytest.raises(Conflict, match="saved by another command") as caught:
            store.write(state, stale)
        assert caught.value.standing == Standing("id0", 1, version)


def test_a_save_where_somebody_removed_the_state_is_a_conflict(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.lock(holder())
    version = store.write(store.read().state, None)
    (tmp_path / "study.dev.json").unlink()
    with pytest.raises(Conflict) as caught:
        store.write(store.read().state, version)
    assert caught.value.standing is None


def test_a_state_of_another_lineage_is_no_successor(tmp_path: Path) -> None:
    first, other = store_in(tmp_path / "a"), store_in(tmp_path / "b")
    first.lock(holder())
    version = first.write(first.read().state, None)
    other.read()
    with pytest.raises(Conflict, match="another lineage"):
        first.write(other.read().state, version)


def test_events_that_came_after_the_read_are_not_forgotten_by_a_save(tmp_path: Path) -> None:
    """A command read, another one recorded an intent and died: the saved version is the same, the journal is not."""
    early = store_in(tmp_path)
    stale = early.read()
    with locked(other := store_in(tmp_path), holder()):
        other.append(intended(0))
    early.lock(holder())
    with pytest.raises(Conflict, match="grew after it was read"):
        early.write(stale.state, stale.version)
    early.write(early.read().state, None)
    assert tokens(store_in(tmp_path).read().state) == [0]


def test_a_crash_between_save_and_emptying_folds_nothing_twice(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    held = store.lock(holder())
    store.append(intended(0), intended(1))
    journal = tmp_path / "study.dev.journal"
    lines = journal.read_bytes()
    # The address was renamed before saving: folding the events again would bring the old one back.
    state = store.read().state
    renamed = replace(state, records={"QuantumTask/new": state.records["QuantumTask/t0"]})
    store.write(renamed, None)
    store.unlock(held)
    journal.write_bytes(lines)  # as if it had never been emptied

    again = store_in(tmp_path)
    assert again.read().state.records == renamed.records
    again.lock(holder())
    again.append(intended(2))
    assert tokens(again.read().state) == [0, 2]
    assert journal.read_bytes().startswith(b"3 3 ")


class _Interleaved(ForgetfulDisk):
    """Lets a writer come between the two files that a reader reads."""

    between: Callable[[], object] | None = None

    def read(self, path: Path) -> bytes:
        try:
            return ForgetfulDisk.read(self, path)
        finally:
            action, self.between = self.between, None
            if action is not None:
                action()


def test_a_reader_without_the_lock_never_sees_a_hole(tmp_path: Path) -> None:
    """Between its two reads the writer saves and empties the journal: the events are in the one or in the other."""
    disk = _Interleaved()
    writer = store_in(tmp_path, disk)
    writer.lock(holder())
    writer.append(intended(0), intended(1))
    latest = writer.read().state
    disk.between = lambda: writer.write(latest, None)
    assert tokens(store_in(tmp_path, disk).read().state) == [0, 1]
    assert disk.between is None


def test_a_torn_end_of_the_journal_is_told(tmp_path: Path) -> None:
    with locked(store := store_in(tmp_path), holder()):
        store.append(intended(0))
        store.append(intended(1))
    journal = tmp_path / "study.dev.journal"
    journal.write_bytes(journal.read_bytes()[:-1])
    left = store_in(tmp_path).read()
    assert (tokens(left.state), left.torn) == ([0], True)


def test_an_unreadable_state_stops_reading_and_writing_and_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "study.dev.json"
    file.write_text("<<<<<<< ours")
    store = store_in(tmp_path)
    store.lock(holder())
    with pytest.raises(StateUnreadable):
        store.read()
    with pytest.raises(StateUnreadable):
        store.append(intended(0))
    assert file.read_text() == "<<<<<<< ours"


def test_a_newer_state_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "study.dev.json"
    file.write_text('{"header":{"format_version":99,"tool_version":"9.0"},\n"records":{}}')
    store = store_in(tmp_path)
    store.lock(holder())
    with pytest.raises(StateTooNew):
        store.append(intended(0))


def test_the_state_of_another_project_is_refused(tmp_path: Path) -> None:
    with locked(store := store_in(tmp_path), holder()):
        store.write(store.read().state, None)
    other = LocalStore(tmp_path, Names("study", "uid-2", "dev"), clock=TurnedClock())
    with pytest.raises(StateUnreadable, match="project with uid uid-1, not uid-2"):
        other.read()


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../a", "a\\b", "a\0", "-a", "a\n", "x" * 64, "Ä"])
def test_no_name_leads_out_of_the_folder(name: str, tmp_path: Path) -> None:
    for project, environment in ((name, "dev"), ("study", name)):
        with pytest.raises(InvalidName):
            LocalStore(tmp_path, Names(project, "uid-1", environment), clock=TurnedClock())


def test_two_pairs_of_names_never_share_a_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidName):
        LocalStore(tmp_path, Names("a", "uid-1", "b.c"), clock=TurnedClock())
    assert LocalStore(tmp_path, Names("a.b", "uid-1", "c"), clock=TurnedClock()).read().version is None
