import json
from collections.abc import Mapping
from typing import Any

from reconciler.emulator.wire.error import invalid

_KNOWN = frozenset(
    {
        "braket.ir.openqasm.program",
        "braket.ir.openqasm.program_set",
        "braket.ir.ahs.program",
        "braket.ir.jaqcd.program",
    }
)


def action_type(text: str, device_arn: str, capabilities: Mapping[str, Any]) -> str:
    """The name of the schema of a program.

    Raises ServiceError ValidationException for a program that is no JSON or that the device does not take.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise invalid("The action is not valid JSON") from problem
    header = document.get("braketSchemaHeader") if isinstance(document, dict) else None
    name, version = (header.get("name"), header.get("version")) if isinstance(header, dict) else (None, None)
    if not isinstance(name, str) or name not in _KNOWN:
        raise invalid("The action has no known braketSchemaHeader")
    accepted = capabilities.get("action", {}).get(name)
    if accepted is None or str(version) not in map(str, accepted.get("version", [])):
        raise invalid(f"Action {name} version {version} is not supported by device {device_arn}")
    return name
