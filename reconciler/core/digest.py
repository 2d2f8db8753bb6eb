"""Identity: what makes two runs the same run (docs/identity.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from reconciler.core.address import Address

# The canonical form that digests are made of. When it changes, kinds also compute the digests of the older forms
# (`Resource.digests`), so that an upgrade recognises what was paid under them.
FORM = "q1"
# Prepared once: making an encoder takes as long as a small text does.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: the same text for the same meaning. Raises ValueError on NaN."""
    return _ENCODER.encode(value)


def sha256(text: str) -> str:
    """64 hexadecimal characters. Lone surrogates can't occur: manifests and programs are checked UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest(value: Any) -> str:
    """The digest of a plain value with the form it was made in, `q1-<64 hex>`."""
    return f"{FORM}-{sha256(canonical(value))}"


def run_digest(program: str, execution: Mapping[str, Any]) -> str:
    """What is paid for: the program's digest with everything else that changes the outcome or the price."""
    return digest({"execution": execution, "program": program})


def run_token(uid: str, environment: str, address: Address, run: str, generation: int, number: int) -> str:
    """The run identity: the same on any machine, even after the state is lost. 64 characters, the API's maximum."""
    return sha256(canonical(["qctl run", uid, environment, str(address), run, generation, number]))
