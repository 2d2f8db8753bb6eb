import re
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from reconciler.emulator import object_store as store
from reconciler.emulator.identity import ACCOUNT
from reconciler.emulator.message import Request, Response
from reconciler.emulator.object_body import read_body
from reconciler.emulator.object_bucket import bucket_list, create_bucket, delete_many, remove_bucket
from reconciler.emulator.object_condition import check_write, is_unchanged
from reconciler.emulator.object_listing import list_objects
from reconciler.emulator.object_policy import Policy
from reconciler.emulator.object_setting_store import NAMES
from reconciler.emulator.object_store import SCHEMA, StoredObject, ensure_bucket, get_object, put_object
from reconciler.emulator.object_xml import (
    S3Error,
    document,
    error_response,
    http_time,
    no_such_bucket,
    no_such_key,
)

__all__ = ["SCHEMA", "StoredObject", "ensure_bucket", "get_object", "handle_s3", "put_object"]

_VIRTUAL_HOST = re.compile(r"(?P<bucket>.+)\.(s3([.-].+)?\.amazonaws\.com|localhost)", re.IGNORECASE)
# What one subresource or another would mean is not guessed: these are the query parameters that are understood.
_KNOWN_QUERY = {
    "list-type", "prefix", "delimiter", "max-keys", "continuation-token", "start-after", "encoding-type",
    "fetch-owner", "location", "delete", "x-id", "max-buckets", "bucket-region", *NAMES,
}  # fmt: skip
_MAX_KEY_BYTES = 1024


class _Target(NamedTuple):
    """What a request is about. An empty bucket means the service itself, an empty key the bucket."""

    bucket: str
    key: str
    query: Mapping[str, str]


def handle_s3(
    connection: sqlite3.Connection, request: Request, now: datetime, policy: Policy | None = None
) -> Response:
    """Answer one S3 request: the subset that qctl and the clouds' SDKs use, anything else is 501 NotImplemented.

    The caller holds a write transaction around this call: that is what makes conditional writes have one winner.
    """
    try:
        target = _target(request)
        return _route(connection, request, target, now, policy or Policy())
    except S3Error as error:
        return error_response(error, request.method)


def _target(request: Request) -> _Target:
    path = request.path.lstrip("/")
    if virtual := _VIRTUAL_HOST.fullmatch(request.host):
        bucket, key = virtual["bucket"], path
    else:
        bucket, _, key = path.partition("/")
    return _Target(unquote(bucket), _key(key), dict(parse_qsl(request.query, keep_blank_values=True)))


def _key(raw: str) -> str:
    try:
        key = unquote(raw, errors="strict")
    except UnicodeDecodeError as error:
        raise S3Error(400, "InvalidURI", "Couldn't parse the specified URI.") from error
    if len(key.encode()) > _MAX_KEY_BYTES:
        raise S3Error(400, "KeyTooLongError", "Your key is too long")
    return key


def _route(
    connection: sqlite3.Connection, request: Request, target: _Target, now: datetime, policy: Policy
) -> Response:
    unknown = target.query.keys() - _KNOWN_QUERY
    if {name for name in unknown if not name.lower().startswith("x-amz-")}:
        raise _not_implemented()
    if not target.bucket:
        return bucket_list(connection, target.query) if request.method == "GET" else _refuse_method()
    owner = request.headers.get("x-amz-expected-bucket-owner", ACCOUNT)
    if owner != ACCOUNT or (target.bucket in policy.others and (target.key or request.method != "PUT")):
        raise S3Error(403, "AccessDenied", "Access Denied")
    if target.key:
        return _route_object(connection, request, target, now)
    named = NAMES & target.query.keys()
    if request.method == "PUT" and not named:
        return create_bucket(connection, request, target.bucket, now, policy)
    bucket = store.get_bucket(connection, target.bucket)
    if bucket is None:
        raise no_such_bucket(target.bucket)
    if named:
        from reconciler.emulator.object_bucket_settings import handle_setting  # the model of S3, only when asked

        return handle_setting(connection, request, target.bucket, min(named), secure=policy.secure)
    return _route_bucket(connection, request, bucket, target.query)


