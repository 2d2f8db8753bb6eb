"""The page about the architecture is true: its rooms, its arrows, and the files that it names."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
PACKAGE = HOUSE / "reconciler"
_PAGE = (HOUSE / "docs" / "architecture.md").read_text("utf-8")


def _rooms() -> set[str]:
    return {path.parent.name for path in PACKAGE.glob("*/__init__.py")}


def _contracts() -> list[dict[str, list[str]]]:
    settings = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))
    return settings["tool"]["importlinter"]["contracts"]  # type: ignore[no-any-return]


def _names(text: str) -> list[str]:
    return [name.removeprefix("reconciler.") for name in re.split(r"\s*\|\s*|\s+", text)]


def _section(title: str) -> str:
    return _PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def _modules(folder: str) -> set[str]:
    return {path.stem for path in (PACKAGE / folder).glob("*.py")} - {"__init__"}


def _words(cell: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+)`", cell))


def test_every_room_has_its_row() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", _section("Rooms and arrows"), re.MULTILINE)
    assert sorted(rows) == sorted(_rooms())


@pytest.mark.parametrize("page", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_the_picture_is_what_the_linter_holds(page: str) -> None:
    layers, kept_apart, known = _contracts()
    text = (HOUSE / page).read_text("utf-8")
    (picture,) = re.findall(r"^```\n(cli  ->  workflow.*?)```", text, re.MULTILINE | re.DOTALL)
    first, second = (line.split("  ->  ") for line in picture.strip().splitlines())
    assert [set(_names(level)) for level in first] == [set(_names(level)) for level in layers["layers"]]
    *_, emulator, beneath = second
    everything = {f"reconciler.{room}" for room in _rooms()}
    assert kept_apart["source_modules"] == [f"reconciler.{emulator}"]
    assert everything - set(kept_apart["forbidden_modules"]) == {f"reconciler.{emulator}", f"reconciler.{beneath}"}
    assert everything - set(known["source_modules"]) == {f"reconciler.{room}" for room in second[:-1]}


def test_every_file_of_the_story_is_told_and_there() -> None:
    table = _section("Files of the story").partition("Around it")[0]
    told = _words("".join(row.split("|")[2] for row in table.splitlines() if row.startswith("| ")))
    assert sorted(told) == sorted(_modules("workflow"))


@pytest.mark.parametrize(("row", "folder"), [("cli/agent", "cli/agent"), ("forge", "forge")])
def test_every_file_around_the_story_is_told_and_there(row: str, folder: str) -> None:
    rows = [line for line in _section("Files of the story").splitlines() if line.startswith("| ")]
    (cell,) = [line.split("|")[2] for line in rows if f"`{row}`" in line.split("|")[1]]
    assert sorted(_words(cell)) == sorted(_modules(folder))


def test_every_protocol_of_a_cloud_is_told_and_there() -> None:
    told = set(re.findall(r"^\| `(\w+)`", _section("What clouds can do"), re.MULTILINE))
    files = [PACKAGE / "providers" / f"{name}.py" for name in ("kind", "existing", "tag_holder")]
    source = "".join(path.read_text("utf-8") for path in [*files, PACKAGE / "workflow" / "selecting.py"])
    there = set(re.findall(r"^class (\w+)\((?:\w+, )?Protocol\)", source, re.MULTILINE))
    assert sorted(told) == sorted(there - {"Kind", "Cloud", "Trying"})  # what every cloud has, and what a kind has
