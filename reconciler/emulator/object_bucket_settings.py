"""What is set on a bucket as a whole: one document for each subresource, in the shapes of botocore's model of S3."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.emulator.message import Request, Response
from reconciler.emulator.object_setting_check import check_lifecycle, check_tags
from reconciler.emulator.object_setting_store import Value, forget, store, value_of
from reconciler.emulator.object_xml import S3Error, document, malformed
from reconciler.emulator.wire.model import s3
from reconciler.emulator.wire.xml import MalformedError, read_document, write_members


def _unchecked(_: Value) -> None:
    """The shape alone says what is right."""


@dataclass(frozen=True, slots=True)
class _Setting:
    """One subresource: its document's shape and root, and the error for a bucket on which it is not set."""

    shape: str
    root: str
    code: str = ""  # empty: the document is an empty one then
    message: str = ""
    check: Callable[[Value], None] = _unchecked
    put_status: int = 200


_SETTINGS: Mapping[str, _Setting] = {
    "encryption": _Setting(
        "ServerSideEncryptionConfiguration",
        "ServerSideEncryptionConfiguration",
        "ServerSideEncryptionConfigurationNotFoundError",
        "The server side encryption configuration was not found",
    ),
    "publicAccessBlock": _Setting(
        "PublicAccessBlockConfiguration",
        "PublicAccessBlockConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
        "The public access block configuration was not found",
    ),
    "versioning": _Setting("VersioningConfiguration", "VersioningConfiguration"),
    "lifecycle": _Setting(
        "BucketLifecycleConfiguration",
        "LifecycleConfiguration",
        "NoSuchLifecycleConfiguration",
        "The lifecycle configuration does not exist",
        check_lifecycle,
    ),
    "tagging": _Setting("Tagging", "Tagging", "NoSuchTagSet", "The TagSet does not exist", check_tags, 204),
}


def tag_new(connection: sqlite3.Connection, bucket: str, body: bytes) -> None:
    """The tags that a request to create a bucket brings."""
    tags = {"TagSet": _read("CreateBucketConfiguration", body).get("Tags", [])}
    check_tags(tags)
    store(connection, bucket, "tagging", tags)


def handle_setting(
    connection: sqlite3.Connection, request: Request, bucket: str, name: str, *, secure: bool
) -> Response:
    """Read, set or take away one subresource."""
    setting = _SETTINGS[name]
    match request.method:
        case "GET":
            return _get(bucket, setting, value_of(connection, bucket, name, secure=secure))
        case "PUT":
            value = _read(setting.shape, request.body)
            setting.check(value)
            store(connection, bucket, name, value)
            return Response(setting.put_status, {}, b"")
        case "DELETE" if setting.code:
            if name == "encryption":  # nothing is stored unencrypted since 2023: back to the service's own keys
                forget(connection, bucket, name)
            else:
                store(connection, bucket, name, None)
            return Response(204, {}, b"")
    raise S3Error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")


def _get(bucket: str, setting: _Setting, value: Value | None) -> Response:
    if value is None and setting.code:
        raise S3Error(404, setting.code, setting.message, BucketName=bucket)
    shape: Any = s3().shape_for(setting.shape)
    return document(setting.root, write_members(shape, value or {}))


def _read(shape: str, body: bytes) -> dict[str, Any]:
    try:
        value: dict[str, Any] = read_document(s3().shape_for(shape), body)
    except MalformedError as error:
        raise malformed() from error
    return value
