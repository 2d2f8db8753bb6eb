import re
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from html import unescape

from reconciler.emulator import object_store as store
from reconciler.emulator.message import Request, Response
from reconciler.emulator.object_policy import Policy
from reconciler.emulator.object_setting_store import forget_all
from reconciler.emulator.object_xml import S3Error, document, element, group, iso_time, malformed

_BUCKET_NAME = re.compile(r"(?!xn--)(?!.*\.\.)(?![0-9]+(\.[0-9]+){3}$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_MAX_DELETES = 1000
_MAX_BUCKETS = 10_000


def bucket_list(connection: sqlite3.Connection, query: Mapping[str, str]) -> Response:
    """ListBuckets. Only who asks for pages or for a region gets pages, and is told each bucket's region."""
    asked = {"max-buckets", "continuation-token", "bucket-region"} & query.keys()
    region, prefix = query.get("bucket-region"), query.get("prefix", "")
    after, most = query.get("continuation-token", ""), int(query.get("max-buckets") or _MAX_BUCKETS)
    found = [
        bucket
        for bucket in store.list_buckets(connection)
        if bucket.region == (region or bucket.region) and bucket.name.startswith(prefix) and bucket.name > after
    ]
    page = found[:most] if asked else found
    buckets = (
        group(
            "Bucket",
            [
                element("Name", bucket.name),
                element("CreationDate", iso_time(bucket.created_at)),
                *([element("BucketRegion", bucket.region)] if asked else ()),
            ],
        )
        for bucket in page
    )
    more = element("ContinuationToken", page[-1].name) if len(page) < len(found) else ""
    return document("ListAllMyBucketsResult", group("Buckets", buckets) + more)


def create_bucket(
    connection: sqlite3.Connection, request: Request, name: str, now: datetime, policy: Policy
) -> Response:
    if not _BUCKET_NAME.fullmatch(name):
        raise S3Error(400, "InvalidBucketName", "The specified bucket is not valid.", BucketName=name)
    if name in policy.others:
        raise S3Error(
            409, "BucketAlreadyExists",
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system."
            " Please select a different name and try again.", BucketName=name,
        )  # fmt: skip
    region = _bucket_region(request)
    if store.ensure_bucket(connection, name, now, region):
        if b"<Tags" in request.body:
            from reconciler.emulator.object_bucket_settings import tag_new  # the model of S3, only for its documents

            tag_new(connection, name, request.body)
    elif region != store.DEFAULT_REGION:
        # In its first region S3 answers 200 to an owner who creates a bucket again.
        raise S3Error(
            409, "BucketAlreadyOwnedByYou",
            "Your previous request to create the named bucket succeeded and you already own it.", BucketName=name,
        )  # fmt: skip
    return Response(200, {"location": f"/{name}"}, b"")


def _bucket_region(request: Request) -> str:
    home = request.scope.region or store.DEFAULT_REGION
    asked = re.search(rb"<LocationConstraint>([a-z0-9-]+)</LocationConstraint>", request.body)
    if asked is None and home != store.DEFAULT_REGION:
        raise S3Error(
            400, "IllegalLocationConstraintException",
            "The unspecified location constraint is incompatible for the region specific endpoint"
            " this request was sent to.",
        )  # fmt: skip
    return asked[1].decode() if asked else home


def remove_bucket(connection: sqlite3.Connection, name: str) -> Response:
    if not store.is_empty(connection, name):
        raise S3Error(409, "BucketNotEmpty", "The bucket you tried to delete is not empty", BucketName=name)
    store.delete_bucket(connection, name)
    forget_all(connection, name)
    return Response(204, {}, b"")


def delete_many(connection: sqlite3.Connection, bucket: str, body: bytes) -> Response:
    # Clients write this document from one template; a pattern reads it, so no XML parser meets a stranger's entities.
    keys = [unescape(key) for key in re.findall(r"<Key>(.*?)</Key>", body.decode(errors="replace"), re.DOTALL)]
    if not 0 < len(keys) <= _MAX_DELETES:
        raise malformed()
    for key in keys:
        store.delete_object(connection, bucket, key)
    quiet = b"<Quiet>true</Quiet>" in body
    return document("DeleteResult", "" if quiet else "".join(group("Deleted", [element("Key", key)]) for key in keys))
