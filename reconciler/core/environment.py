"""The names of environments: each has its own state, its own runs and its own tokens."""

from __future__ import annotations

import re
from typing import Final

DEFAULT: Final = "default"
"""The environment of commands that name none."""

# No dot: so the last one before .json always ends the project's name, and two pairs of names never share a file.
ENVIRONMENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
