"""The contract of clouds, for buckets: verbs may be repeated, reading changes nothing, what is not ours stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.event import Observed
from reconciler.core.mark import TAG_RUN
from reconciler.core.phase import Phase
from reconciler.core.resource import Resource, Scope, attempt_marks
from reconciler.core.uid import born
from reconciler.providers import KINDS
from reconciler.providers.braket.bucket_lifecycle import lifecycle_of, rules_of
from reconciler.providers.kind import CloudUnavailable, ResultMissing, Search
from tests.providers.bench import HERE, THERE, Bench
from tests.providers.samples import CONTEXT, SAMPLES

SAMPLE = SAMPLES["Bucket"]
NAME = "amazon-braket-lab-3"
SCOPE = Scope(CONTEXT.uid, CONTEXT.environment)
SEARCH = Search(CONTEXT.uid, born(CONTEXT.uid), frozenset({HERE.region}), kinds=frozenset({"Bucket"}))
RICH: dict[str, Any] = {
    "encryption": {"kmsKey": "alias/lab", "bucketKey": False},
    "publicAccessBlock": {"restrictBuckets": False},
    "versioning": True,
    "lifecycle": {"expireNoncurrent": 30, "abortMultipart": 7, "expire": [{"prefix": "tmp/", "days": 3}]},
}


def wanted(**changes: Any) -> Resource:
    return KINDS["Bucket"].desired(SAMPLE.declared("results", **changes), CONTEXT)


def made(bench: Bench, number: int = 1, **changes: Any) -> Attempt:
    resource = wanted(**changes)
    place = replace(bench.cloud.place(resource), region=changes.get("region", HERE.region))
    attempt = Attempt(resource.token(SCOPE, number), resource.digest, "p", 1, number, place, resource.execution)
    attempt = replace(attempt, tags={**resource.tags, **attempt_marks(SCOPE, resource.address, attempt)})
    reply = bench.cloud.create(resource, attempt.token, attempt.tags, place)
    now = bench.clock.now().isoformat()
    return replace(attempt, outcome=reply.outcome, id=reply.id, failure=reply.error, submitted=now, intended=now)


def seen(bench: Bench, attempt: Attempt) -> Observed:
    (event,) = bench.cloud.observe([("Bucket/results", attempt)])
    return event


def s3(bench: Bench, method: str, **asked: Any) -> Any:
    """What somebody else does."""
    return bench.client.stored_once("us-east-1", method, Bucket=NAME, **asked)


@pytest.mark.parametrize("changes", [{}, RICH, {"region": "eu-north-1", **RICH}], ids=["plain", "rich", "elsewhere"])
def test_what_is_observed_is_what_was_declared(bench: Bench, changes: dict[str, Any]) -> None:
    attempt = made(bench, **changes)
    event = seen(bench, attempt)
    assert (event.status, event.phase, event.tags) == ("ACTIVE", Phase.OPEN, attempt.tags)
    assert event.settings == wanted(**changes).settings


def test_twice_is_once(bench: Bench) -> None:
    assert made(bench, **RICH).id == made(bench, **RICH).id == f"arn:aws:s3:::{NAME}"


@pytest.mark.parametrize("region", ["us-east-1", "eu-north-1"])
def test_one_that_carries_other_marks_is_not_taken_over(bench: Bench, region: str) -> None:
    """In its first region S3 answers 200 to an owner who makes a bucket again: only looking tells."""
    made(bench, region=region)
    second = made(bench, number=2, region=region)
    told = f"this account has the bucket {NAME} in {region} already, and it carries the marks of Bucket/results"
    assert (second.outcome, second.failure) == (Outcome.REFUSED, told)


def test_one_without_marks_is_not_taken_over(bench: Bench) -> None:
    s3(bench, "create_bucket")
    refused = made(bench, versioning=True)
    assert refused.outcome is Outcome.REFUSED
    assert f"metadata.import: {{id: arn:aws:s3:::{NAME}}}" in refused.failure
    assert "Status" not in s3(bench, "get_bucket_versioning")


def test_somebody_elses_is_said_to_be(bench: Bench) -> None:
    bench.world.set_switch("s3.others", NAME)
    refused = made(bench)
    assert refused.outcome is Outcome.REFUSED
    assert "belongs to another account" in refused.failure


@pytest.mark.parametrize("ours", [True, False])
def test_one_that_was_made_while_we_looked(bench: Bench, ours: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """By another machine of this project, which marks it with the same token, or by somebody else."""
    if ours:
        made(bench, region="eu-north-1")
    else:
        where = {"LocationConstraint": "eu-north-1"}
        bench.client.stored_once("eu-north-1", "create_bucket", Bucket=NAME, CreateBucketConfiguration=where)
    verbs: Any = bench.cloud._buckets
    real, answers = verbs.whose, ["absent"]
    monkeypatch.setattr(verbs, "whose", lambda *asked: answers.pop() if answers else real(*asked))
    attempt = made(bench, region="eu-north-1", versioning=True)
    assert attempt.outcome is (Outcome.ACCEPTED if ours else Outcome.REFUSED)


def test_reading_changes_nothing(bench: Bench) -> None:
    attempt = made(bench, **RICH)
    bench.wire.sent.clear()
    first = seen(bench, attempt), list(bench.cloud.discover(SEARCH))
    assert (seen(bench, attempt), list(bench.cloud.discover(SEARCH))) == first


def test_updating_writes_only_what_differs_and_keeps_the_rules_of_others(bench: Bench) -> None:
    attempt = made(bench)
    theirs = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "x/"}, "Expiration": {"Days": 1}}
    s3(bench, "put_bucket_lifecycle_configuration", LifecycleConfiguration={"Rules": [theirs]})
    settings = wanted(lifecycle=RICH["lifecycle"]).settings or {}
    for token in ("u1", "u1", "u2"):
        assert bench.cloud.update("Bucket", attempt, settings, token).outcome is Outcome.ACCEPTED
    rules = s3(bench, "get_bucket_lifecycle_configuration")["Rules"]
    assert (rules[0], len(rules)) == (theirs, 4)
    assert seen(bench, attempt).settings == settings
    bench.cloud.update("Bucket", attempt, wanted().settings or {}, "u3")
    assert s3(bench, "get_bucket_lifecycle_configuration")["Rules"] == [theirs]


def test_the_last_rule_takes_the_whole_lifecycle_with_it(bench: Bench) -> None:
    attempt = made(bench, **RICH)
    assert bench.cloud.update("Bucket", attempt, wanted().settings or {}, "u").outcome is Outcome.ACCEPTED
    assert seen(bench, attempt).settings == wanted().settings


def test_tagging_touches_no_other_key(bench: Bench) -> None:
    attempt = made(bench)
    theirs = s3(bench, "get_bucket_tagging")["TagSet"]
    s3(bench, "put_bucket_tagging", Tagging={"TagSet": [*theirs, {"Key": "theirs", "Value": "1"}]})
    assert bench.cloud.tag(attempt, {"ours": "2"}, ["owner", "never there"]).outcome is Outcome.ACCEPTED
    expected = {**attempt.tags, "theirs": "1", "ours": "2"}
    expected.pop("owner")
    assert seen(bench, attempt).tags == expected


def test_deleting_twice_is_deleting_once(bench: Bench) -> None:
    attempt = made(bench)
    for _ in range(2):
        assert bench.cloud.delete("Bucket", attempt).outcome is Outcome.ACCEPTED
    bench.world.advance(400)
    assert seen(bench, attempt).missing


def test_one_that_holds_something_is_not_deleted(bench: Bench) -> None:
    attempt = made(bench)
    s3(bench, "put_object", Key="k", Body=b"")
    reply = bench.cloud.delete("Bucket", attempt)
    assert reply.outcome is Outcome.REFUSED
    assert reply.error.startswith(f"the bucket {NAME} is not empty, and qctl never deletes what is stored")


def test_a_name_that_another_account_has_now_is_not_touched(bench: Bench) -> None:
    attempt = made(bench)
    theirs = replace(attempt, place=replace(attempt.place, account="210987654321"))
    assert bench.cloud.delete("Bucket", theirs).outcome is Outcome.REFUSED
    assert bench.cloud.update("Bucket", theirs, {"versioning": True}, "u").outcome is Outcome.REFUSED
    with pytest.raises(CloudUnavailable, match="can't be read"):
        list(bench.cloud.observe([("Bucket/results", theirs)]))


def test_ours_is_found_by_its_marks_and_others_only_if_they_are_observed(bench: Bench) -> None:
    attempt = made(bench, **RICH)
    (found,) = bench.cloud.discover(SEARCH)
    assert (found.mark, found.attempt.token, found.attempt.digest) == ("Bucket/results", attempt.token, attempt.digest)
    assert found.attempt.settings == wanted(**RICH).settings
    bench.cloud.tag(attempt, {TAG_RUN: "somebody else's"}, ())
    assert list(bench.cloud.discover(SEARCH)) == []
    (found,) = bench.cloud.discover(replace(SEARCH, watched=frozenset({attempt.digest})))
    assert (found.mark, found.attempt.token, found.attempt.digest) == ("", "", attempt.digest)
    assert found.attempt.owned == ()


def test_others_are_not_read_at_all(bench: Bench) -> None:
    """A bucket older than the project can't carry its marks, and whoever declares none looks for none."""
    bench.client.stored_once("us-east-1", "create_bucket", Bucket="theirs")
    bench.cloud.account()
    bench.wire.sent.clear()
    assert list(bench.cloud.discover(replace(SEARCH, since=bench.clock.now().replace(year=2030)))) == []
    assert [operation for operation, _ in bench.wire.sent] == ["ListBuckets"]
    bench.wire.sent.clear()
    assert list(bench.cloud.discover(replace(SEARCH, kinds=frozenset()))) == []
    assert {operation for operation, _ in bench.wire.sent} == {
        "SearchQuantumTasks",
        "SearchJobs",
        "SearchSpendingLimits",
    }


