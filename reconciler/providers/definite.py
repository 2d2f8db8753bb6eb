"""By which HTTP statuses a service surely did nothing."""

from __future__ import annotations

from typing import Final

# The registered 4xx but 408 and 425, by which a service can't tell what it had done by then, and 429, which may be
# repeated. Others, such as 460 and 499, are gateways' own words for a call that broke off.
DEFINITE: Final = frozenset({*range(400, 432), 451}) - {408, 425, 429}
