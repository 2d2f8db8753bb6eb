"""The rights that a bucket takes: action, resources, what for, and a condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.core.resource import Removal, Resource

_ARN = "arn:aws:s3:::"
_READ = {
    "s3:GetBucketTagging": "read its tags",
    "s3:GetEncryptionConfiguration": "see how it is encrypted",
    "s3:GetBucketPublicAccessBlock": "see whether it is closed to the public",
    "s3:GetBucketVersioning": "see whether it keeps versions",
    "s3:GetLifecycleConfiguration": "read its lifecycle",
    "s3:ListBucket": "see whether it is there, whose it is, and whether it is empty",
}
_WRITTEN = {
    "s3:CreateBucket": "make it",
    "s3:TagResource": "mark it while it is made",
    "s3:PutBucketTagging": "change its tags",
    "s3:PutEncryptionConfiguration": "encrypt it as declared",
    "s3:PutBucketPublicAccessBlock": "close it to the public",
    "s3:PutBucketVersioning": "keep versions as declared",
    "s3:PutLifecycleConfiguration": "set its lifecycle",
}
Plain = tuple[str, tuple[str, ...], str, Mapping[str, Any]]


def bucket_rights(resource: Resource, *, applying: bool) -> Iterator[Plain]:
    """What reading the bucket takes, or changing it."""
    on = (_ARN + str(resource.execution["name"]),)
    for action, why in (_WRITTEN if applying else _READ).items():
        yield action, on, why, {}
    if not applying:
        yield "s3:ListAllMyBuckets", ("*",), "find the project's buckets", {}
    elif resource.rules.on_remove is Removal.CANCEL:
        yield "s3:DeleteBucket", on, "delete it when it is no longer declared, and empty", {}


def kms_rights(resource: Resource, account: str) -> Iterator[Plain]:
    """What storing in it and reading from it takes, if a key of KMS encrypts it. S3 asks KMS for whoever does so."""
    encryption = (resource.settings or {}).get("encryption")
    if not isinstance(encryption, Mapping):
        return
    yield from key_rights(str(encryption["kmsKey"]), account)


def key_rights(key: str, account: str) -> Iterator[Plain]:
    """What storing and reading takes under this key."""
    via: dict[str, Any] = {"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}}
    if ":key/" in key:
        keys = key
    elif "alias/" in key:
        keys = f"arn:aws:kms:*:{account}:key/*"
        via["ForAnyValue:StringEquals"] = {"kms:ResourceAliases": f"alias/{key.partition('alias/')[2]}"}
    else:
        keys = f"arn:aws:kms:*:{account}:key/{key}"
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        yield action, (keys,), "store and read what the bucket's key encrypts", via
