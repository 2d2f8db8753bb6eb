"""Whose files and objects are whose, by their names alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.store.errors import StateOfAnother
from reconciler.store.local import LocalStore
from reconciler.store.port import locked
from reconciler.store.successor import Names, named_environments
from tests.store.samples import TurnedClock, holder, intended

UID = "019aa3c1-7d00-7b1e-8e11-6f0d5a2c4bff"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("study.prod.json", ["prod"]),
        ("study.prod.journal", ["prod"]),
        ("study.prod.lock", []),
        ("study.prod.history", []),
        ("study.prod.json.id7.tmp", []),
        ("study.two.prod.json", []),
        ("other.prod.json", []),
        ("study..json", []),
        ("study.json", []),
    ],
)
def test_names(name: str, found: list[str]) -> None:
    assert named_environments("study", [name]) == found


def _store(folder: Path, environment: str, uid: str = UID) -> LocalStore:
    return LocalStore(folder, Names("study", uid, environment), clock=TurnedClock())


def test_another_project_of_that_name_is_told_apart(tmp_path: Path) -> None:
    theirs = _store(tmp_path, "prod", "019aa3c1-7d00-7b1e-8e11-000000000000")
    with locked(theirs, holder()):
        theirs.append(intended(0))
        theirs.write(theirs.read().state, None)
    with pytest.raises(StateOfAnother):
        _store(tmp_path, "prod").read()
    assert list(_store(tmp_path, "ci").environments()) == ["prod"]
