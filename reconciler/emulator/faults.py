import math
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from reconciler.emulator.effects import CHOOSING, EFFECTS, PASQAL_ONLY
from reconciler.emulator.message import Request

_SERVICES = ("braket", "iam", "logs", "pasqal", "s3", "sts", "*")
# More than any request of a client; a few bytes can unpack to gigabytes.
_UNPACKED = 100_000_000


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the fault script: which requests it is for, which of those it hits, and what happens to them.

    `operation` is `*` or a name of the service model (for Pasqal one of `pasqal/route.py`); for S3, STS and IAM it is
    the HTTP method. `path` and `body` are regular expressions that must be found. Of the matching requests, `skip` are
    let through first and `count` are hit then; 0 means all the rest.
    """

    effect: str
    service: str = "braket"
    operation: str = "*"
    path: str = ""
    body: str = ""
    skip: int = 0
    count: int = 1
    seconds: float = 0.0
    status: int = 0
    html: bool = False
    retry_after: int | None = None
    remove: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    set: Mapping[str, str] = field(default_factory=dict)

    def matches(self, service: str, operation: str, request: Request) -> bool:
        return (
            self.service in (service, "*")
            and self.operation in (operation, "*")
            and re.search(self.path, request.path) is not None
            and (not self.body or re.search(self.body, _text(request)) is not None)
        )

    def hits(self, seen: int) -> bool:
        """`seen` matching requests came before this one."""
        return seen >= self.skip and (self.count == 0 or seen < self.skip + self.count)


def parse_rule(document: Mapping[str, Any]) -> Rule:
    """A rule from one mapping of a fault script; `nth: 3` is short for `skip: 2`, `always: true` for `count: 0`.

    Raises ValueError, with the reason, for a mapping that is no rule.
    """
    values = dict(document)
    _check_kinds(values)
    if "nth" in values:
        values["skip"] = values.pop("nth") - 1
    if values.pop("always", False):
        values["count"] = 0
    if unknown := values.keys() - {known.name for known in fields(Rule)}:
        raise ValueError(f"A fault has no {', '.join(sorted(unknown))}.")
    if values.get("effect") not in EFFECTS:
        raise ValueError(f"A fault's effect is one of {', '.join(EFFECTS)}, not '{values.get('effect')}'.")
    rule = Rule(**values | {name: tuple(values.get(name, ())) for name in ("remove", "add")})
    _check_sense(rule)
    for pattern in (rule.path, rule.body):
        try:
            re.compile(pattern)
        except re.error as problem:
            raise ValueError(f"'{pattern}' is not a regular expression: {problem}.") from problem
    return rule


def _is_whole(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_seconds(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and value >= 0


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(one, str) for one in [*value, *value.values()])


# What each key of a rule takes. What needs no check is used as it is: any value of `always` is true or false.
_KINDS: Mapping[str, tuple[Callable[[Any], bool], str]] = MappingProxyType(
    {
        **dict.fromkeys(("nth", "skip", "count", "status"), (_is_whole, "a whole number")),
        **dict.fromkeys(("service", "operation", "path", "body"), (lambda value: isinstance(value, str), "text")),
        **dict.fromkeys(("remove", "add"), (_is_list, "a list of texts")),
        "retry_after": (lambda value: value is None or _is_whole(value), "a whole number"),
        "seconds": (_is_seconds, "a number from 0 up"),
        "html": (lambda value: isinstance(value, bool), "true or false"),
        "set": (_is_mapping, "a mapping of texts"),
    }
)


def _check_kinds(values: Mapping[str, Any]) -> None:
    for name, (fits, kind) in _KINDS.items():
        if name in values and not fits(values[name]):
            raise ValueError(f"A fault's {name} is {kind}.")
    if values.get("nth") == 0:
        raise ValueError("A fault's nth starts at 1.")


def _check_sense(rule: Rule) -> None:
    if rule.service not in _SERVICES:
        raise ValueError(f"A fault's service is one of {', '.join(_SERVICES)}, not '{rule.service}'.")
    if rule.effect in PASQAL_ONLY and rule.service != "pasqal":
        raise ValueError(f"The effect {rule.effect} is for the service pasqal alone.")
    chosen = rule.status in {status.value for status in HTTPStatus if status >= HTTPStatus.BAD_REQUEST}
    if rule.status and not chosen:
        raise ValueError("A fault's status is an HTTP status from 400 up.")
    if rule.status and rule.effect not in CHOOSING:
        raise ValueError(f"A fault's status is for {', '.join(sorted(CHOOSING))}, not for {rule.effect}.")
    if not rule.status and rule.effect in ("status", "status-after"):
        raise ValueError(f"The effect {rule.effect} needs a status.")


def _text(request: Request) -> str:
    """The body as text. Pasqal's own SDK packs what may be long."""
    body = request.body
    if request.headers.get("content-encoding") == "gzip":
        try:
            body = zlib.decompressobj(wbits=31).decompress(body, _UNPACKED)
        except zlib.error:
            body = request.body
    return body.decode(errors="replace")
