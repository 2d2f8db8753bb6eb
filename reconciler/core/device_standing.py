"""How a device stands at the time of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DeviceStanding:
    """Its status in the cloud's own word, and a digest of what its checks and prices are made of.

    The digest is not of its calibration, which a QPU renews each day: a plan stays good over night. `told` is for
    people, by name, and true at this time of day only.
    """

    status: str
    offer: str
    told: Mapping[str, str] = field(default_factory=dict)

    @property
    def bound(self) -> dict[str, str]:
        """What a saved plan keeps of it."""
        return {"status": self.status, "offer": self.offer}
