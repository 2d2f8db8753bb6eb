"""The spec of a Bucket: where results, sources or a state rest. Classes and limits are data on the fields.

Facts: the S3 API reference of the calls that bucket_settings.py makes, and "Bucket naming rules".
"""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from reconciler.core.aws_names import check_bucket
from reconciler.core.fields import FieldClass
from reconciler.providers.lasting import Management, OnRemove, Protect
from reconciler.providers.spec import Spec
from reconciler.providers.tag_map import Tags

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]+")
_KEY = re.compile(r"[A-Za-z0-9:/_-]{1,2048}")
Days = Annotated[int, Field(ge=1, le=2_147_483_647)]


def _check_region(region: str) -> str:
    if not _REGION.fullmatch(region):
        raise ValueError('a region is named like "us-east-1"')
    return region


def _check_key(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError("a KMS key is named by its ARN, its id, or an alias such as alias/lab")
    return key


class Encryption(Spec):
    """With which key S3 encrypts what is stored."""

    kms_key: Annotated[
        Annotated[str, AfterValidator(_check_key)] | None,
        Field(description="A key of AWS KMS: an ARN, an id or an alias. Without one S3's own keys are used (SSE-S3)."),
    ] = None
    bucket_key: Annotated[
        bool, Field(description="Whether KMS is asked once for the bucket and not for each object: fewer paid calls.")
    ] = True


class PublicAccessBlock(Spec):
    """What of public access is refused."""

    block_acls: Annotated[bool, Field(description="New public ACLs are refused.")] = True
    ignore_acls: Annotated[bool, Field(description="Public ACLs that are there have no effect.")] = True
    block_policy: Annotated[bool, Field(description="Public bucket policies are refused.")] = True
    restrict_buckets: Annotated[bool, Field(description="A public policy opens the bucket to this account only.")] = (
        True
    )


class Expiry(Spec):
    """Objects that S3 deletes by itself."""

    prefix: Annotated[str, Field(min_length=1, max_length=1024, description="Objects whose keys begin like this.")]
    days: Annotated[Days, Field(description="So many days after they were stored.")]


class Lifecycle(Spec):
    """What S3 takes away by itself. Rules that somebody else made stay as they are."""

    expire_noncurrent: Annotated[
        Days | None, Field(description="Days after which versions that were replaced or deleted are gone for good.")
    ] = None
    abort_multipart: Annotated[
        Days | None, Field(description="Days after which uploads in parts that never ended are given up.")
    ] = None
    expire: Annotated[list[Expiry], Field(max_length=100, description="Objects that are deleted after some days.")] = []

    @model_validator(mode="after")
    def _one_rule_a_prefix(self) -> Self:
        prefixes = [rule.prefix for rule in self.expire]
        if len(set(prefixes)) < len(prefixes):
            raise ValueError("two rules of expire have the same prefix")
        return self


class BucketSpec(Spec):
    """A bucket of Amazon S3: encrypted, closed to the public, and never deleted by accident."""

    name: Annotated[
        Annotated[str, AfterValidator(check_bucket)] | None,
        FieldClass.EXECUTION,
        Field(
            description="The bucket's name, unique among all accounts of AWS. Without one it is made from the project "
            "and begins with amazon-braket-, as Braket asks of buckets for results."
        ),
    ] = None
    region: Annotated[
        Annotated[str, AfterValidator(_check_region)] | None,
        FieldClass.DELIVERY,
        Field(description="Where it is made; without it in the project's region. A bucket that is there stays there."),
    ] = None
    encryption: Annotated[
        Encryption, FieldClass.MUTABLE, Field(description="With which key S3 encrypts what is stored.")
    ] = Encryption()
    public_access_block: Annotated[
        PublicAccessBlock, FieldClass.MUTABLE, Field(description="What of public access is refused: all of it.")
    ] = PublicAccessBlock()
    versioning: Annotated[
        bool,
        FieldClass.MUTABLE,
        Field(description="Whether what is replaced or deleted stays as a noncurrent version."),
    ] = False
    lifecycle: Annotated[
        Lifecycle, FieldClass.MUTABLE, Field(description="What S3 takes away by itself: nothing unless said here.")
    ] = Lifecycle()
    protect: Annotated[
        Protect,
        Field(description="Whether a plan that would delete the bucket is refused. Only an empty one ever is deleted."),
    ] = True
    management: Annotated[
        Management,
        Field(description="`observe`: somebody else manages it; it is read, and never changed."),
    ] = "manage"
    on_remove: Annotated[
        OnRemove,
        Field(description="What becomes of an unprotected bucket when it leaves the manifest: deleted, or left alone."),
    ] = "delete"
    tags: Annotated[
        Tags,
        FieldClass.MUTABLE,
        Field(description="The bucket's tags; they stand under `metadata` and add to the project's default tags."),
    ] = {}
