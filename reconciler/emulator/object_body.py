from collections.abc import Mapping

from reconciler.emulator.object_xml import S3Error


def read_body(headers: Mapping[str, str], body: bytes) -> bytes:
    """The object's bytes: `aws-chunked` framing removed. Chunk signatures and trailing checksums are not verified.

    A chunk is `<size in hex>[;chunk-signature=...]CRLF<bytes>CRLF`; one of size 0 ends the body, then trailers follow.
    """
    if not headers.get("x-amz-content-sha256", "").startswith("STREAMING-"):
        return body
    parts: list[bytes] = []
    position = 0
    while True:
        end = body.find(b"\r\n", position)
        size = _chunk_size(body[position:end]) if end >= 0 else None
        if size is None:
            raise _incomplete()
        if size == 0:
            return _checked(b"".join(parts), headers)
        start = end + 2
        if body[start + size : start + size + 2] != b"\r\n":
            raise _incomplete()
        parts.append(body[start : start + size])
        position = start + size + 2


def _chunk_size(line: bytes) -> int | None:
    digits = line.split(b";", 1)[0]
    # int() alone would take "-5", "0x5", "1_0" and blanks.
    if not digits or digits.strip(b"0123456789abcdefABCDEF"):
        return None
    return int(digits, 16)


def _checked(body: bytes, headers: Mapping[str, str]) -> bytes:
    declared = headers.get("x-amz-decoded-content-length")
    if declared is not None and declared != str(len(body)):
        raise _incomplete()
    return body


def _incomplete() -> S3Error:
    return S3Error(
        400, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header"
    )
