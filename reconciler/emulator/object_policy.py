from dataclasses import dataclass

from reconciler.emulator.switches import Switches


@dataclass(frozen=True, slots=True)
class Policy:
    """What S3's documents leave to the service's age and to other people: see the switches of these names."""

    secure: bool = True
    others: frozenset[str] = frozenset()


def policy_of(switches: Switches) -> Policy:
    """As somebody has set it."""
    others = switches.text("s3.others").split(",")
    return Policy(switches.text("s3.defaults") == "secure", frozenset(name.strip() for name in others if name.strip()))
