import base64
import binascii
import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import quote

from reconciler.emulator.message import Response
from reconciler.emulator.object_store import Listed, next_listed
from reconciler.emulator.object_xml import S3Error, document, element, group, iso_time

_PAGE = 1000  # S3 gives at most this many entries, whatever is asked


def list_objects(connection: sqlite3.Connection, bucket: str, query: Mapping[str, str]) -> Response:
    """ListObjectsV2: keys and common prefixes in one order, both counted against max-keys."""
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    limit = _max_keys(query.get("max-keys"))
    token = _read_token(query["continuation-token"]) if "continuation-token" in query else None
    # A page that ended in a common prefix resumes behind all keys under it.
    skip = token if token and _common(token, prefix, delimiter) == token else None
    after = query.get("start-after", "") if token is None else token
    found, prefixes, more = _walk(connection, bucket, prefix, delimiter, (after, skip), limit)
    shown = _encoder(query.get("encoding-type"))
    last = max([entry.key for entry in found] + prefixes, key=str.encode, default="")
    parts = [
        element("Name", bucket),
        element("Prefix", shown(prefix)),
        element("KeyCount", str(len(found) + len(prefixes))),
        element("MaxKeys", str(limit)),
        element("IsTruncated", "true" if more else "false"),
    ]
    optional = {
        "Delimiter": shown(delimiter),
        "EncodingType": query.get("encoding-type", ""),
        "ContinuationToken": query.get("continuation-token", ""),
        "StartAfter": shown(query.get("start-after", "")),
        "NextContinuationToken": _write_token(last) if more else "",
    }
    parts += [element(name, value) for name, value in optional.items() if value]
    parts += [_contents(entry, shown(entry.key)) for entry in found]
    parts += [group("CommonPrefixes", [element("Prefix", shown(name))]) for name in prefixes]
    return document("ListBucketResult", "".join(parts))


def _walk(
    connection: sqlite3.Connection, bucket: str, prefix: str, delimiter: str, start: tuple[str, str | None], limit: int
) -> tuple[list[Listed], list[str], bool]:
    """The keys and common prefixes of one page, and whether there are more. `start` is (after this key, skip this)."""
    found: list[Listed] = []
    prefixes: list[str] = []
    after, skip = start
    while entry := next_listed(connection, bucket, prefix, after, skip=skip):
        if len(found) + len(prefixes) >= limit:
            # S3 calls a page of zero entries complete, or a client would ask for it for ever.
            return found, prefixes, limit > 0
        common = _common(entry.key, prefix, delimiter)
        if common is None:
            found.append(entry)
        else:
            prefixes.append(common)
        after, skip = entry.key, common
    return found, prefixes, False


def _common(key: str, prefix: str, delimiter: str) -> str | None:
    if not delimiter:
        return None
    end = key.find(delimiter, len(prefix))
    return None if end < 0 else key[: end + len(delimiter)]


def _contents(entry: Listed, key: str) -> str:
    return group(
        "Contents",
        [
            element("Key", key),
            element("LastModified", iso_time(entry.modified_at)),
            element("ETag", entry.etag),
            element("Size", str(entry.size)),
            element("StorageClass", "STANDARD"),
        ],
    )


def _max_keys(text: str | None) -> int:
    if text is None:
        return _PAGE
    if not text.isascii() or not text.isdigit():
        raise S3Error(400, "InvalidArgument", "Provided max-keys not an integer or within integer range")
    return min(int(text[:10]), _PAGE)


def _encoder(encoding_type: str | None) -> Callable[[str], str]:
    if encoding_type not in (None, "url"):
        raise S3Error(400, "InvalidArgument", "Invalid Encoding Method specified in Request")
    return partial(quote, safe="/-_.*") if encoding_type else str


def _write_token(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode()


def _read_token(token: str) -> str:
    try:
        return base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise S3Error(400, "InvalidArgument", "The continuation token provided is incorrect") from error
