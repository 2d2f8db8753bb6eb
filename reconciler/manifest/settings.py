"""What all settings of a project have in common."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]+")


class Settings(BaseModel):
    """A mapping of the project's document: camelCase keys, no other ones, no silent conversions."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel)


def check_region(region: str) -> str:
    """A region's name. Raises ValueError."""
    if not _REGION.fullmatch(region):
        raise ValueError('a region is named like "us-east-1"')
    return region


def check_url(url: str) -> str:
    """An address of a service. Raises ValueError."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.username:
        raise ValueError('an endpoint is written like "https://host:port", without a user or a password')
    return url
