"""The few colours we use. Console lets these sequences through and no others."""

from __future__ import annotations

import re
from enum import StrEnum

RESET = "\x1b[0m"
# What our own painting and rich make of these inks, and nothing that could hide a text or move the cursor.
OURS = re.compile(r"\x1b\[(?:0|1|2|3[1-6]|1;3[1-6])m")


class Ink(StrEnum):
    """A meaning, as the terminal's own colour: it fits light and dark backgrounds."""

    STRONG = "1"
    QUIET = "2"
    BAD = "1;31"
    GONE = "31"
    NEW = "32"
    CHANGED = "33"
    INFO = "34"
    DOUBT = "35"
    KNOWN = "36"


def paint(text: str, ink: Ink, colour: bool) -> str:
    """The text in that ink, or as it is."""
    return f"\x1b[{ink}m{text}{RESET}" if colour and text else text
