"""Ask what runs cost that have ended, once: the answer goes on record."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from reconciler.core.attempt import Attempt
from reconciler.core.estimate import estimate_of
from reconciler.core.event import Billed
from reconciler.core.phase import ENDS, Phase
from reconciler.core.state import State
from reconciler.providers.kind import Biller, CloudUnavailable
from reconciler.workflow.ceilings import cost_of, is_of_this_mode
from reconciler.workflow.session import Session

_WORKERS = 8


def bills(session: Session, state: State, *, needed: bool = False) -> list[Billed]:
    """What the clouds tell of runs that ended and have no cost on record; `needed`: only where it makes a difference,
    for nobody knows a bound, or it ended otherwise than it should.

    A cloud that can't be asked tells nothing: it stays unknown.
    """
    ended = [item for item in _open(state) if is_of_this_mode(session, item[1])]
    asked = [item for item in ended if not needed or _matters(session, *item)]
    if not asked:
        return []
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="bill") as pool:
        found = pool.map(lambda item: _billed(session, *item), asked)
        return [event for event in found if event is not None]


def _open(state: State) -> Iterator[tuple[str, Attempt]]:
    for address, record in sorted(state.records.items()):
        for attempt in record.attempts:
            if attempt.exists and attempt.phase in ENDS and not (attempt.settings or attempt.shared or attempt.actual):
                yield address, attempt


def _matters(session: Session, address: str, attempt: Attempt) -> bool:
    price = cost_of(session, address, attempt)
    return price is None or price.most is None or attempt.phase is not Phase.DONE


def _billed(session: Session, address: str, attempt: Attempt) -> Billed | None:
    cloud = session.clouds.get(attempt.place.cloud)
    try:
        price = cloud.billed(address.partition("/")[0], attempt) if isinstance(cloud, Biller) else None
    except CloudUnavailable:
        return None
    return None if price is None else Billed(session.now(), address, attempt.token, estimate_of(price))