def test_a_region_that_may_not_be_listed_is_a_failure_only_if_it_is_ours(bench: Bench) -> None:
    bench.world.add_fault({"service": "s3", "operation": "GET", "effect": "status", "status": 403, "always": True})
    with pytest.raises(CloudUnavailable, match=r"list_buckets failed: AccessDenied \(403\): Forbidden"):
        list(bench.cloud.discover(SEARCH))
    maybe = replace(SEARCH, regions=frozenset(), maybe=frozenset({HERE.region}))
    assert list(bench.cloud.discover(maybe)) == []


def test_what_there_is_can_be_imported(bench: Bench) -> None:
    made(bench, region=THERE.region, **RICH)
    existing = bench.cloud.existing("", f"arn:aws:s3:::{NAME}")
    assert existing is not None
    assert (existing.kind, existing.attempt.place.region) == ("Bucket", THERE.region)
    written = SAMPLE.declared(**existing.spec).spec
    assert written == wanted(region=THERE.region, **RICH).payload.spec
    assert bench.cloud.existing("Bucket", "arn:aws:s3:::not-there") is None
    assert bench.cloud.existing("QuantumTask", f"arn:aws:s3:::{NAME}") is None
    assert bench.cloud.could_be(f"arn:aws:s3:::{NAME}")


