"""`qctl init` in a folder whose name can't be a project's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.place import Place


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("ünï-✓", "uni"),
        ("Straße 7", "strasse-7"),
        ("My Study", "my-study"),
        ("量子", "project"),
        ("实验-2", "project"),
        ("✓", "project"),
        ("2026", "2026"),
        ("é" * 70, "e" * 63),
    ],
)
def test_a_project_gets_a_name_that_can_be_read_from_the_folders(place: Place, folder: str, name: str) -> None:
    """`ünï-✓` became `n`."""
    said = place.ok("init", str(place.root / folder)).out
    manifest = (place.root / folder / "qctl.yaml").read_text("utf-8")
    assert f"  name: {name}\n" in manifest
    assert (f"The project is called {name}; " in said) == (name != folder)


def test_a_name_that_was_given_is_not_explained(place: Place, tmp_path: Path) -> None:
    assert "is called" not in place.ok("init", str(tmp_path / "✓"), "--name", "lab").out
