"""Where the state rests: a folder of the project, or a bucket that a team and its CI share."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from reconciler.core.aws_names import check_bucket, check_prefix
from reconciler.manifest.settings import Settings, check_region, check_url

_S3 = ("bucket", "key", "region", "profile", "endpoint_url", "path_style")


def _check_path(path: str) -> str:
    if path.startswith(("/", "~")) or ".." in path.split("/") or "\0" in path:
        raise ValueError("the state's folder stays inside the project: no absolute path and no ..")
    return path


def _check_key_file(path: str) -> str:
    if "\0" in path or not (path.startswith("~/") or PurePath(path).is_absolute()):
        raise ValueError("a key file lies outside the project: write an absolute path, or one that begins with ~/")
    return path


class StateEncryption(Settings):
    """Who can read the state."""

    client_side: Annotated[
        bool,
        Field(description="Encrypt on this machine, with the key in QCTL_STATE_KEY or in `keyFile`, before it leaves."),
    ] = False
    key_file: Annotated[
        Annotated[str, AfterValidator(_check_key_file)] | None,
        Field(description="A file outside the project that holds the key; QCTL_STATE_KEY comes first."),
    ] = None
    kms_key_id: Annotated[
        str | None,
        Field(min_length=1, description="S3 only: the KMS key that the service encrypts with, instead of its own."),
    ] = None

    @model_validator(mode="after")
    def _key_file_is_for_something(self) -> Self:
        if self.key_file and not self.client_side:
            raise ValueError("keyFile is the key of clientSide, which is false")
        return self


class State(Settings):
    """Where the state rests."""

    backend: Annotated[
        Literal["local", "s3"], Field(description="`local`: a folder of the project. `s3`: a bucket that others share.")
    ] = "local"
    path: Annotated[
        str,
        AfterValidator(_check_path),
        Field(min_length=1, description="local: that folder, in the project."),
    ] = "state"
    bucket: Annotated[Annotated[str, AfterValidator(check_bucket)] | None, Field(description="s3: the bucket.")] = None
    key: Annotated[
        str,
        AfterValidator(check_prefix),
        Field(min_length=1, max_length=512, description="s3: the folder in it; the project and environment are added."),
    ] = "qctl"
    region: Annotated[
        Annotated[str, AfterValidator(check_region)] | None, Field(description="s3: the bucket's region.")
    ] = None
    profile: Annotated[str | None, Field(min_length=1, description="s3: the profile of the AWS configuration.")] = None
    endpoint_url: Annotated[
        Annotated[str, AfterValidator(check_url)] | None,
        Field(description="s3: the address of another service that speaks S3 and keeps conditions."),
    ] = None
    path_style: Annotated[
        bool,
        Field(description="s3: name the bucket in the path; always so with endpointUrl."),
    ] = False
    encryption: Annotated[
        StateEncryption,
        Field(default_factory=StateEncryption, description="Who can read it."),
    ]

    @model_validator(mode="after")
    def _of_one_backend(self) -> Self:
        if self.backend == "s3" and not self.bucket:
            raise ValueError("backend s3 needs a bucket")
        fields = type(self).model_fields
        wrong = [name for name in _S3 if getattr(self, name) != fields[name].default]
        if self.backend == "local" and (wrong or self.encryption.kms_key_id):
            named = sorted(fields[name].alias or name for name in wrong) or ["encryption.kmsKeyId"]
            raise ValueError(f"{', '.join(named)} belong to backend s3")
        if self.backend == "s3" and self.path != fields["path"].default:
            raise ValueError("path belongs to backend local")
        return self

    @property
    def place(self) -> str:
        """Where it is, as people write it."""
        return f"s3://{self.bucket}/{self.key}" if self.backend == "s3" else f"local:{self.path}"
