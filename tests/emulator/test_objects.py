"""The S3 subset, driven by boto's own S3 client, and measured against moto where moto is faithful."""

import io
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from reconciler.emulator.message import Request, Response
from reconciler.emulator.objects import SCHEMA, ensure_bucket, get_object, handle_s3, put_object
from tests.emulator.local import Local, refused

NOW = datetime(2027, 1, 15, 8, tzinfo=UTC)
HELLO = '"5d41402abc4b2a76b9719d911017c592"'  # md5 of b"hello", quoted as an ETag
Calls = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def s3(local: Local) -> Any:
    client = local.client("s3")
    client.create_bucket(Bucket="demo")
    return client


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """For requests that boto would not send: no client, no world."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    ensure_bucket(connection, "demo", NOW)
    yield connection
    connection.close()


def send(
    connection: sqlite3.Connection,
    method: str,
    target: str,
    body: bytes = b"",
    host: str = "127.0.0.1",
    **headers: str,
) -> Response:
    path, _, query = target.partition("?")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return handle_s3(connection, Request(method, path, query, named, body, host), NOW)


# What boto's client says


def test_an_object_comes_back_as_it_went_in(s3: Any) -> None:
    put = s3.put_object(
        Bucket="demo", Key="a b/é+&.txt", Body=b"hello", ContentType="text/plain", Metadata={"who": "x"}
    )
    got = s3.get_object(Bucket="demo", Key="a b/é+&.txt")
    assert (got["Body"].read(), got["ContentType"], got["Metadata"]) == (b"hello", "text/plain", {"who": "x"})
    assert put["ETag"] == got["ETag"] == HELLO
    assert got["LastModified"] == NOW
    head = s3.head_object(Bucket="demo", Key="a b/é+&.txt")
    assert (head["ContentLength"], head["ETag"]) == (5, HELLO)


@pytest.mark.parametrize(
    ("asked", "part", "told"),
    [
        ("bytes=1-3", b"ell", "bytes 1-3/5"),
        ("bytes=2-", b"llo", "bytes 2-4/5"),
        ("bytes=-2", b"lo", "bytes 3-4/5"),
        ("bytes=0-99", b"hello", "bytes 0-4/5"),
    ],
)
def test_a_part_can_be_read(s3: Any, asked: str, part: bytes, told: str) -> None:
    s3.put_object(Bucket="demo", Key="k", Body=b"hello")
    got = s3.get_object(Bucket="demo", Key="k", Range=asked)
    assert (got["Body"].read(), got["ContentRange"]) == (part, told)
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206


@pytest.mark.parametrize("asked", ["bytes=3-1", "lines=1-2", "bytes=-"])
def test_a_range_that_makes_no_sense_is_ignored(s3: Any, asked: str) -> None:
    s3.put_object(Bucket="demo", Key="k", Body=b"hello")
    assert s3.get_object(Bucket="demo", Key="k", Range=asked)["Body"].read() == b"hello"


def test_files_can_be_sent(s3: Any) -> None:
    s3.put_object(Bucket="demo", Key="k", Body=io.BytesIO(b"x" * 100_000))
    assert s3.head_object(Bucket="demo", Key="k")["ContentLength"] == 100_000


def test_a_listing_groups_and_pages(s3: Any) -> None:
    keys = ["a/1", "a/2", "b", "c/d/1", "c/é f", "z"]
    for key in keys:
        s3.put_object(Bucket="demo", Key=key, Body=b"")
    seen: list[str] = []
    for page in s3.get_paginator("list_objects_v2").paginate(
        Bucket="demo", Delimiter="/", PaginationConfig={"PageSize": 1}
    ):
        assert page["KeyCount"] == 1
        seen += [entry["Key"] for entry in page.get("Contents", [])]
        seen += [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
    assert seen == ["a/", "b", "c/", "z"]
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="demo", Prefix="c/")["Contents"]] == ["c/d/1", "c/é f"]
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="demo", StartAfter="c/é f")["Contents"]] == ["z"]
    assert not s3.list_objects_v2(Bucket="demo", MaxKeys=0)["IsTruncated"]


def test_many_objects_go_at_once(s3: Any) -> None:
    for key in ("a&b", "c", "d"):
        s3.put_object(Bucket="demo", Key=key, Body=b"")
    answer = s3.delete_objects(Bucket="demo", Delete={"Objects": [{"Key": "a&b"}, {"Key": "nothing"}]})
    assert [entry["Key"] for entry in answer["Deleted"]] == ["a&b", "nothing"]
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="demo")["Contents"]] == ["c", "d"]


def test_buckets_know_their_region(local: Local) -> None:
    west = local.client("s3", "us-west-2")
    west.create_bucket(Bucket="far", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    local.client("s3").create_bucket(Bucket="near")
    assert west.get_bucket_location(Bucket="far")["LocationConstraint"] == "us-west-2"
    assert west.get_bucket_location(Bucket="near")["LocationConstraint"] is None
    assert [bucket["Name"] for bucket in west.list_buckets()["Buckets"]] == ["far", "near"]


def test_a_failed_condition_names_itself(s3: Any) -> None:
    s3.put_object(Bucket="demo", Key="k", Body=b"hello")
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket="demo", Key="k", Body=b"", IfNoneMatch="*")
    error: Any = caught.value.response["Error"]
    assert (error["Code"], error["Condition"]) == ("PreconditionFailed", "If-None-Match")
    assert s3.get_object(Bucket="demo", Key="k")["Body"].read() == b"hello"


def test_a_lock_has_one_winner(local: Local, s3: Any) -> None:
    """Twenty writers at once, as when two pipelines apply: one gets the key, the others are told."""
    outcomes: list[int] = []
    barrier = threading.Barrier(20)

    def race(number: int) -> None:
        barrier.wait()
        try:
            answer = s3.put_object(Bucket="demo", Key="lock", Body=str(number).encode(), IfNoneMatch="*")
            outcomes.append(answer["ResponseMetadata"]["HTTPStatusCode"])
        except ClientError as refusal:
            outcomes.append(refusal.response["ResponseMetadata"]["HTTPStatusCode"])

    threads = [threading.Thread(target=race, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [200] + [412] * 19


# What moto says to the same calls

PUT: tuple[str, dict[str, Any]] = ("put_object", {"Bucket": "demo", "Key": "k", "Body": b"hello"})
SAME: dict[str, Calls] = {
    "a key that is not there": [
        ("get_object", {"Bucket": "demo", "Key": "k"}),
        ("head_object", {"Bucket": "demo", "Key": "k"}),
        ("delete_object", {"Bucket": "demo", "Key": "k"}),
    ],
    "a bucket that is not there": [
        ("put_object", {"Bucket": "other", "Key": "k", "Body": b""}),
        ("get_object", {"Bucket": "other", "Key": "k"}),
        ("head_bucket", {"Bucket": "other"}),
        ("list_objects_v2", {"Bucket": "other"}),
        ("delete_bucket", {"Bucket": "other"}),
        ("get_bucket_location", {"Bucket": "other"}),
        ("delete_objects", {"Bucket": "other", "Delete": {"Objects": [{"Key": "k"}]}}),
    ],
    "only if it is new": [
        ("put_object", PUT[1] | {"IfNoneMatch": "*"}),
        ("put_object", PUT[1] | {"IfNoneMatch": "*"}),
        ("delete_object", {"Bucket": "demo", "Key": "k"}),
        ("put_object", PUT[1] | {"IfNoneMatch": "*"}),
    ],
    "only if it is unchanged": [
        ("put_object", PUT[1] | {"IfMatch": HELLO}),
        PUT,
        ("put_object", PUT[1] | {"IfMatch": HELLO, "Body": b"new"}),
        ("put_object", PUT[1] | {"IfMatch": HELLO, "Body": b"late"}),
        ("get_object", {"Bucket": "demo", "Key": "k", "IfMatch": HELLO}),
    ],
    "delete only what I know": [
        PUT,
        ("delete_object", {"Bucket": "demo", "Key": "k", "IfMatch": '"0"'}),
        ("head_object", {"Bucket": "demo", "Key": "k"}),
        ("delete_object", {"Bucket": "demo", "Key": "k", "IfMatch": HELLO}),
        ("head_object", {"Bucket": "demo", "Key": "k"}),
    ],
    "read only what is new": [
        PUT,
        ("get_object", {"Bucket": "demo", "Key": "k", "IfNoneMatch": HELLO}),
        ("get_object", {"Bucket": "demo", "Key": "k", "IfNoneMatch": '"0"'}),
        ("head_object", {"Bucket": "demo", "Key": "k", "IfNoneMatch": HELLO}),
    ],
    "a range behind the end": [PUT, ("get_object", {"Bucket": "demo", "Key": "k", "Range": "bytes=9-"})],
    "buckets again": [
        ("create_bucket", {"Bucket": "demo"}),
        PUT,
        ("delete_bucket", {"Bucket": "demo"}),
        ("delete_object", {"Bucket": "demo", "Key": "k"}),
        ("delete_bucket", {"Bucket": "demo"}),
        ("head_bucket", {"Bucket": "demo"}),
    ],
}


def outcomes(client: Any, calls: Calls) -> list[tuple[int, str]]:
    found = []
    for name, asked in calls:
        try:
            answer, code = getattr(client, name)(**asked), ""
        except ClientError as refusal:
            answer, code = refusal.response, refusal.response["Error"]["Code"]
        found.append((answer["ResponseMetadata"]["HTTPStatusCode"], code))
    return found


@pytest.mark.parametrize("case", SAME)
def test_moto_answers_the_same(case: str, s3: Any) -> None:
    import boto3
    from moto import mock_aws

    ours = outcomes(s3, SAME[case])
    with mock_aws():
        reference = boto3.client("s3", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
        reference.create_bucket(Bucket="demo")
        assert ours == outcomes(reference, SAME[case])


def test_an_owner_outside_the_first_region_is_told_twice(local: Local) -> None:
    west = local.client("s3", "us-west-2")
    asked = {"Bucket": "far", "CreateBucketConfiguration": {"LocationConstraint": "us-west-2"}}
    west.create_bucket(**asked)
    assert refused(west.create_bucket, **asked)[:2] == (409, "BucketAlreadyOwnedByYou")
    assert refused(west.create_bucket, Bucket="b-2")[:2] == (400, "IllegalLocationConstraintException")


@pytest.mark.parametrize("name", ["Upper", "ab", "with_underscore", "two..dots", "1.2.3.4", "xn--x1"])
def test_names_that_s3_does_not_take(s3: Any, name: str) -> None:
    """By S3's rules for new buckets; moto is more lenient."""
    assert refused(s3.create_bucket, Bucket=name)[:2] == (400, "InvalidBucketName")


