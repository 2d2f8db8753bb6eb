"""A bucket that somebody else made: all that a manifest can say of it, S3 tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from reconciler.core.adoption import Existing
from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.providers.braket.bucket import KIND
from reconciler.providers.braket.bucket_verbs import BucketVerbs


def existing_bucket(verbs: BucketVerbs, place: Place, arn: str) -> Existing | None:
    """As S3 tells it, in whatever region it is; S3 does not say when it was made. Raises CloudUnavailable."""
    calls = verbs.calls(arn, place)
    try:
        region = str(calls.head().get("BucketRegion") or place.region)
        there = replace(calls, place=replace(place, region=region))
        tags, settings = there.tags(), there.settings()
    except ClientError:
        return None  # not there, or not for these credentials to see
    execution, now = {"name": calls.name}, verbs.now()
    attempt = Attempt(
        token="",
        digest="",
        program="",
        generation=1,
        number=1,
        place=there.place,
        execution=execution,
        intended=now,
        outcome=Outcome.ACCEPTED,
        id=arn,
        status="ACTIVE",
        submitted=now,
        tags=tags,
        settings=settings,
    )
    return Existing(KIND, attempt, spec={**execution, "region": region, **_written(settings)})


def _written(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as a manifest writes them, without what nobody can declare."""
    lifecycle = {name: days for name, days in (settings["lifecycle"] or {}).items() if name != "edited"}
    expire = [{"prefix": prefix, "days": days} for prefix, days in lifecycle.pop("expire", {}).items()]
    encryption = settings["encryption"]
    return {
        **({"encryption": encryption} if isinstance(encryption, Mapping) else {}),
        "publicAccessBlock": settings["publicAccessBlock"],
        "versioning": settings["versioning"],
        **({"lifecycle": {**lifecycle, **({"expire": expire} if expire else {})}} if lifecycle or expire else {}),
    }
