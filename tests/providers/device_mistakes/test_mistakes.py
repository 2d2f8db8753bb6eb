"""A mistake of each kind is caught by `plan`, at its line; sent all the same, the local cloud refuses it in its words.

Both sides are written from the documentation and share no code: each proves the other.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.emulator.world import World
from tests.cli.place import Place
from tests.emulator.local import Local, refused
from tests.providers.device_mistakes.mistake import MISTAKES, altered


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QCTL_LOCAL_CLOUD", str(tmp_path / "cloud.sqlite"))
    return Place(tmp_path, tmp_path / "cloud.sqlite")


@pytest.mark.parametrize("name", MISTAKES)
def test_the_plan_finds_it(place: Place, name: str) -> None:
    mistake = MISTAKES[name]
    mistake.write(place.root)
    with altered(mistake):
        ran = place.run("plan", "--json")
    found = [d for d in ran.json["diagnostics"] if d["severity"] == "error"]
    places = ["{file}:{line}:{column}".format(**d["location"]) for d in found]
    assert [f"{d['code']} {at}" for d, at in zip(found, places, strict=True)] == list(mistake.finds)
    assert all(d["detail"] and d["remedy"] for d in ran.json["diagnostics"])
    assert ran.code == 1
    assert place.tasks() == 0


@pytest.mark.parametrize("name", MISTAKES)
def test_the_local_cloud_refuses_it(tmp_path: Path, name: str) -> None:
    mistake = MISTAKES[name]
    world = World.open(tmp_path / "cloud.sqlite")
    region = mistake.arn.split(":")[3] or "us-east-1"
    with altered(mistake):
        status, code, message = refused(lambda: Local(world).create(region=region, **mistake.request()))
    assert ((status, code), message) == (mistake.error, mistake.service)
    assert world.status()["tasks"] == 0
    world.close()


def test_without_its_checks_the_local_cloud_takes_it(tmp_path: Path) -> None:
    """So that it is the checks which refuse."""
    world = World.open(tmp_path / "cloud.sqlite")
    world.set_switch("device.checks", "off")
    mistake = MISTAKES["modifier-ctrl"]
    assert Local(world).create(region="eu-north-1", **mistake.request())
    world.close()
