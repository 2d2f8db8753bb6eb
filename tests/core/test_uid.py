"""The project's uid: a version 7 UUID that tells its birth."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.uid import born, new_uid

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
    st.binary(min_size=10, max_size=16),
)
def test_it_tells_when_it_was_made(now: datetime, random: bytes) -> None:
    made = new_uid(now, random)
    assert abs((born(made) - now).total_seconds()) <= 0.001
    assert (uuid.UUID(made).version, uuid.UUID(made).variant) == (7, uuid.RFC_4122)


def test_the_example_of_the_rfc() -> None:
    # RFC 9562, appendix A.6: 2022-02-22 19:22:22 UTC
    assert born("017F22E2-79B0-7CC3-98C4-DC0C0C07398F") == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)


def test_randomness_makes_another() -> None:
    assert new_uid(EPOCH, bytes(10)) != new_uid(EPOCH, bytes(9) + b"\x01")


@pytest.mark.parametrize(
    "uid", ["", "my-project", "f47ac10b-58cc-4372-a567-0e02b2c3d479", "ffffffff-ffff-7fff-bfff-ffffffffffff"]
)
def test_one_that_does_not_tell_is_older_than_everything(uid: str) -> None:
    assert born(uid) == EPOCH
