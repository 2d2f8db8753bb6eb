import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator import storage
from reconciler.emulator.world import World
from tests.emulator.conftest import START
from tests.emulator.local import ARIA, FORTE, GARNET, SV1, Local, refused

NOW = datetime.fromtimestamp(START, UTC)
MISSING = "arn:aws:braket:us-east-1:123456789012:spending-limit/x"


def limit(local: Local, token: str | None = None, region: str = "us-east-1", **changes: Any) -> str:
    asked = {"clientToken": token or "l", "deviceArn": FORTE, "spendingLimit": "100.00"} | changes
    return str(local.client(region=region).create_spending_limit(**asked)["spendingLimitArn"])


def limits(local: Local, **asked: Any) -> list[dict[str, Any]]:
    return list(local.client().search_spending_limits(**asked)["spendingLimits"])


def update(local: Local, arn: str, token: str, **changes: Any) -> None:
    local.client().update_spending_limit(spendingLimitArn=arn, clientToken=token, **changes)


def spend(local: Local) -> tuple[str, str]:
    (found,) = limits(local)
    return found["queuedSpend"], found["totalSpend"]


def test_a_limit_is_created_found_updated_and_deleted(local: Local) -> None:
    arn = limit(local, spendingLimit="3.00", tags={"owner": "lab-3"})
    assert arn.startswith("arn:aws:braket:us-east-1:123456789012:spending-limit/")
    made = {
        "spendingLimitArn": arn,
        "deviceArn": FORTE,
        "timePeriod": {"startAt": NOW, "endAt": datetime(2125, 12, 30, tzinfo=UTC)},
        "spendingLimit": "3",
        "queuedSpend": "0",
        "totalSpend": "0",
        "createdAt": NOW,
        "updatedAt": NOW,
        "tags": {"owner": "lab-3"},
    }
    assert limits(local) == [made]
    local.world.advance(60)
    period = {"startAt": datetime(2026, 1, 1, tzinfo=UTC), "endAt": datetime(2028, 1, 1, tzinfo=UTC)}
    update(local, arn, "u", spendingLimit="120.50", timePeriod=period)
    updated = {"spendingLimit": "120.5", "timePeriod": period, "updatedAt": datetime.fromtimestamp(START + 60, UTC)}
    assert limits(local) == [made | updated]
    local.client().delete_spending_limit(spendingLimitArn=arn)
    assert limits(local) == []
    gone = f"Could not find the spending limit {arn}"
    assert refused(local.client().delete_spending_limit, spendingLimitArn=arn) == (
        404,
        "ResourceNotFoundException",
        gone,
    )


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"deviceArn": SV1}, "ValidationException", f"Spending limits are not supported for simulators, such as {SV1}"),
        ({"deviceArn": GARNET}, "ValidationException", f"Device {GARNET} is not available in region us-east-1"),
        ({"deviceArn": ARIA}, "DeviceRetiredException", f"Device {ARIA} is retired"),
        (
            {"timePeriod": {"startAt": NOW, "endAt": NOW}},
            "ValidationException",
            "The time period must start before it ends",
        ),
        (
            {"tags": {"aws:x": ""}},
            "ValidationException",
            "Tag key aws:x is not allowed: the prefix aws: is reserved",
        ),
    ],
)
def test_a_limit_that_can_not_be_is_refused(local: Local, changes: dict[str, Any], code: str, text: str) -> None:
    asked = {"deviceArn": FORTE, "spendingLimit": "3"} | changes
    assert refused(local.client().create_spending_limit, **asked)[1:] == (code, text)
    assert limits(local) == []


@pytest.mark.parametrize("amount", ["3.001", "-3", "3,00", "1e3", ".5"])
def test_an_amount_is_dollars_and_cents(local: Local, amount: str) -> None:
    found = refused(local.client().create_spending_limit, deviceArn=FORTE, spendingLimit=amount)
    assert "at 'spendingLimit' failed to satisfy constraint" in found[2]


def test_a_device_has_one_limit_unless_the_switch_allows_more(local: Local) -> None:
    limit(local)
    found = refused(local.client().create_spending_limit, deviceArn=FORTE, spendingLimit="5")
    assert found == (400, "ValidationException", f"A spending limit for device {FORTE} already exists")
    local.world.set_switch("spending.second", "allow")
    limit(local, "second", spendingLimit="8.29")
    assert [found["spendingLimit"] for found in limits(local)] == ["100", "8.29"]
    assert "Spending limit: 8.29, " in refused_task(local, 100), "the smaller one holds"


def test_limits_belong_to_their_region(local: Local) -> None:
    arn = limit(local, region="eu-north-1", deviceArn=GARNET)
    assert limits(local) == []
    assert refused(local.client().update_spending_limit, spendingLimitArn=arn, spendingLimit="1")[0] == 404


def test_limits_are_filtered_and_paged(local: Local) -> None:
    local.world.set_switch("spending.second", "allow")
    arns = [limit(local, f"t{number}") for number in range(25)]
    by_device = {"name": "deviceArn", "operator": "EQUAL", "values": [FORTE]}
    pages = list(local.client().get_paginator("search_spending_limits").paginate(filters=[by_device]))
    assert [len(page["spendingLimits"]) for page in pages] == [20, 5]
    assert [found["spendingLimitArn"] for page in pages for found in page["spendingLimits"]] == arns
    assert limits(local, filters=[by_device | {"values": [SV1]}]) == []
    assert refused(local.client().search_spending_limits, filters=[by_device | {"name": "tags"}])[1:] == (
        "ValidationException",
        "Filter name tags is not supported. Supported: deviceArn",
    )


def test_search_may_lag_behind(local: Local) -> None:
    local.world.set_switch("spending.lag", "5")
    limit(local)
    assert limits(local) == []
    local.world.advance(5)
    assert len(limits(local)) == 1


