"""Program sets: what one task can hold by the device's own word, and the request that submits it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from reconciler.core.attempt import Place
from reconciler.core.digest import canonical
from reconciler.core.program_set import most_members
from reconciler.core.resource import Resource
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.device import PROGRAM_SET, TASK_FEE, get_device
from reconciler.providers.braket.quantum_task import OPENQASM_HEADER, TaskPayload, create_request
from reconciler.providers.kind import Bundles

_RESULT_TYPE: Final = re.compile(r"^\s*#?pragma\s+braket\s+result\b", re.MULTILINE)


def bundles(client: BraketClient, resources: Sequence[Resource]) -> Bundles:
    """The sets that these runs make on their device; `refused` says why there are none. Raises CloudUnavailable."""
    arn = str(resources[0].execution["device"])
    device = get_device(client, arn)
    if device is None:
        return Bundles(refused=f"nobody knows what {arn} takes")
    offer = device.program_set
    if offer is None:
        return Bundles(refused=f"{device.name} takes no program sets")
    payloads = [resource.payload for resource in resources]
    if why := _why_not(payloads):
        return Bundles(refused=why)
    shots = int(resources[0].execution["shots"])
    named = most_members(resources[0].tags)
    if named < 2:
        return Bundles(refused=f"{len(resources[0].tags)} tags leave no room for those that name the runs of a set")
    most = min(_most(offer, shots), named)
    if most < 2:
        return Bundles(refused=f"{device.name} takes no two runs of {shots:,} shots in one program set")
    sets = [resources[start : start + most] for start in range(0, len(resources), most)]
    least = _number(offer, "minimumTotalShots")
    whole = [part for part in sets if len(part) * shots >= least]
    refused = f"{device.name} takes no program set below {least:,} shots in all" if len(whole) < len(sets) else ""
    return Bundles(whole, refused, TASK_FEE if device.type == "QPU" else None)


def _why_not(payloads: Sequence[TaskPayload]) -> str:
    first = payloads[0]
    values = [value for p in payloads for value in p.inputs.values()]
    reasons = {
        "only OpenQASM programs can be in a program set": first.language != "openqasm",
        "the points of this sweep are different programs; a program set of ours holds one with many inputs": any(
            p.source.text != first.source.text for p in payloads
        ),
        "a program with `#pragma braket result` can't be in a program set": _RESULT_TYPE.search(first.source.text),
        "the points of this sweep do not differ in their inputs alone": not first.inputs
        or any(p.inputs.keys() != first.inputs.keys() for p in payloads),
        "an input of several numbers can't be in a program set: there, a list is one value for each run": any(
            isinstance(value, list) for value in values
        ),
        "an input that is true or false can't be in a program set: there, inputs are numbers": any(
            isinstance(value, bool) for value in values
        ),
    }
    return next((why for why, holds in reasons.items() if holds), "")


def _most(offer: Mapping[str, Any], shots: int) -> int:
    """How many runs of so many shots one task may have; a device that does not say takes none."""
    executables, total = _number(offer, "maximumExecutables"), _number(offer, "maximumTotalShots")
    return min(executables, total // shots if shots else 0)


def _number(offer: Mapping[str, Any], name: str) -> int:
    value = offer.get(name)
    return value if isinstance(value, int) else 0


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
