"""Searches of an account, region by region, for what this project's marks may be on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.core.attempt import Place
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.times import time_text
from reconciler.providers.kind import CloudUnavailable, Search


def searched(
    client: BraketClient, search: Search, account: str, operation: str, key: str
) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Every summary since then, with its place: the service can't filter by tags. Raises CloudUnavailable."""
    filters = [{"name": "createdAt", "operator": "GTE", "values": [time_text(search.since)]}]
    for region in sorted(search.regions | search.maybe):
        place = Place("braket", account, region)
        try:
            for page in client.pages(region, operation, filters=filters, maxResults=100):
                yield from ((place, item) for item in page[key])
        except CloudUnavailable:
            # A region that this account may not use holds nothing of ours, as far as these credentials can tell.
            if region in search.regions:
                raise
