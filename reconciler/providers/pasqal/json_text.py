"""What a JSON text says, without its layout: Pulser's sequences and configurations, which are uploaded as they are."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from reconciler.core.digest import canonical, sha256
from reconciler.core.plain import plain


@lru_cache(maxsize=512)
def meaning_sha(text: str) -> str:
    """64 hexadecimal characters, the same for the same keys and values. A text that can't be read counts as it stands.

    Never by way of Pulser: its round trip drops names and defaults, and rewrites waveforms (reference/pasqal.md 4).
    """
    try:
        return sha256(canonical(plain(json.loads(text, object_pairs_hook=_once))))
    except (ValueError, RecursionError):
        return sha256(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice, and readers disagree about which one counts")
    return made