def test_keys_have_a_limit(s3: Any) -> None:
    s3.put_object(Bucket="demo", Key="k" * 1024, Body=b"")
    assert refused(s3.put_object, Bucket="demo", Key="é" * 513, Body=b"")[:2] == (400, "KeyTooLongError")


# What no client would send


def test_chunks_are_put_together(connection: sqlite3.Connection) -> None:
    body = b"3;chunk-signature=ab\r\nhel\r\n2\r\nlo\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
    headers = {"x_amz_content_sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x_amz_decoded_content_length": "5"}
    assert send(connection, "PUT", "/demo/k", body, **headers).status == 200
    stored = get_object(connection, "demo", "k")
    assert stored is not None
    assert (stored.body, stored.etag) == (b"hello", HELLO)


BROKEN = {
    "nothing": b"",
    "cut": b"5\r\nhel",
    "no line end": b"3\r\nhelXX0\r\n\r\n",
    "no end": b"3\r\nhel\r\n",
    "not as long as declared": b"2\r\nhe\r\n0\r\n\r\n",
    "a size with a sign": b"+3\r\nhel\r\n0\r\n\r\n",
    "a size with a prefix": b"0x3\r\nhel\r\n0\r\n\r\n",
    "a step back": b"3\r\nhel\r\n-2\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_broken_chunks_are_refused(connection: sqlite3.Connection, body: bytes) -> None:
    headers = {"x_amz_content_sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "x_amz_decoded_content_length": "3"}
    answer = send(connection, "PUT", "/demo/k", body, **headers)
    assert (answer.status, b"<Code>IncompleteBody</Code>" in answer.body) == (400, True)
    assert get_object(connection, "demo", "k") is None


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("127.0.0.1", "/demo/a%20b/c"),
        ("s3.us-east-1.amazonaws.com", "/demo/a%20b/c"),
        ("demo.s3.us-east-1.amazonaws.com", "/a%20b/c"),
        ("demo.s3.amazonaws.com", "/a%20b/c"),
        ("demo.localhost", "/a%20b/c"),
    ],
)
def test_a_bucket_is_named_by_path_or_host(connection: sqlite3.Connection, host: str, path: str) -> None:
    put_object(connection, "demo", "a b/c", b"hello", "text/plain", NOW)
    assert send(connection, "GET", path, host=host).body == b"hello"


