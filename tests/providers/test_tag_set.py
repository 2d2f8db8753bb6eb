"""Tag sets on both clouds: what may be a target, and keys on a cloud whose tags are texts."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.core.attempt import Outcome
from reconciler.providers.kind import CloudUnavailable
from reconciler.providers.pasqal.tag_sets import keyed, texts_to_change
from reconciler.providers.pasqal.tags import replaced
from reconciler.providers.tag_cloud import TagCloud
from reconciler.providers.tag_holder import TagHolder
from reconciler.providers.tag_set_spec import Selector, TagSetSpec
from tests.providers.bench import THERE, Bench, error, task_arn
from tests.providers.pasqal import test_contract as pasqal
from tests.providers.samples import CONTEXT, declare

local = pasqal.local
BATCH = "5b4a5a80-6b2e-4f7b-9d6a-2f0c2b0e8a11"


@pytest.mark.parametrize(
    "target",
    [
        task_arn(1),
        task_arn(1).replace("quantum-task", "job"),
        task_arn(1).replace("quantum-task", "spending-limit"),
        BATCH,
    ],
)
def test_what_can_be_tagged(target: str) -> None:
    assert TagSetSpec.model_validate({"target": target, "tags": {"a": 1}}).tags == {"a": "1"}


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"target": "arn:aws:s3:::bucket"}, "a target is the ARN of a task"),
        ({"target": f"{task_arn(1)}\nx"}, "a target is the ARN of a task"),
        ({"target": BATCH.upper()}, "a target is the ARN of a task"),
        ({}, "either a target or a selector"),
        ({"target": BATCH, "selector": {"kind": "Batch"}}, "either a target or a selector"),
        ({"target": BATCH, "tags": {}}, "at least 1 item"),
        ({"target": BATCH, "tags": {"qctl:run": "x"}}, "with qctl: to qctl"),
        ({"selector": {"kind": "Workload"}}, "'QuantumTask', 'HybridJob', 'SpendingLimit' or 'Batch'"),
        ({"selector": {"kind": "Batch", "createdAfter": "2026-01-01"}}, "time zone"),
    ],
)
def test_what_can_be_no_tag_set_is_refused(spec: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        TagSetSpec.model_validate({"tags": {"owner": "us"}} | spec)


def test_a_region_without_rights_has_nothing_to_tag_but_ours_must_answer(bench: Bench) -> None:
    bench.wire.answer("SearchQuantumTasks", error(403, "AccessDeniedException"))
    assert list(bench.cloud.select(Selector(kind="QuantumTask"))) == []  # eu-north-1, the first one asked
    bench.wire.answer("SearchQuantumTasks", *[error(403, "AccessDeniedException")] * 5)
    with pytest.raises(CloudUnavailable):
        list(bench.cloud.select(Selector(kind="QuantumTask")))


def test_many_keys_are_taken_off_in_several_calls(bench: Bench) -> None:
    asked = {"deviceArn": "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet", "spendingLimit": "5"}
    keys = {f"k{n}": "v" for n in range(45)}
    made = bench.client.once(THERE.region, "create_spending_limit", clientToken="t", tags=keys, **asked)
    assert bench.cloud.retag(made["spendingLimitArn"], {}, list(keys)).outcome is Outcome.ACCEPTED
    assert (bench.cloud.tags_of(made["spendingLimitArn"]), bench.wire.count("UntagResource")) == ({}, 3)


@pytest.mark.parametrize(
    ("before", "put", "drop", "after"),
    [
        (["a", "owner=them"], {"team": "x"}, [], ["a", "owner=them", "team=x"]),
        (["owner=them", "ownership=x"], {"owner": "us"}, [], ["owner=us", "ownership=x"]),
        (["owner=a", "owner=b"], {"owner": "b"}, [], ["owner=b"]),
        (["owner=us", "a"], {}, ["owner"], ["a"]),
        (["urgent"], {}, ["urgent"], []),
    ],
)
def test_a_key_on_pasqal_is_how_a_text_begins(
    before: list[str], put: dict[str, str], drop: list[str], after: list[str]
) -> None:
    assert replaced(before, *texts_to_change(before, put, drop)) == after


def test_texts_have_keys() -> None:
    assert keyed(["urgent", "owner=b", "owner=a", "eq=1=2"]) == {"urgent": "", "owner": "a", "eq": "1=2"}


def test_a_batch_of_pasqal_is_tagged_found_and_left_as_it_was(local: pasqal.Local) -> None:
    batch = local.created(local.desired("Batch"))
    cloud = local.cloud
    assert isinstance(cloud, TagHolder)
    before = cloud.tags_of(batch.id)
    assert before is not None
    tags = TagCloud({"pasqal": cloud})
    found = tags.select(
        declare("TagSet/ours", {"selector": {"kind": "Batch", "device": "emulator"}, "tags": {"team": "x"}}), CONTEXT
    )
    assert [one.spec.target for one in found] == [batch.id]
    assert cloud.retag(batch.id, {"team": "x"}, ()).outcome is Outcome.ACCEPTED
    assert cloud.tags_of(batch.id) == {**before, "team": "x"}
    assert [*cloud.select(Selector(kind="Batch", tags={"team": "x"}))] == [batch.id]
    assert [*cloud.select(Selector(kind="Batch", tags={"team": "y"}))] == []
    assert cloud.retag(batch.id, {}, ["team"]).outcome is Outcome.ACCEPTED
    assert (cloud.tags_of(batch.id), cloud.tags_of(BATCH)) == (before, None)
