import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from reconciler.emulator.message import Request

EFFECTS: Mapping[str, str] = MappingProxyType(
    {
        "throttle": "429 before acting (S3: 503 SlowDown)",
        "error-500": "500 before acting",
        "error-500-after": "acts, then answers 500",
        "error-503": "503 before acting",
        "unreachable": "refuses the connection; over HTTP, where it is already made, closes it before acting",
        "reset": "closes the connection before acting",
        "lost": "acts, then closes the connection: the answer is lost",
        "timeout": "acts, then never answers; over HTTP it closes the connection after `seconds`",
        "garbage": "answers 200 with an HTML page without acting",
        "garbage-after": "acts, then answers 200 with an HTML page",
        "hide": "the created task stays invisible to Get and Search for `seconds` of the emulator's clock",
        "tags": "a third party edits the tags of the task: `remove` is a list of keys, `set` a mapping",
        "slow": "acts, then answers after `seconds`",
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the fault script: which requests it is for, which of those it hits, and what happens to them.

    `operation` is `*` or a name of the service model; for S3 and STS it is the HTTP method. `path` and `body` are
    regular expressions that must be found. Of the matching requests, `skip` are let through first and `count`
    are hit then; 0 means all the rest.
    """

    effect: str
    service: str = "braket"
    operation: str = "*"
    path: str = ""
    body: str = ""
    skip: int = 0
    count: int = 1
    seconds: float = 0.0
    remove: tuple[str, ...] = ()
    set: Mapping[str, str] = field(default_factory=dict)

    def matches(self, service: str, operation: str, request: Request) -> bool:
        return (
            self.service in (service, "*")
            and self.operation in (operation, "*")
            and re.search(self.path, request.path) is not None
            and (not self.body or re.search(self.body, request.body.decode(errors="replace")) is not None)
        )

    def hits(self, seen: int) -> bool:
        """`seen` matching requests came before this one."""
        return seen >= self.skip and (self.count == 0 or seen < self.skip + self.count)


def parse_rule(document: Mapping[str, Any]) -> Rule:
    """A rule from one mapping of a fault script; `nth: 3` is short for `skip: 2`, `always: true` for `count: 0`.

    Raises ValueError, with the reason, for a mapping that is no rule.
    """
    values = dict(document)
    _check_numbers(values)
    if "nth" in values:
        values["skip"] = values.pop("nth") - 1
    if values.pop("always", False):
        values["count"] = 0
    if unknown := values.keys() - {known.name for known in fields(Rule)}:
        raise ValueError(f"A fault has no {', '.join(sorted(unknown))}.")
    if values.get("effect") not in EFFECTS:
        raise ValueError(f"A fault's effect is one of {', '.join(EFFECTS)}, not '{values.get('effect')}'.")
    values["remove"] = tuple(values.get("remove", ()))
    rule = Rule(**values)
    for pattern in (rule.path, rule.body):
        try:
            re.compile(pattern)
        except re.error as problem:
            raise ValueError(f"'{pattern}' is not a regular expression: {problem}.") from problem
    return rule


def _check_numbers(values: Mapping[str, Any]) -> None:
    for name in ("nth", "skip", "count"):
        if type(values.get(name, 1)) is not int or values.get(name, 1) < 0:
            raise ValueError(f"A fault's {name} is a whole number.")
    if values.get("nth") == 0:
        raise ValueError("A fault's nth starts at 1.")
    if not isinstance(values.get("seconds", 0), int | float):
        raise ValueError("A fault's seconds is a number.")
