"""Program sets: what one task can hold by the device's own word, and the request that submits it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from reconciler.core.attempt import Place
from reconciler.core.digest import canonical
from reconciler.core.resource import Resource
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.device import Device, get_device
from reconciler.providers.braket.quantum_task import OPENQASM_HEADER, TaskPayload, create_request
from reconciler.providers.kind import Bundles

PROGRAM_SET: Final = "braket.ir.openqasm.program_set"
TASK_FEE: Final = Decimal("0.30")
"""USD of each task on a QPU, once for a program set (reference: AWS's price list, 2026)."""


def bundles(client: BraketClient, resources: Sequence[Resource]) -> Bundles:
    """The sets that these runs make on their device; `refused` says why there are none. Raises CloudUnavailable."""
    arn = str(resources[0].execution["device"])
    device = get_device(client, arn)
    if device is None:
        return Bundles(refused=f"nobody knows what {arn} takes")
    offer = (device.capabilities.get("action") or {}).get(PROGRAM_SET)
    if not isinstance(offer, dict):
        return Bundles(refused=f"{device.name} takes no program sets")
    payloads = [resource.payload for resource in resources]
    if why := _why_not(payloads):
        return Bundles(refused=why)
    most = _most(offer, device, int(resources[0].execution["shots"]))
    if most < 2:
        shots = resources[0].execution["shots"]
        return Bundles(refused=f"{device.name} takes no two runs of {shots} shots in one program set")
    sets = [resources[start : start + most] for start in range(0, len(resources), most)]
    least = int(offer.get("minimumTotalShots") or 0)
    whole = [part for part in sets if len(part) * int(part[0].execution["shots"]) >= least]
    refused = f"{device.name} takes no program set below {least:,} shots in all" if len(whole) < len(sets) else ""
    return Bundles(whole, refused, TASK_FEE if device.type == "QPU" else None)


def _why_not(payloads: Sequence[TaskPayload]) -> str:
    if any(p.language != "openqasm" for p in payloads):
        return "only OpenQASM programs can be in a program set"
    if len({p.source.text for p in payloads}) > 1:
        return "the points of this sweep are different programs; a program set of ours holds one with many inputs"
    if any(set(p.inputs) != set(payloads[0].inputs) or not p.inputs for p in payloads):
        return "the points of this sweep do not differ in their inputs alone"
    if any(isinstance(value, list) for p in payloads for value in p.inputs.values()):
        return "an input of several numbers can't be in a program set: there, a list is one value for each run"
    return ""


def _most(offer: Mapping[str, Any], device: Device, shots: int) -> int:
    """How many runs of so many shots one task may have."""
    executables = int(offer.get("maximumExecutables") or 0)
    total = int(offer.get("maximumTotalShots") or 0)
    by_shots = total // shots if total and shots else executables
    return min(executables or by_shots, by_shots)


def set_request(resources: Sequence[Resource], token: str, tags: Mapping[str, str], place: Place) -> dict[str, Any]:
    """The parameters of CreateQuantumTask for all of them, equal on every machine."""
    request = create_request(resources[0], token, tags, place)
    payloads: list[TaskPayload] = [resource.payload for resource in resources]
    inputs = {name: [p.inputs[name] for p in payloads] for name in sorted(payloads[0].inputs)}
    program = {"braketSchemaHeader": OPENQASM_HEADER, "source": payloads[0].source.text, "inputs": inputs}
    header = {"name": PROGRAM_SET, "version": "1"}
    request["action"] = canonical({"braketSchemaHeader": header, "programs": [program]})
    request["shots"] = sum(int(resource.execution["shots"]) for resource in resources)
    return request
