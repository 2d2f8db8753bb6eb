"""The verbs on spending limits. There is no Get: a search of their region shows all of every limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.core.digest import digest, run_digest
from reconciler.core.event import Observed
from reconciler.core.mark import MARKS, TAG_ADDRESS, TAG_DIGEST, TAG_PROJECT, TAG_RUN, read_run_mark
from reconciler.core.money import Price
from reconciler.core.phase import Phase
from reconciler.core.ports import Clock
from reconciler.core.resource import Resource
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.spending_limit_spec import plain_amount
from reconciler.providers.braket.task_reading import VISIBLE_AFTER
from reconciler.providers.braket.times import time_text
from reconciler.providers.braket.verbs import changing, creating
from reconciler.providers.kind import Checked, CloudUnavailable, Found, Reply, ResultFile, ResultMissing, Search
from reconciler.providers.moment import moment_text

_FREE = Price(Decimal(0), Decimal(0), "a spending limit costs nothing")
_RELIED_ON = ("spendingLimitArn", "deviceArn", "spendingLimit", "totalSpend", "queuedSpend", "timePeriod", "createdAt")
Limit = Mapping[str, Any]


class SpendingLimitVerbs:
    """Implements Verbs, and the two of lasting objects."""

    kind = "SpendingLimit"
    unasked = True

    def __init__(self, client: BraketClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def check(self, resources: Sequence[Resource]) -> Checked:
        """It costs nothing; whether its device has one already, `budget` asks."""
        return Checked((), {resource.address: _FREE for resource in resources})

    def observe(self, asked: Sequence[tuple[str, Attempt]]) -> Iterator[Observed]:
        """All of them from one search for each region."""
        now = self._clock.now()
        for region in sorted({attempt.place.region for _, attempt in asked}):
            found = {limit["spendingLimitArn"]: limit for limit in limits(self._client, region)}
            for address, attempt in asked:
                if attempt.place.region != region:
                    continue
                limit = found.get(attempt.id)
                if limit is not None:
                    yield _observed(address, attempt, limit, now)
                elif now - attempt.begun > VISIBLE_AFTER:
                    at = time_text(now)
                    yield Observed(at, address, attempt.token, attempt.status, attempt.phase, missing=True)

    def discover(self, search: Search, account: str) -> Iterator[Found]:
        """Limits with this project's marks, and the others by their device: a manifest may only observe those."""
        for region in sorted(search.regions | search.maybe):
            try:
                for limit in limits(self._client, region):
                    yield from _found(limit, search, Place("braket", account, region), self.kind)
            except CloudUnavailable:
                if region in search.regions:
                    raise

    def create(self, resource: Resource, token: str, tags: Mapping[str, str], place: Place) -> Reply:
        """CreateSpendingLimit, once."""
        request = {
            "clientToken": token,
            "deviceArn": resource.execution["device"],
            **_request(resource.settings or {}),
            "tags": dict(tags),
        }
        return creating(
            lambda: self._client.once(place.region, "create_spending_limit", **request), "spendingLimitArn", "limit"
        )

    def update(self, attempt: Attempt, settings: Mapping[str, Any], token: str) -> Reply:
        """UpdateSpendingLimit; it takes effect at once."""
        request = {"spendingLimitArn": attempt.id, "clientToken": token, **_request(settings)}
        region = attempt.place.region
        return changing(lambda: self._client.once(region, "update_spending_limit", **request), attempt.id)

    def delete(self, attempt: Attempt) -> Reply:
        """DeleteSpendingLimit; from then on nothing bounds the spending."""
        region, arn = attempt.place.region, attempt.id

        def call() -> None:
            self._client.once(region, "delete_spending_limit", spendingLimitArn=arn)

        return changing(call, arn, also_fine="ResourceNotFoundException")

    def cancel(self, attempt: Attempt, token: str) -> Reply:
        """Never asked for: what lasts is deleted."""
        return Reply(Outcome.REFUSED, error="a spending limit is deleted, not cancelled")

    def results(self, attempt: Attempt) -> Sequence[ResultFile]:
        """None: it runs nothing."""
        raise ResultMissing("a spending limit measures nothing")


