"""Devices of both clouds in one list."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.cli.exits import Exit
from tests.cli.place import PROJECT, UID, Place

_PASQAL = f"""apiVersion: qctl/v1alpha1
kind: Project
metadata: {{name: place, uid: {UID}}}
spec:
  devices: {{fast: {{pasqal: EMU_FREE}}, slow: {{pasqal: EMU_FREE}}}}
"""
_CLOUD = "  providers: {pasqal: {mode: cloud, projectId: 00000000-0000-4000-8000-00000000c0de}}\n"
TABLE = """\
DEVICE    PROVIDER  TYPE       STATUS  QUBITS  SHOTS  PRICE   QUEUE   ALIAS       ARN
EMU_FREE  Pasqal    SIMULATOR  UP      12      ?      free    0 s     fast, slow  -
EMU_MPS   Pasqal    SIMULATOR  UP      80      ?      billed  60 s    -           -
EMU_SV    Pasqal    SIMULATOR  UP      25      ?      billed  60 s    -           -
FRESNEL   Pasqal    QPU        UP      100     ?      billed  1800 s  -           -
"""


@pytest.fixture(autouse=True)
def _no_login(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PASQAL_TOKEN", "PASQAL_CLIENT_ID", "PASQAL_USERNAME"):
        monkeypatch.delenv(name, raising=False)


def _manifest(place: Place, text: str) -> None:
    (place.root / "qctl.yaml").write_text(text, "utf-8")


def _clouds(place: Place, *args: str) -> set[str]:
    return {device["cloud"] for device in place.ok("devices", "--json", *args).json["devices"]}


def test_a_project_of_pasqal_sees_its_devices(place: Place) -> None:
    _manifest(place, _PASQAL)
    assert place.ok("devices").out == TABLE


def test_only_clouds_that_the_project_uses_are_asked(place: Place) -> None:
    assert _clouds(place) == {"braket"}
    assert _clouds(place, "--all") == {"braket", "pasqal"}
    _manifest(place, _PASQAL)
    assert _clouds(place) == {"pasqal"}


def test_a_new_project_sees_all(place: Place) -> None:
    _manifest(place, _PASQAL.partition("spec:")[0])
    assert _clouds(place) == {"braket", "pasqal"}


@pytest.mark.parametrize("name", ["slow", "emu_free", "EMU_FREE", "pasqal:EMU_FREE"])
def test_a_device_of_pasqal_by_name(place: Place, name: str) -> None:
    _manifest(place, _PASQAL)
    (found,) = place.ok("devices", name, "--json").json["devices"]
    assert found == {
        "cloud": "pasqal",
        "arn": None,
        "name": "EMU_FREE",
        "alias": "fast",
        "provider": "Pasqal",
        "type": "SIMULATOR",
        "status": "UP",
        "availability": "ACTIVE",
        "qubits": 12,
        "billed": False,
        "queue_seconds": 0.0,
    }


def test_a_cloud_without_a_login_is_a_note(place: Place) -> None:
    _manifest(place, PROJECT.replace("spec:\n", f"spec:\n{_CLOUD}"))
    ran = place.ok("devices")
    assert "Garnet" in ran.out
    assert ran.err.startswith("note: the devices of pasqal can't be listed: no login for Pasqal Cloud: set PASQAL_")
    ran = place.ok("devices", "--json")
    told: dict[str, Any] = ran.json["unavailable"]
    assert list(told) == ["pasqal"]
    assert ran.err == ""
    ran = place.run("devices", "FRESNEL")
    assert (ran.code, "No device is called FRESNEL. But the devices of pasqal" in ran.err) == (Exit.ERROR, True)


def test_the_only_cloud_that_is_asked_must_answer(place: Place) -> None:
    _manifest(place, _PASQAL.replace("spec:\n", f"spec:\n{_CLOUD}"))
    ran = place.run("devices")
    assert (ran.code, ran.out) == (Exit.ERROR, "")
    assert "[cloud/unavailable]" in ran.err
