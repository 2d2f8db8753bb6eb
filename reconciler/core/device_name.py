"""Names of devices across clouds: Braket's are ARNs, Pasqal's are device types, kept as `pasqal:FRESNEL`."""

from __future__ import annotations

import re
from typing import Final

PASQAL: Final = "pasqal:"
_EMBEDDED: Final = re.compile(r"local:[A-Za-z0-9_.-]+/[A-Za-z0-9_./-]+")
DEVICE_TYPE: Final = re.compile(r"[A-Z][A-Z0-9_]{1,63}")
"""A device type of Pasqal, as its API writes it: FRESNEL, EMU_FREE."""


def is_pasqal(text: str) -> bool:
    """Whether the name of a project's device is one of Pasqal's."""
    return text.startswith(PASQAL)


def pasqal_type(text: str) -> str:
    """The device type alone: of `pasqal:FRESNEL` and of `FRESNEL` it is FRESNEL."""
    return text.removeprefix(PASQAL)


def is_embedded(text: str) -> bool:
    """Whether it is a simulator that a hybrid job brings itself: local:braket/braket.local.qubit."""
    return _EMBEDDED.fullmatch(text) is not None
