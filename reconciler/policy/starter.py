"""Policies to begin with: written into a project, whose own they then are."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Final

STARTERS: Final[Mapping[str, str]] = {
    "simulate-before-qpu": "nothing runs on a QPU that was not simulated in this plan, with its assertions kept.",
    "shots-cap": "no run takes more shots than people mean.",
    "device-allow-list": "runs go to the devices on a list only.",
    "budget": "one plan costs at most so much, and no price is unknown.",
    "tags-required": "whatever is paid says whose it is.",
}
"""Each with what it asks for; the texts are in `starters/`."""


def starter_text(name: str) -> str:
    """The manifest of one of them."""
    return files("reconciler.policy").joinpath("starters", f"{name}.yaml").read_text(encoding="utf-8")
