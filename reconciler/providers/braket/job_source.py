"""The source of a hybrid job: packed the same way everywhere, and in S3 before anything is paid."""

from __future__ import annotations

import gzip
import io
import tarfile
from dataclasses import replace

from botocore.exceptions import ClientError

from reconciler.core.attempt import Outcome, Place
from reconciler.core.declared import FolderChanged, SourceFolder
from reconciler.core.resource import Resource
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.errors import LIBRARY_ERRORS, code_of, reply_of
from reconciler.providers.braket.hybrid_job import JobPayload, bucket_of, default_bucket, source_key
from reconciler.providers.kind import CloudUnavailable, Reply


def pack(source: SourceFolder) -> bytes:
    """A tar.gz of the folder under its own name: sorted, without times and owners. Raises FolderChanged."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for file in source.files:
            body = source.read(file)
            entry = tarfile.TarInfo(f"{source.base}/{file.path}")
            entry.size, entry.mode = len(body), 0o755 if file.executable else 0o644
            tar.addfile(entry, io.BytesIO(body))
    return gzip.compress(raw.getvalue(), mtime=0)


def upload(client: BraketClient, resource: Resource, place: Place, *, makes_bucket: bool = False) -> Reply | None:
    """Have the source in S3; None when it is. Else how it failed: REFUSED, for nothing was submitted.

    `makes_bucket`: any bucket that is missing is made, else only the default one, as Braket's SDK does.
    """
    payload: JobPayload = resource.payload
    if payload.source is None:
        return None
    bucket, key = bucket_of(resource, place), source_key(resource, payload.source)
    try:
        if client.has_object(place.region, bucket, key):
            return None
        body = pack(payload.source)
        try:
            client.upload(place.region, bucket, key, body)
        except ClientError as error:
            if code_of(error) != "NoSuchBucket" or not (makes_bucket or bucket == default_bucket(place)):
                raise
            client.make_bucket(place.region, bucket)
            client.upload(place.region, bucket, key, body)
    except FolderChanged as error:
        return Reply(Outcome.REFUSED, error=f"the source is not what was planned: {error}")
    except CloudUnavailable as error:
        return Reply(Outcome.REFUSED, error=f"the source can't be stored: {error}")
    except LIBRARY_ERRORS as error:
        failed = reply_of(error)
        told = f"the source can't be stored as s3://{bucket}/{key}: {failed.error}"
        return replace(failed, outcome=Outcome.REFUSED, error=told)
    return None
