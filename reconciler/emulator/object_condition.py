from collections.abc import Mapping

from reconciler.emulator.object_xml import S3Error, no_such_key, precondition_failed


def check_write(headers: Mapping[str, str], etag: str | None, key: str) -> None:
    """Judge If-Match and If-None-Match of a PUT or DELETE against the current object (`None`: there is none).

    S3's rules: a write knows only `If-None-Match: *`; a failed condition is 412; If-Match on a missing key is 404.
    """
    if (unless := headers.get("if-none-match")) is not None:
        if unless.strip() != "*":
            raise S3Error(
                501, "NotImplemented", "A header you provided implies functionality that is not implemented",
                Header="If-None-Match",
            )  # fmt: skip
        if etag is not None:
            raise precondition_failed("If-None-Match")
    if (match := headers.get("if-match")) is not None:
        if etag is None:
            raise no_such_key(key)
        if not _matches(match, etag):
            raise precondition_failed("If-Match")


def is_unchanged(headers: Mapping[str, str], etag: str) -> bool:
    """Judge the conditions of a GET or HEAD; true means 304 Not Modified."""
    if (match := headers.get("if-match")) is not None and not _matches(match, etag):
        raise precondition_failed("If-Match")
    unless = headers.get("if-none-match")
    return unless is not None and _matches(unless, etag)


def _matches(condition: str, etag: str) -> bool:
    bare = etag.strip('"')
    wanted = [item.strip().removeprefix("W/").strip('"') for item in condition.split(",")]
    return "*" in wanted or bare in wanted
