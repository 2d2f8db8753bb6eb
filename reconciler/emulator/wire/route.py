import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote

from botocore.model import OperationModel

from reconciler.emulator.wire.error import ServiceError
from reconciler.emulator.wire.model import braket

_LABEL = re.compile(r"\{([^}]+)\}")


@dataclass(frozen=True, slots=True)
class Rule:
    operation: OperationModel
    method: str
    strict: re.Pattern[str]
    lenient: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Route:
    """The operation a request asks for and its labels, already unquoted."""

    operation: OperationModel
    labels: dict[str, str]


class Router:
    """Finds the operation of a request by its method and path."""

    def __init__(self, operations: Iterable[OperationModel]) -> None:
        self._rules = tuple(map(_rule, operations))

    def match(self, method: str, raw_path: str) -> Route:
        """Raises ServiceError UnknownOperationException if nothing matches.

        The raw path decides: an ARN is one segment there (`%2F`), so a task called `cancel` can't be mistaken for
        the verb. Only a path that matches nothing gets the lenient pass, in which a label may hold slashes: some
        servers hand over nothing but the decoded path.
        """
        rules = [rule for rule in self._rules if rule.method == method]
        for pattern, rule in [(rule.strict, rule) for rule in rules] + [(rule.lenient, rule) for rule in rules]:
            if found := pattern.fullmatch(raw_path):
                return Route(rule.operation, {name: unquote(text) for name, text in found.groupdict().items()})
        raise ServiceError("UnknownOperationException", f"No operation answers {method} {raw_path}")


def _rule(operation: OperationModel) -> Rule:
    uri = operation.http["requestUri"].split("?")[0]
    return Rule(
        operation,
        operation.http["method"],
        _pattern(uri, "[^/]+"),
        _pattern(uri, ".+"),
    )


def _pattern(uri: str, label: str) -> re.Pattern[str]:
    parts = _LABEL.split(uri)
    text = "".join(
        # A trailing plus marks a greedy label: it takes slashes in the strict pass too.
        f"(?P<{part.rstrip('+')}>{'.+' if part.endswith('+') else label})" if index % 2 else re.escape(part)
        for index, part in enumerate(parts)
    )
    return re.compile(text, re.DOTALL)


@cache
def braket_router() -> Router:
    model = braket()
    return Router(model.operation_model(name) for name in model.operation_names)
