"""Tags with keys on Pasqal's batches, where a tag is a text: `owner: lab-3` is the tag `owner=lab-3`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from reconciler.providers.pasqal import paths
from reconciler.providers.pasqal.client import PasqalClient
from reconciler.providers.pasqal.reading import tags_of
from reconciler.providers.pasqal.status import status_of
from reconciler.providers.pasqal.tags import tag_text
from reconciler.providers.pasqal.times import moment_of
from reconciler.providers.tag_set_spec import Selector


def keyed(texts: Iterable[str]) -> dict[str, str]:
    """The tags by key; of several texts with one key the first counts."""
    found: dict[str, str] = {}
    for text in sorted(texts):
        key, _, value = text.partition("=")
        found.setdefault(key, value)
    return found


def texts_to_change(
    texts: Iterable[str], put: Mapping[str, str], drop: Sequence[str]
) -> tuple[Mapping[str, str], Sequence[str]]:
    """What to put and to drop as texts: whatever a key said before goes, other keys stay."""
    wanted = {tag_text(key, value): "" for key, value in put.items()}
    gone = {*put, *drop}
    return wanted, [text for text in texts if text.partition("=")[0] in gone and text not in wanted]


def select(client: PasqalClient, selector: Selector) -> Iterator[str]:
    """The ids of the batches of this project that fit. Raises CloudUnavailable."""
    since = datetime.fromisoformat(selector.created_after) if selector.created_after else None
    for page in client.pages(paths.BATCHES, {"project_id": client.project_id}):
        for batch in page:
            made = moment_of(batch.get("created_at"))
            if (
                selector.device in (None, batch.get("device_type"))
                and selector.status in (None, status_of(batch))
                and selector.tags.items() <= keyed(tags_of(batch) or ()).items()
                and (since is None or (made is not None and made >= since))
            ):
                yield str(batch["id"])