def test_a_rule_of_ours_that_somebody_edited_differs_from_any_wish() -> None:
    (rule,) = rules_of({"abortMultipart": 7})
    assert lifecycle_of([rule]) == {"abortMultipart": 7}
    assert lifecycle_of([{**rule, "Status": "Disabled"}]) == {"abortMultipart": 7, "edited": ["qctl-abort-multipart"]}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"name": "Upper"}, "a bucket's name has"),
        ({"region": "Paris"}, "a region is named like"),
        ({"encryption": {"kmsKey": "a b"}}, "a KMS key is named by"),
        ({"lifecycle": {"abortMultipart": 0}}, "greater than or equal to 1"),
        ({"lifecycle": {"expire": [{"prefix": "a", "days": 1}] * 2}}, "have the same prefix"),
    ],
)
def test_what_can_be_no_bucket_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        wanted(**changes)


def test_a_made_up_name_is_one_that_s3_takes(bench: Bench) -> None:
    context = replace(CONTEXT, name="a.very-long-" + "x" * 60 + "-name")
    names = {
        KINDS["Bucket"].desired(declared, context).execution["name"]
        for declared in (SAMPLE.declared(which, name=None) for which in ("one", "two"))
    }
    assert len(names) == 2
    for name in names:
        assert len(name) <= 63
        bench.client.stored_once("us-east-1", "create_bucket", Bucket=name)


def test_it_runs_nothing(bench: Bench) -> None:
    attempt = made(bench)
    with pytest.raises(ResultMissing):
        bench.cloud.results("Bucket", attempt)
    assert bench.cloud.cancel("Bucket", attempt, "t").outcome is Outcome.REFUSED


def test_a_page_of_a_proxy_is_no_success(bench: Bench) -> None:
    attempt = made(bench)
    bench.world.add_fault({"service": "s3", "operation": "DELETE", "effect": "garbage", "always": True})
    assert bench.cloud.delete("Bucket", attempt).outcome is Outcome.UNKNOWN
