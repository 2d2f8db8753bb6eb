"""The settings of a bucket on S3: one reading and one writing call for each subresource, and its tags as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from reconciler.core.attempt import LOCAL_ACCOUNT, Place
from reconciler.providers.braket.bucket_lifecycle import Rule, lifecycle_of, others, rules_of
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.errors import code_of

_ACCESS = {
    "blockAcls": "BlockPublicAcls",
    "ignoreAcls": "IgnorePublicAcls",
    "blockPolicy": "BlockPublicPolicy",
    "restrictBuckets": "RestrictPublicBuckets",
}
_AWS_KEY = "alias/aws/s3"  # the key that KMS uses when none is named


@dataclass(frozen=True, slots=True)
class BucketCalls:
    """Calls about one bucket. Each says whose it must be: a name that somebody else took meanwhile is not touched."""

    client: BraketClient
    place: Place
    name: str

    def head(self) -> Mapping[str, Any]:
        """HeadBucket. Raises CloudUnavailable, and ClientError for one that is not there (404) or not ours (403)."""
        return self.client.stored_read(self.place.region, "head_bucket", ("404", "403"), **self._named())

    def tags(self) -> dict[str, str]:
        """All its tags. Raises CloudUnavailable, and ClientError for a bucket that is not there or not ours."""
        answer = self._read("get_bucket_tagging", "NoSuchTagSet")
        return {tag["Key"]: tag["Value"] for tag in answer.get("TagSet", ())}

    def put_tags(self, put: Mapping[str, str], drop: Sequence[str]) -> None:
        """There is no call for single tags: all are read and written again, and somebody's of this moment may be lost.

        Raises as `tags` does, and botocore's errors.
        """
        before = self.tags()
        after = {key: value for key, value in {**before, **put}.items() if key not in drop}
        if after != before:
            self._write("put_bucket_tagging", Tagging={"TagSet": tag_set(after)})

    def settings(self) -> dict[str, Any]:
        """All that a manifest can say, as it stands. Raises CloudUnavailable, and ClientError as `tags` does."""
        return {
            "encryption": self._encryption(),
            "publicAccessBlock": self._access(),
            "versioning": self._read("get_bucket_versioning").get("Status") == "Enabled",
            "lifecycle": lifecycle_of(self._rules()) or None,
        }

    def put(self, wanted: Mapping[str, Any]) -> None:
        """Write what differs. Raises as `tags` does, and botocore's errors."""
        standing = self.settings()
        for name, value in wanted.items():
            if standing.get(name) != value:
                _WRITERS[name](self, value)

    def is_empty(self) -> bool:
        """Whether it has no object. Versions that were deleted show only when S3 refuses. Raises as `tags` does."""
        return not self._read("list_objects_v2", MaxKeys=1).get("Contents")

    def delete(self) -> None:
        """DeleteBucket. Raises botocore's errors."""
        self._write("delete_bucket")

    def put_encryption(self, value: Any) -> None:
        """PutBucketEncryption."""
        default: dict[str, Any] = {"SSEAlgorithm": "AES256"}
        if isinstance(value, Mapping):
            default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": value["kmsKey"]}
        rule = {
            "ApplyServerSideEncryptionByDefault": default,
            "BucketKeyEnabled": isinstance(value, Mapping) and value["bucketKey"],
        }
        self._write("put_bucket_encryption", ServerSideEncryptionConfiguration={"Rules": [rule]})

    def put_access(self, value: Any) -> None:
        """PutPublicAccessBlock."""
        members = {theirs: value[ours] for ours, theirs in _ACCESS.items()}
        self._write("put_public_access_block", PublicAccessBlockConfiguration=members)

    def put_versioning(self, value: Any) -> None:
        """PutBucketVersioning. What was on once is never off again, only suspended."""
        self._write("put_bucket_versioning", VersioningConfiguration={"Status": "Enabled" if value else "Suspended"})

    def put_lifecycle(self, value: Any) -> None:
        """PutBucketLifecycleConfiguration, with everybody else's rules as they are."""
        rules = [*others(self._rules()), *rules_of(value or {})]
        if rules:
            self._write("put_bucket_lifecycle_configuration", LifecycleConfiguration={"Rules": rules})
        else:
            self._write("delete_bucket_lifecycle")

    def _encryption(self) -> Any:
        answer = self._read("get_bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError")
        rules = answer.get("ServerSideEncryptionConfiguration", {}).get("Rules") or [{}]
        default = rules[0].get("ApplyServerSideEncryptionByDefault") or {}
        match default.get("SSEAlgorithm", "none"):
            case "AES256":
                return "SSE-S3"
            case "aws:kms":
                key = default.get("KMSMasterKeyID") or _AWS_KEY
                return {"kmsKey": key, "bucketKey": bool(rules[0].get("BucketKeyEnabled"))}
            case other:
                return str(other)

    def _access(self) -> dict[str, bool]:
        answer = self._read("get_public_access_block", "NoSuchPublicAccessBlockConfiguration")
        members = answer.get("PublicAccessBlockConfiguration") or {}
        return {ours: bool(members.get(theirs)) for ours, theirs in _ACCESS.items()}

    def _rules(self) -> Sequence[Rule]:
        rules: Sequence[Rule] = self._read("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration").get(
            "Rules", ()
        )
        return rules

    def _read(self, method: str, unset: str = "", **more: Any) -> Mapping[str, Any]:
        """The answer; an empty one where the service says that nothing is set."""
        absent = (*((unset,) if unset else ()), "NoSuchBucket", "AccessDenied")
        try:
            return self.client.stored_read(self.place.region, method, absent, **self._named(), **more)
        except ClientError as error:
            if unset and code_of(error) == unset:
                return {}
            raise

    def _write(self, method: str, **more: Any) -> None:
        self.client.stored_once(self.place.region, method, **self._named(), **more)

    def _named(self) -> dict[str, str]:
        return {"Bucket": self.name, "ExpectedBucketOwner": self.place.account.removeprefix(LOCAL_ACCOUNT)}


def tag_set(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags in S3's form."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


_WRITERS = {
    "encryption": BucketCalls.put_encryption,
    "publicAccessBlock": BucketCalls.put_access,
    "versioning": BucketCalls.put_versioning,
    "lifecycle": BucketCalls.put_lifecycle,
}
