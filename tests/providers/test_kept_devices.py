"""What devices say is kept with its time: asked once a command, told again when nobody answers, used by `validate`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.diagnostic import Severity
from reconciler.core.ports import Told
from reconciler.core.resource import Resource
from reconciler.providers import KINDS
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.cloud import BraketCloud
from reconciler.providers.braket.device import get_device, kept_device
from reconciler.providers.braket.kept_check import check_kept
from reconciler.providers.kind import CloudUnavailable
from reconciler.workflow.device_shelf import DeviceShelf
from tests.providers.bench import GARNET, SV1, Bench, error
from tests.providers.samples import CONTEXT, declare

WRONG = "OPENQASM 3.0; qubit[1] q; bit[1] c; nope q[0]; c = measure q;"


def _task(name: str, text: str = WRONG, **spec: Any) -> Resource:
    spec = {"device": GARNET, "shots": 100, "program": {"openqasm": text}} | spec
    return KINDS["QuantumTask"].desired(declare(f"QuantumTask/{name}", spec), CONTEXT)


@pytest.fixture
def shelf(tmp_path: Path) -> DeviceShelf:
    return DeviceShelf(tmp_path, local=True)


def _cloud(bench: Bench, shelf: DeviceShelf) -> BraketCloud:
    """Another command: it remembers nothing but what is on the shelf."""
    clock = bench.client._clock
    access = bench.client._access
    return BraketCloud(BraketClient(access, clock, shelf), clock, local=True)


def test_a_device_is_asked_once_a_plan(bench: Bench, shelf: DeviceShelf) -> None:
    cloud = _cloud(bench, shelf)
    point: dict[str, Any] = {"matrix": {"a": [1, 2]}, "submit": "programSet"}
    tasks = [_task(f"sweep[a={n}]", program={"openqasm": WRONG, "inputs": {"a": n}}, **point) for n in (1, 2)]
    cloud.bundles(tasks)
    cloud.check(tasks)
    assert bench.wire.count("GetDevice") == 1
    cloud.check(tasks)
    assert bench.wire.count("GetDevice") == 2, "the next plan asks again"


def test_what_it_said_is_kept_with_the_time(bench: Bench, shelf: DeviceShelf) -> None:
    _cloud(bench, shelf).check([_task("a")])
    told = shelf.recall(GARNET)
    assert told is not None
    assert told.asked == bench.world.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    kept, live = kept_device(shelf, GARNET), get_device(bench.client, GARNET)
    assert kept is not None
    assert live is not None
    assert replace(kept, asked="") == replace(live, asked="")
    assert shelf.recall(SV1) is None
    assert DeviceShelf(shelf._folder.parents[3], local=False).recall(GARNET) is None, "the local cloud is kept apart"


def test_who_can_not_ask_says_what_was_said_and_when(bench: Bench, shelf: DeviceShelf) -> None:
    _cloud(bench, shelf).check([_task("a")])
    asked = bench.world.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    bench.world.advance(3600)
    bench.wire.answer("GetDevice", error(403, "AccessDeniedException"))
    checked = _cloud(bench, shelf).check([_task("a")])
    assert [d.code for d in checked.diagnostics] == ["device/gate"]
    (note,) = checked.notes
    assert note.startswith("Garnet could not be asked now (get_device failed: ")
    assert note.endswith(f"what is said of it is as of {asked}.")


def test_who_never_asked_says_that_it_failed(bench: Bench, shelf: DeviceShelf) -> None:
    bench.wire.answer("GetDevice", error(403, "AccessDeniedException"))
    with pytest.raises(CloudUnavailable):
        _cloud(bench, shelf).check([_task("a")])


def test_without_a_network_it_is_a_warning_with_the_time(bench: Bench, shelf: DeviceShelf) -> None:
    tasks = [_task("a"), _task("b", shots=20_001), _task("c", device=SV1)]
    assert check_kept(tasks, shelf) == []
    live = _cloud(bench, shelf).check(tasks[:2]).diagnostics
    asked = bench.wire.count("GetDevice")
    kept = check_kept(tasks, shelf)
    assert bench.wire.count("GetDevice") == asked
    assert sorted((d.code, d.where) for d in kept) == sorted((d.code, d.where) for d in live)
    assert {d.severity for d in kept} == {Severity.WARNING}
    assert all(" That is as of 2026-01-" in d.detail for d in kept)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"deviceArn": 1, "deviceCapabilities": "[1"},
        {"deviceArn": GARNET, "deviceName": "x", "providerName": "x", "deviceType": "QPU", "deviceStatus": "ONLINE"},
        {"deviceQueueInfo": [1]},
        {"deviceCapabilities": json.dumps({"action": [], "paradigm": 3, "service": {"shotsRange": ["a", None]}})},
        {
            "deviceCapabilities": json.dumps(
                {
                    "action": {"braket.ir.openqasm.program": {"supportedOperations": 3, "supportedResultTypes": [1]}},
                    "paradigm": {"qubitCount": "x", "connectivity": {"connectivityGraph": {"1": 2}}},
                }
            )
        },
    ],
)
def test_whatever_lies_there_never_raises(shelf: DeviceShelf, answer: dict[str, Any]) -> None:
    """Anybody may write beside a project: a pull request, say."""
    whole = {"deviceArn": GARNET, "deviceName": "Garnet", "providerName": "", "deviceType": "QPU"}
    for told in (answer, {**whole, "deviceStatus": "ONLINE", **answer}):
        shelf.keep(GARNET, Told("some day", told))
        check_kept([_task("a")], shelf)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 1}', '{"format": 99, "device": 1}', "[" * 99_999])
def test_a_file_that_is_no_answer_is_none(shelf: DeviceShelf, text: str) -> None:
    shelf.keep(GARNET, Told("now", {}))
    (file,) = shelf._folder.iterdir()
    file.write_text(text, "utf-8")
    assert shelf.recall(GARNET) is None


def test_a_folder_that_can_not_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / ".qctl").write_text("a file", "utf-8")
    shelf = DeviceShelf(tmp_path, local=True)
    shelf.keep(GARNET, Told("now", {}))
    assert shelf.recall(GARNET) is None
    assert shelf.empty