def test_errors_are_escaped_xml(connection: sqlite3.Connection) -> None:
    answer = send(connection, "GET", "/demo/%3Cb%3E%26%01")
    assert answer.headers["content-type"] == "application/xml"
    assert b"<Code>NoSuchKey</Code>" in answer.body
    assert b"<Key>&lt;b&gt;&amp;</Key>" in answer.body


@pytest.mark.parametrize(
    ("method", "target", "status", "code"),
    [
        ("GET", "/demo?replication", 501, "NotImplemented"),
        ("GET", "/demo", 501, "NotImplemented"),
        ("POST", "/demo/k?uploads", 501, "NotImplemented"),
        ("PUT", "/", 405, "MethodNotAllowed"),
        ("GET", "/demo/%ff", 400, "InvalidURI"),
        ("GET", "/demo?list-type=2&max-keys=-1", 400, "InvalidArgument"),
        ("GET", "/demo?list-type=2&continuation-token=%21", 400, "InvalidArgument"),
        ("GET", "/demo?list-type=2&encoding-type=rot13", 400, "InvalidArgument"),
        ("POST", "/demo?delete", 400, "MalformedXML"),
    ],
)
def test_what_is_not_understood_is_said(
    connection: sqlite3.Connection, method: str, target: str, status: int, code: str
) -> None:
    answer = send(connection, method, target)
    assert (answer.status, f"<Code>{code}</Code>" in answer.body.decode()) == (status, True)


def test_a_copy_is_not_taken_for_an_empty_object(connection: sqlite3.Connection) -> None:
    assert send(connection, "PUT", "/demo/k", x_amz_copy_source="/demo/other").status == 501
    assert get_object(connection, "demo", "k") is None


def test_an_answer_to_head_has_no_body(connection: sqlite3.Connection) -> None:
    answer = send(connection, "HEAD", "/demo/k")
    assert (answer.status, answer.body) == (404, b"")
