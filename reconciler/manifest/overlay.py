"""A document of kind Overlay: what is different in some environments, as merge patches of other documents."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from reconciler.core.environment import ENVIRONMENT
from reconciler.manifest.settings import Settings

OVERLAY_KIND = "Overlay"


def may_hold_overlay(text: str) -> bool:
    """Whether a document of this text can be an overlay: the word is there, or an escape that may stand for it."""
    return OVERLAY_KIND in text or "\\" in text


def check_environment(name: str) -> str:
    """The name, if an environment can have it. Raises ValueError."""
    if not ENVIRONMENT.fullmatch(name):
        raise ValueError(f'"{name[:40]}" is no environment: 1 to 63 letters, digits, - and _, a letter or digit first')
    return name


Environments = Annotated[list[Annotated[str, AfterValidator(check_environment)]], Field(min_length=1)]


class Patch(Settings):
    """One change of one or several documents."""

    target: Annotated[
        str | Annotated[list[str], Field(min_length=1)],
        Field(description="What is patched: `Project`, `Kind/name`, a kind for all of it, or a list of these."),
    ]
    merge: Annotated[
        dict[str, Any],
        Field(description="A JSON merge patch (RFC 7386) of the document: mappings are merged, null removes."),
    ]


class OverlaySpec(Settings):
    """The patches of an overlay."""

    environments: Annotated[
        Environments | None, Field(description="The environments it is for; by default the one of its name.")
    ] = None
    patches: Annotated[list[Patch], Field(min_length=1, description="What is different there.")]