def _route_bucket(
    connection: sqlite3.Connection, request: Request, bucket: store.Bucket, query: Mapping[str, str]
) -> Response:
    match request.method:
        case "HEAD":
            return Response(200, {"x-amz-bucket-region": bucket.region}, b"")
        case "GET" if "location" in query:
            # S3 leaves the region of its first data centre empty.
            return document("LocationConstraint", "" if bucket.region == store.DEFAULT_REGION else bucket.region)
        case "GET" if query.get("list-type") == "2":
            return list_objects(connection, bucket.name, query)
        case "DELETE":
            return remove_bucket(connection, bucket.name)
        case "POST" if "delete" in query:
            return delete_many(connection, bucket.name, request.body)
    raise _not_implemented()


def _route_object(connection: sqlite3.Connection, request: Request, target: _Target, now: datetime) -> Response:
    if store.get_bucket(connection, target.bucket) is None:
        raise no_such_bucket(target.bucket)
    match request.method:
        case "PUT" if "x-amz-copy-source" not in request.headers:
            return _put(connection, request, target, now)
        case "GET" | "HEAD":
            return _get(connection, request, target)
        case "DELETE":
            check_write(request.headers, store.get_etag(connection, target.bucket, target.key), target.key)
            store.delete_object(connection, target.bucket, target.key)
            return Response(204, {}, b"")
    raise _not_implemented()


def _put(connection: sqlite3.Connection, request: Request, target: _Target, now: datetime) -> Response:
    check_write(request.headers, store.get_etag(connection, target.bucket, target.key), target.key)
    body = read_body(request.headers, request.body)
    content_type = request.headers.get("content-type") or store.DEFAULT_CONTENT_TYPE
    marker = "x-amz-meta-"
    metadata = {name[len(marker) :]: value for name, value in request.headers.items() if name.startswith(marker)}
    stored = put_object(connection, target.bucket, target.key, body, content_type, now, metadata)
    return Response(200, {"etag": stored.etag}, b"")


def _get(connection: sqlite3.Connection, request: Request, target: _Target) -> Response:
    stored = get_object(connection, target.bucket, target.key)
    if stored is None:
        raise no_such_key(target.key)
    headers = {"etag": stored.etag, "last-modified": http_time(stored.modified_at), "accept-ranges": "bytes"}
    if is_unchanged(request.headers, stored.etag):
        return Response(304, headers, b"")
    headers |= {"content-type": stored.content_type}
    headers |= {f"x-amz-meta-{name}": value for name, value in stored.metadata.items()}
    status, body = 200, stored.body
    if (window := _range(request.headers.get("range"), len(body))) is not None:
        status, body = 206, body[window.start : window.stop]
        headers["content-range"] = f"bytes {window.start}-{window.stop - 1}/{len(stored.body)}"
    headers["content-length"] = str(len(body))
    return Response(status, headers, b"" if request.method == "HEAD" else body)


def _range(header: str | None, size: int) -> range | None:
    """The bytes asked for; `None` for all of them, which is also the answer to a range we can't read (RFC 9110)."""
    found = re.fullmatch(r"bytes=([0-9]{0,18})-([0-9]{0,18})", header or "")
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, stop = max(0, size - int(found[2])), size
    else:
        start, stop = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
        if found[2] and int(found[2]) < start:
            return None
    if start >= stop:
        raise S3Error(416, "InvalidRange", "The requested range is not satisfiable", ActualObjectSize=str(size))
    return range(start, stop)


def _refuse_method() -> Response:
    raise S3Error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")


def _not_implemented() -> S3Error:
    return S3Error(501, "NotImplemented", "The local cloud does not have this part of S3.")
