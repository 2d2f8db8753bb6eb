"""Settings of buckets, by boto's own S3 client, and measured against moto where moto is faithful."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from reconciler.emulator.message import Request
from reconciler.emulator.objects import handle_s3
from tests.emulator.local import Local, refused

B = {"Bucket": "demo"}
AES = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]}
KMS = {
    "Rules": [
        {
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/lab"},
            "BucketKeyEnabled": True,
        }
    ]
}
BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
OPEN = dict.fromkeys(BLOCKED, False)
RULES = {
    "Rules": [
        {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": "tmp/<&>"}, "Expiration": {"Days": 3}},
        {
            "ID": "b",
            "Status": "Disabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
    ]
}
TAGS = {"TagSet": [{"Key": "owner", "Value": "lab <3>"}, {"Key": "qctl:run", "Value": "default/1/1/abc"}]}
Calls = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def s3(local: Local) -> Any:
    client = local.client("s3")
    client.create_bucket(**B)
    return client


def said(client: Any, calls: Calls) -> list[Any]:
    """What each call came to: its error, or the members of its answer."""
    found: list[Any] = []
    for name, asked in calls:
        try:
            answer = getattr(client, name)(**B, **asked)
        except ClientError as refusal:
            status = refusal.response["ResponseMetadata"]["HTTPStatusCode"]
            found.append((status, refusal.response["Error"]["Code"]))
            continue
        answer.pop("ResponseMetadata")
        # A member that other servers, and S3 itself, add to tell defaults that appeared later.
        answer.pop("TransitionDefaultMinimumObjectSize", None)
        found.append(answer)
    return found


ENCRYPTION: Calls = [
    ("get_bucket_encryption", {}),
    ("put_bucket_encryption", {"ServerSideEncryptionConfiguration": KMS}),
    ("get_bucket_encryption", {}),
    ("delete_bucket_encryption", {}),
    ("get_bucket_encryption", {}),
]
ACCESS: Calls = [
    ("get_public_access_block", {}),
    ("put_public_access_block", {"PublicAccessBlockConfiguration": BLOCKED}),
    ("get_public_access_block", {}),
    ("put_public_access_block", {"PublicAccessBlockConfiguration": OPEN}),
    ("get_public_access_block", {}),
    ("delete_public_access_block", {}),
    ("get_public_access_block", {}),
]
VERSIONING: Calls = [
    ("get_bucket_versioning", {}),
    ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Enabled"}}),
    ("get_bucket_versioning", {}),
    ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Suspended"}}),
    ("get_bucket_versioning", {}),
]
LIFECYCLE: Calls = [
    ("get_bucket_lifecycle_configuration", {}),
    ("put_bucket_lifecycle_configuration", {"LifecycleConfiguration": RULES}),
    ("get_bucket_lifecycle_configuration", {}),
    ("put_bucket_lifecycle_configuration", {"LifecycleConfiguration": {"Rules": RULES["Rules"][:1]}}),
    ("get_bucket_lifecycle_configuration", {}),
    ("delete_bucket_lifecycle", {}),
    ("get_bucket_lifecycle_configuration", {}),
    ("delete_bucket_lifecycle", {}),
]
TAGGING: Calls = [
    ("get_bucket_tagging", {}),
    ("put_bucket_tagging", {"Tagging": TAGS}),
    ("get_bucket_tagging", {}),
    ("put_bucket_tagging", {"Tagging": {"TagSet": TAGS["TagSet"][:1] * 2}}),
    ("get_bucket_tagging", {}),
    ("put_bucket_tagging", {"Tagging": {"TagSet": [{"Key": "aws:x", "Value": "1"}]}}),
    ("delete_bucket_tagging", {}),
    ("get_bucket_tagging", {}),
]
SAME = {
    "encryption": ENCRYPTION,
    "access": ACCESS,
    "versioning": VERSIONING,
    "lifecycle": LIFECYCLE,
    "tagging": TAGGING,
}


@pytest.mark.parametrize("case", SAME)
def test_moto_says_the_same_of_a_bucket_of_old(case: str, s3: Any, local: Local) -> None:
    """moto knows no defaults for new buckets; the switch takes ours away."""
    import boto3
    from moto import mock_aws

    local.world.set_switch("s3.defaults", "none")
    ours = said(s3, SAME[case])
    with mock_aws():
        reference = boto3.client("s3", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
        reference.create_bucket(**B)
        assert ours == said(reference, SAME[case])


def test_a_new_bucket_is_encrypted_and_closed(s3: Any) -> None:
    """Amazon S3's user guide: since January and April 2023; taking the encryption away only resets it."""
    assert said(s3, ENCRYPTION) == [
        {"ServerSideEncryptionConfiguration": AES},
        {},
        {"ServerSideEncryptionConfiguration": KMS},
        {},
        {"ServerSideEncryptionConfiguration": AES},
    ]
    blocked, opened = ({"PublicAccessBlockConfiguration": which} for which in (BLOCKED, OPEN))
    gone = (404, "NoSuchPublicAccessBlockConfiguration")
    assert said(s3, ACCESS) == [blocked, {}, blocked, {}, opened, {}, gone]


