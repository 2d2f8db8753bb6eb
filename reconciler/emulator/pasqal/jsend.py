"""Answers of the Pasqal Cloud API: JSON in the JSend envelope."""

import json
from http import HTTPStatus
from typing import Any, NamedTuple

from reconciler.emulator.message import Response


class Page(NamedTuple):
    """Which part of a list an answer holds: items `start` to `end` (exclusive) of `total`."""

    total: int
    start: int
    end: int


class Refused(Exception):  # noqa: N818 - an answer: the API's envelope for what it does not do
    """The request ends in an error of this HTTP status. `description` is a sentence, or a list of findings."""

    def __init__(self, status: int, description: str | list[dict[str, Any]]) -> None:
        super().__init__()
        self.status = status
        self.description = description


def not_found(what: str, id_: str) -> Refused:
    return Refused(404, f"{what} {id_} does not exist.")


def invalid(message: str, *where: str | int) -> Refused:
    """422 with one finding about the part of the request at `where`, such as "body", "jobs", 0."""
    return Refused(422, [{"loc": list(where), "msg": message, "type": "value_error"}])


def success(data: Any, page: Page | None = None) -> Response:
    envelope = {"status": "success", "message": "OK.", "code": "200", "data": data}
    if page is None:
        return plain(200, envelope)
    envelope["pagination"] = page._asdict()
    # An empty range has no first item; RFC 9110 writes an asterisk.
    span = f"{page.start}-{page.end - 1}" if page.end > page.start else "*"
    return plain(200, envelope, {"content-range": f"{span}/{page.total}"})


def failure(refused: Refused) -> Response:
    # The SDK's errors expect `data` to be an object: a list would crash them.
    envelope = {
        "status": "fail" if refused.status < 500 else "error",
        "message": HTTPStatus(refused.status).phrase,
        "code": str(refused.status),
        "data": {"description": refused.description},
    }
    return plain(refused.status, envelope)


def plain(status: int, document: Any, headers: dict[str, str] | None = None) -> Response:
    """JSON without the envelope."""
    return Response(status, {"content-type": "application/json"} | (headers or {}), json.dumps(document).encode())
