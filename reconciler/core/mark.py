"""The tags by which a cloud can tell us whose run something is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reconciler.core.address import Address, InvalidAddress, parse_address
from reconciler.core.digest import sha256

TAG_PROJECT = "qctl:project"
TAG_ADDRESS = "qctl:address"
TAG_DIGEST = "qctl:digest"
TAG_RUN = "qctl:run"
MARKS = (TAG_PROJECT, TAG_ADDRESS, TAG_DIGEST, TAG_RUN)
TAG_MOVED = "qctl:moved"
"""The address that the run was submitted under, of one that was renamed since: its token is of that address."""
KEYED = (*MARKS, TAG_MOVED)

_LONGEST = 256  # characters of a tag value (AWS; reference: CloudFormation's schema)
# AWS promises only letters, digits, spaces and + - = . _ : / @ in tag values; the brackets of an address are not there.
_FORBIDDEN = re.compile(r"[^A-Za-z0-9 +\-=._:/]")
_TOKEN = re.compile(r"[0-9a-f]{64}")
_ESCAPED = re.compile(r"(?:@[0-9A-F]{2})+")


@dataclass(frozen=True, slots=True)
class RunMark:
    """The tag `qctl:run`: environment, generation, attempt number and run identity."""

    environment: str
    generation: int
    number: int
    token: str

    def __str__(self) -> str:
        return f"{self.environment}/{self.generation}/{self.number}/{self.token}"


def read_run_mark(text: str) -> RunMark | None:
    """The run mark of a tag, or None if somebody wrote something else there."""
    parts = text.split("/")
    if len(parts) != 4 or not (parts[1].isdecimal() and parts[2].isdecimal()) or not _TOKEN.fullmatch(parts[3]):
        return None
    return RunMark(parts[0], int(parts[1]), int(parts[2]), parts[3])


def address_mark(address: Address) -> str:
    """The address as a tag value. Too long ones end in a digest: compare marks, don't read those back."""
    text = _FORBIDDEN.sub(lambda m: "".join(f"@{byte:02X}" for byte in m.group().encode()), str(address))
    if len(text) <= _LONGEST:
        return text
    return f"{address.base}@@{sha256(str(address))}"


def read_address_mark(text: str) -> Address | None:
    """The address back, or None for a shortened or a foreign text."""
    try:
        plain = _ESCAPED.sub(lambda m: bytes.fromhex(m.group().replace("@", "")).decode(), text)
        return parse_address(plain)
    except (InvalidAddress, UnicodeDecodeError):
        return None