def test_tags_come_with_the_creation(local: Local) -> None:
    west = local.client("s3", "eu-north-1")
    asked = {"LocationConstraint": "eu-north-1", "Tags": TAGS["TagSet"]}
    made = west.create_bucket(Bucket="far", CreateBucketConfiguration=asked)
    assert made["Location"] == "/far"
    assert west.get_bucket_tagging(Bucket="far")["TagSet"] == TAGS["TagSet"]


def test_what_was_set_goes_with_the_bucket(s3: Any) -> None:
    s3.put_bucket_versioning(**B, VersioningConfiguration={"Status": "Enabled"})
    s3.delete_bucket(**B)
    assert refused(s3.get_bucket_versioning, **B)[:2] == (404, "NoSuchBucket")
    s3.create_bucket(**B)
    assert "Status" not in s3.get_bucket_versioning(**B)


@pytest.mark.parametrize(
    ("rules", "status", "code"),
    [
        ([], 400, "MalformedXML"),
        ([{"Status": "Enabled", "Filter": {"Prefix": ""}}], 400, "InvalidRequest"),
        ([{"Status": "Enabled", "Expiration": {"Days": 1}}], 400, "MalformedXML"),
        ([{"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 0}}], 400, "InvalidArgument"),
        ([{"ID": "a", "Status": "On", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}], 400, "MalformedXML"),
        (RULES["Rules"][:1] * 2, 400, "InvalidArgument"),
    ],
)
def test_rules_that_s3_does_not_take(s3: Any, rules: Any, status: int, code: str) -> None:
    call = s3.put_bucket_lifecycle_configuration
    assert refused(call, **B, LifecycleConfiguration={"Rules": rules})[:2] == (status, code)


def test_somebody_elses_bucket(s3: Any, local: Local) -> None:
    local.world.set_switch("s3.others", "taken, taken-too")
    assert refused(s3.create_bucket, Bucket="taken")[:2] == (409, "BucketAlreadyExists")
    assert refused(s3.head_bucket, Bucket="taken-too")[:2] == (403, "403")
    assert refused(s3.get_bucket_tagging, Bucket="taken")[:2] == (403, "AccessDenied")
    assert refused(s3.delete_bucket, **B, ExpectedBucketOwner="210987654321")[:2] == (403, "AccessDenied")
    assert s3.head_bucket(**B, ExpectedBucketOwner="123456789012")["BucketRegion"] == "us-east-1"


def test_buckets_are_listed_by_region_and_page(s3: Any, local: Local) -> None:
    north = local.client("s3", "eu-north-1")
    for name in ("far-1", "far-2", "far-3"):
        north.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    first = s3.list_buckets(BucketRegion="eu-north-1", MaxBuckets=2)
    assert [(b["Name"], b["BucketRegion"]) for b in first["Buckets"]] == [
        ("far-1", "eu-north-1"),
        ("far-2", "eu-north-1"),
    ]
    more = s3.list_buckets(BucketRegion="eu-north-1", MaxBuckets=2, ContinuationToken=first["ContinuationToken"])
    assert [b["Name"] for b in more["Buckets"]] == ["far-3"]
    assert "ContinuationToken" not in more
    assert [b["Name"] for b in s3.list_buckets(Prefix="de", MaxBuckets=9)["Buckets"]] == ["demo"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<VersioningConfiguration><Status>Enabled</VersioningConfiguration>",
        b"<VersioningConfiguration><Status>Perhaps</Status></VersioningConfiguration>",
        b"<VersioningConfiguration><Status><b/></Status></VersioningConfiguration>",
        b"<VersioningConfiguration><Unheard/></VersioningConfiguration>",
        b"<VersioningConfiguration><Status>Enabled</Status><Status>Enabled</Status></VersioningConfiguration>",
        b'<!DOCTYPE v [<!ENTITY a "aaaa">]><VersioningConfiguration><Status>&a;</Status></VersioningConfiguration>',
        b"\xff\xfe",
    ],
)
def test_documents_that_are_none(local: Local, body: bytes) -> None:
    local.client("s3").create_bucket(**B)
    request = Request("PUT", "/demo", "versioning", {}, body, "127.0.0.1")
    now = local.world.now()
    with local.world.transaction() as session:
        answer = handle_s3(session.connection, request, now)
    assert (answer.status, b"<Code>MalformedXML</Code>" in answer.body) == (400, True)