def test_a_token_creates_once(local: Local) -> None:
    first = limit(local, "t")
    assert limit(local, "t", spendingLimit="7") == first, "other parameters are ignored"
    local.client().delete_spending_limit(spendingLimitArn=first)
    assert limit(local, "t") == first
    assert limits(local) == [], "what the token made is gone and stays gone"
    assert local.create("t", deviceArn=FORTE, shots=100).split(":")[5].startswith("quantum-task/"), "not the task's"


def test_an_update_with_a_used_token_is_ignored(local: Local) -> None:
    """From A to B and back to A needs three tokens: this is why qctl counts its updates."""
    arn = limit(local)
    for token, amount, then in (("a", "5", "5"), ("b", "6", "6"), ("a", "5", "6"), ("c", "5", "5")):
        update(local, arn, token, spendingLimit=amount)
        assert limits(local)[0]["spendingLimit"] == then
    nothing = refused(local.client().update_spending_limit, spendingLimitArn=arn)
    assert nothing[2] == "An update must change the spending limit or its time period"


def test_tasks_are_queued_spend_and_then_total_spend(local: Local) -> None:
    local.create("before", deviceArn=FORTE, shots=100)
    limit(local)
    local.create("a", deviceArn=FORTE, shots=100)
    cancelled = local.create("b", deviceArn=FORTE, shots=200)
    local.create("simulator", shots=1000)
    assert spend(local) == ("24.6", "0"), "0.30 + 100 x 0.08 and 0.30 + 200 x 0.08; none from before the limit"
    local.client().cancel_quantum_task(quantumTaskArn=cancelled, clientToken="c")
    assert spend(local) == ("24.6", "0"), "CANCELLING may still complete"
    local.world.advance(60)
    local.create("c", deviceArn=FORTE, shots=125)
    local.world.set_switch("fail.reason", "Laser off")
    local.create("d", deviceArn=FORTE, shots=100)
    assert spend(local) == ("18.6", "8.3")
    local.world.advance(60)
    assert spend(local) == ("0", "18.6"), "the one that failed costs nothing, and is known to have failed"


def refused_task(local: Local, shots: int) -> str:
    found = refused(local.create, deviceArn=FORTE, shots=shots, token=f"refused {shots}")
    assert found[:2] == (400, "ValidationException")
    return found[2]


def test_a_task_over_the_limit_is_refused_in_the_services_own_words(local: Local) -> None:
    arn = limit(local, spendingLimit="16.60")
    assert refused_task(local, 500) == (
        "Attempted to spend over the spending limit or outside the spending limit time window. Spending limit: 16.6,"
        " current spend: 0, estimated cost: 40.3000000000, start time: 2027-01-15T08:00:00.000Z,"
        " end time: 2125-12-30T00:00:00.000Z"
    )
    task = local.create("first", deviceArn=FORTE, shots=100)
    local.create("just", deviceArn=FORTE, shots=100)
    assert "current spend: 16.6, estimated cost: 8.3000000000," in refused_task(local, 100)
    local.client().cancel_quantum_task(quantumTaskArn=task, clientToken="c")
    local.world.advance(1)
    local.create("room again", deviceArn=FORTE, shots=100)
    assert local.create("just", deviceArn=FORTE, shots=100), "a repeated request gets its task, and costs nothing more"
    local.client().delete_spending_limit(spendingLimitArn=arn)
    local.create("free", deviceArn=FORTE, shots=5000)


def test_outside_of_its_period_a_limit_lets_nothing_through(local: Local) -> None:
    later = {"startAt": datetime.fromtimestamp(START + 60, UTC), "endAt": datetime.fromtimestamp(START + 120, UTC)}
    limit(local, timePeriod=later)
    assert "start time: 2027-01-15T08:01:00.000Z, end time: 2027-01-15T08:02:00.000Z" in refused_task(local, 100)
    local.world.advance(60)
    local.create("a", deviceArn=FORTE, shots=100)
    local.world.advance(61)
    assert "current spend: 8.3," in refused_task(local, 100)


def test_a_limit_below_what_is_spent(local: Local) -> None:
    arn = limit(local)
    local.create("a", deviceArn=FORTE, shots=100)
    update(local, arn, "u1", spendingLimit="5")
    assert limits(local)[0]["spendingLimit"] == "5"
    local.world.set_switch("spending.below", "refuse")
    found = refused(local.client().update_spending_limit, spendingLimitArn=arn, spendingLimit="8.29")
    assert found == (400, "ValidationException", "The spending limit 8.29 is below the current spend 8.3")
    update(local, arn, "u2", spendingLimit="8.30")


def test_a_limit_is_tagged_like_a_task(local: Local) -> None:
    client, arn = local.client(), limit(local, tags={"a": "1", "b": "2"})
    client.tag_resource(resourceArn=arn, tags={"b": "3", "c": "4"})
    client.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "3", "c": "4"}
    assert limits(local)[0]["tags"] == {"b": "3", "c": "4"}
    assert refused(client.tag_resource, resourceArn=MISSING, tags={"a": "1"})[0] == 404


def test_a_file_from_before_there_were_limits_takes_them(tmp_path: Path) -> None:
    older = sqlite3.connect(tmp_path / "older.db")
    for step in storage._STEPS[:2]:
        older.executescript(step)
    older.executescript("INSERT INTO clock VALUES (1, 0, NULL); PRAGMA user_version = 2;")
    older.execute("INSERT INTO meta VALUES ('world', 'w')")
    older.commit()
    older.close()
    world = World.open(tmp_path / "older.db")
    local = Local(world)
    limit(local)
    assert [found["spendingLimit"] for found in limits(local)] == ["100"]
    world.close()
