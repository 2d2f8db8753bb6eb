"""Devices of both clouds in one list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from reconciler.cli.exits import Exit
from tests.cli.place import PROJECT, UID, Place
from tests.simulate.actions import rabi

_PASQAL = f"""apiVersion: qctl/v1alpha1
kind: Project
metadata: {{name: place, uid: {UID}}}
spec:
  devices: {{fast: {{pasqal: EMU_FREE}}, slow: {{pasqal: EMU_FREE}}}}
"""
_CLOUD = "  providers: {pasqal: {mode: cloud, projectId: 00000000-0000-4000-8000-00000000c0de}}\n"
TABLE = """\
DEVICE    PROVIDER  TYPE       STATUS  QUBITS  SHOTS  PRICE   QUEUE   NEXT WINDOW  ALIAS       ARN
EMU_FREE  Pasqal    SIMULATOR  UP      12      ?      free    0 s     -            fast, slow  -
EMU_MPS   Pasqal    SIMULATOR  UP      80      ?      billed  60 s    -            -           -
EMU_SV    Pasqal    SIMULATOR  UP      25      ?      billed  60 s    -            -           -
FRESNEL   Pasqal    QPU        UP      100     ?      billed  1800 s  -            -           -
"""
GARNET = """\
Garnet
  alias        = garnet
  arn          = arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet
  provider     = IQM
  type         = QPU
  status       = ONLINE
  region       = eu-north-1
  location     = Finland
  qubits       = 20
  native gates = cz, prx
  topology     = 30 pairs among 20 qubits
  shots        = 1 to 20,000 a task
  price        = 0.30 USD a task and 0.00145 USD a shot, by the device's own word
  program sets = up to 100 runs, up to 200000 shots in all
  programs     = braket.ir.openqasm.program, braket.ir.openqasm.program_set
  windows      = Everyday 00:00:00 to 23:59:59 UTC
  now          = open now
  queues       = 3 tasks, 0 tasks with priority, 0 hybrid jobs
"""
FRESNEL = """\
FRESNEL
  provider = Pasqal
  type     = QPU
  status   = UP
  qubits   = 100
  price    = billed
  queue    = about 1800 s
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


def test_one_device_in_full(place: Place) -> None:
    assert place.ok("devices", "garnet").out == GARNET
    _manifest(place, _PASQAL)
    assert place.ok("devices", "fresnel").out == FRESNEL


def test_one_device_in_full_for_programs(place: Place) -> None:
    (found,) = place.ok("devices", "Forte 1", "--json").json["devices"]
    assert found == {
        "alias": None,
        "arn": "arn:aws:braket:us-east-1::device/qpu/ionq/Forte-1",
        "cloud": "braket",
        "location": "Maryland, USA",
        "name": "Forte 1",
        "native_gates": ["gpi", "gpi2", "zz"],
        "price": {"amount": "0.08", "currency": "USD", "unit": "shot"},
        "program_sets": {"executables": 100, "shots": 200000},
        "programs": ["braket.ir.openqasm.program", "braket.ir.openqasm.program_set"],
        "provider": "IonQ",
        "qubits": 36,
        "queues": {"jobs": "2", "tasks": "21", "tasks (priority)": "0"},
        "region": "us-east-1",
        "shots": [100, 5000],
        "status": "ONLINE",
        "topology": {"fully_connected": True, "pairs": None, "qubits": None},
        "type": "QPU",
        "windows": {
            "closes": None,
            "open": True,
            "opens": None,
            "stated": ["Everyday 00:00:00 to 23:59:59 UTC"],
        },
    }


def test_when_a_device_opens_next(place: Place) -> None:
    """Its windows are on weekdays: on a Saturday they open on Monday."""
    _turn_to_saturday(place)
    assert "opens Mon " in place.ok("devices", "Aquila").out
    row = next(line for line in place.ok("devices").out.splitlines() if line.startswith("Aquila"))
    assert " opens Mon " in row
    (found,) = place.ok("devices", "Aquila", "--json").json["devices"]
    assert found["windows"]["open"] is False
    opens = datetime.fromisoformat(found["windows"]["opens"])
    assert (opens.weekday(), opens.hour, found["windows"]["closes"]) == (0, 1, None)


def test_what_is_submitted_outside_of_the_windows_is_said_to_wait(place: Place) -> None:
    _turn_to_saturday(place)
    (place.root / "atoms.json").write_text(rabi(1), "utf-8")
    aquila = "arn:aws:braket:us-east-1::device/qpu/quera/Aquila"
    spec = f"spec: {{device: {aquila!r}, shots: 10, program: {{ahs: atoms.json}}}}\n"
    _manifest(place, f"{PROJECT}---\napiVersion: qctl/v1alpha1\nkind: QuantumTask\nmetadata: {{name: atoms}}\n{spec}")
    told = "Aquila is outside of its execution windows: submitted now it waits. The next window opens Mon "
    for form in ((), ("--format", "markdown")):
        assert told in place.ok("plan", *form).out
    before = place.ok("plan", "--json").out
    place.world.advance(3 * 86_400)
    assert told not in place.ok("plan").out
    assert place.ok("plan", "--json").out == before, "the machine form depends on the time of day"


def _turn_to_saturday(place: Place) -> None:
    days = (5 - place.world.now().weekday()) % 7
    place.world.advance(days * 86_400)