def limits(client: BraketClient, region: str, device: str = "") -> Iterator[Limit]:
    """Every limit of a region, or of one device. Raises CloudUnavailable."""
    filters = [{"name": "deviceArn", "operator": "EQUAL", "values": [device]}] if device else []
    for page in client.pages(region, "search_spending_limits", filters=filters, maxResults=100):
        for limit in page["spendingLimits"]:
            if missing := [name for name in _RELIED_ON if limit.get(name) is None]:
                raise CloudUnavailable(f"search_spending_limits told of a limit without {', '.join(missing)}")
            yield limit


def room_of(limit: Limit) -> Decimal:
    """What is left of it: the amount without what was spent and what waits. Raises ValueError."""
    spent, queued = plain_amount(str(limit["totalSpend"])), plain_amount(str(limit["queuedSpend"]))
    return Decimal(plain_amount(str(limit["spendingLimit"]))) - Decimal(spent) - Decimal(queued)


def _request(settings: Mapping[str, Any]) -> dict[str, Any]:
    request: dict[str, Any] = {"spendingLimit": settings["amount"]}
    if "start" in settings:
        period = {"startAt": settings["start"], "endAt": settings["end"]}
        request["timePeriod"] = {name: datetime.fromisoformat(text) for name, text in period.items()}
    return request


def _settings(limit: Limit) -> dict[str, str]:
    start, end = period_of(limit)
    amount = str(limit["spendingLimit"])
    return {
        "amount": _or_as_it_is(amount),
        "start": start,
        "end": end,
        "spent": str(limit["totalSpend"]),
        "queued": str(limit["queuedSpend"]),
    }


def period_of(limit: Limit) -> tuple[str, str]:
    """When it holds, from and until, in the words of a manifest; what is no time stands as it is."""
    period = limit["timePeriod"]
    return _moment(period.get("startAt")), _moment(period.get("endAt"))


def _or_as_it_is(text: str) -> str:
    try:
        return plain_amount(text)
    except ValueError:
        return text


def _moment(value: Any) -> str:
    """The client leaves times as they stand on the wire: seconds since 1970, or a text."""
    try:
        return moment_text(datetime.fromtimestamp(float(value), UTC))
    except (TypeError, ValueError, OverflowError, OSError):
        return _or_same(str(value))


def _or_same(text: str) -> str:
    try:
        return moment_text(datetime.fromisoformat(text))
    except ValueError:
        return text


def _observed(address: str, attempt: Attempt, limit: Limit, now: datetime) -> Observed:
    return Observed(
        at=time_text(now),
        address=address,
        token=attempt.token,
        status="ACTIVE",
        phase=Phase.OPEN,
        submitted=str(limit["createdAt"]),
        tags=limit.get("tags") or {},
        settings=_settings(limit),
    )


def _found(limit: Limit, search: Search, place: Place, kind: str) -> Iterator[Found]:
    tags = limit.get("tags") or {}
    mark = read_run_mark(tags.get(TAG_RUN, "")) if tags.get(TAG_PROJECT) == search.uid else None
    execution = {"device": limit["deviceArn"]}
    attempt = Attempt(
        token=mark.token if mark else "",
        digest=tags.get(TAG_DIGEST, "") if mark else run_digest(digest({"kind": kind}), execution),
        program="",
        generation=mark.generation if mark else 1,
        number=mark.number if mark else 1,
        place=place,
        execution=execution,
        intended=str(limit["createdAt"]),
        outcome=Outcome.ACCEPTED,
        id=limit["spendingLimitArn"],
        status="ACTIVE",
        submitted=str(limit["createdAt"]),
        tags=tags,
        owned=MARKS if mark else (),
        settings=_settings(limit),
    )
    yield Found(tags.get(TAG_ADDRESS, "") if mark else "", attempt, kind)
