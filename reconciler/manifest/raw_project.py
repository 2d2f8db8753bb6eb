"""What must be known of a project's document before it is read, or although it is invalid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reconciler.core.device_name import PASQAL
from reconciler.manifest.files import PROJECT_FILE
from reconciler.manifest.yaml import Document


def is_project_file(path: Path, root: Path) -> bool:
    """Whether a path names the file of the project's own document."""
    return path.resolve() == (root / PROJECT_FILE).resolve()


def state_path(project: Document | None) -> str:
    """The folder of the state as it is written: no manifest is looked for in it."""
    value: Any = project.value if project is not None else None
    for key in ("spec", "state", "path"):
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) and value else "state"


def devices_in(document: Document) -> dict[str, str] | None:
    """The aliases of a project that is otherwise invalid, so that its resources are still checked against them."""
    spec = document.value.get("spec")
    devices = spec.get("devices", {}) if isinstance(spec, dict) else None
    return {alias: _device_name(device) for alias, device in devices.items()} if isinstance(devices, dict) else None


def _device_name(device: object) -> str:
    """The device as one text; empty if it is none."""
    if isinstance(device, dict):
        return f"{PASQAL}{device.get('pasqal')}"
    return device if isinstance(device, str) else ""
