"""Queries of CloudWatch Logs Insights, as far as the Braket SDK writes them to find the metrics of a job."""

import re
from typing import NamedTuple

from reconciler.emulator.wire.error import ServiceError

_FILTER = re.compile(r"filter (?P<field>@logStream|@message) like /(?P<start>\^?)(?P<text>(?:[^/\\]|\\.)+)/", re.DOTALL)
_SPECIAL = re.compile(r"(?<!\\)(?:\\\\)*[][.*+?(){}|^$]")


class Filter(NamedTuple):
    """A text that a field must hold, or begin with."""

    field: str
    text: str
    at_start: bool

    def fits(self, value: str) -> bool:
        return value.startswith(self.text) if self.at_start else self.text in value


def parse(query: str) -> list[Filter]:
    """The filters of a query. Raises ServiceError MalformedQueryException for anything else than the SDK writes."""
    first, *rest = (part.strip() for part in query.split(" | "))
    if first != "fields @timestamp, @message":
        raise _malformed(first)
    return [_filter(part) for part in rest]


def _filter(part: str) -> Filter:
    found = _FILTER.fullmatch(part)
    # A pattern is taken as plain text: a caller's own could keep us busy for ever.
    if found is None or _SPECIAL.search(found["text"]):
        raise _malformed(part)
    return Filter(found["field"], re.sub(r"\\(.)", r"\1", found["text"]), bool(found["start"]))


def _malformed(part: str) -> ServiceError:
    return ServiceError("MalformedQueryException", f"The local cloud does not know this part of a query: {part[:200]}")
