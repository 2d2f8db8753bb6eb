import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from reconciler.emulator.braket.context import Context
from reconciler.emulator.braket.lifecycle import is_due, status
from reconciler.emulator.braket.page import make_token, read_token
from reconciler.emulator.braket.task import Task, Unsettled, select, summary
from reconciler.emulator.clock import milliseconds
from reconciler.emulator.wire.error import invalid

_COLUMNS = {"quantumTaskArn": "arn", "deviceArn": "device"}
_COMPARISONS = {"LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}
_NAMES = ("quantumTaskArn", "deviceArn", "jobArn", "status", "createdAt")
Clause = Callable[[Mapping[str, Any]], tuple[str, list[Any]]]  # of a rule, with its values
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def search_quantum_tasks(context: Context, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Newest first. The service documents no order; this one lets a search by time stop early."""
    most = int(context.switches.number("search.page"))
    size = min(asked.get("maxResults", most), most)
    found = _take(_candidates(context, asked), context, _statuses(asked["filters"]), size + 1)
    more = len(found) > size
    page = found[:size]
    return {
        "quantumTasks": [summary(task, context.now) for task in page],
        "nextToken": make_token(asked, page[-1].seq) if more else None,
    }


def _take(tasks: Iterator[Task], context: Context, statuses: frozenset[str] | None, count: int) -> list[Task]:
    """The first tasks with one of the statuses. Raises Unsettled with all of those on the way that are due."""
    found: list[Task] = []
    due: list[Task] = []
    for task in tasks:
        if is_due(task, context.now):
            due.append(task)
        elif statuses is None or status(task, context.now) in statuses:
            found.append(task)
        if len(found) + len(due) >= count:
            break
    if due:
        raise Unsettled(due)
    return found


def _candidates(context: Context, asked: Mapping[str, Any]) -> Iterator[Task]:
    """All that SQL can decide. The status is not among it: it is computed, in one place only."""
    where, values = conditions(context, asked, _clause)
    return select(context.connection, f"{where} ORDER BY seq DESC", values)


def conditions(context: Context, asked: Mapping[str, Any], clause: Clause) -> tuple[str, list[Any]]:
    """What a search may see: of its region, late enough to be shown, behind the last page, and what its rules say."""
    lag = round(context.switches.number("visibility.search") * 1000)
    where, values = (
        ["region = ?", "visible_at <= ?", "created_at <= ?"],
        [context.region, context.now, context.now - lag],
    )
    last = read_token(asked)
    if last is not None:
        where.append("seq < ?")
        values.append(last)
    for rule in asked["filters"]:
        condition, bound = clause(rule)
        where.append(condition)
        values.extend(bound)
    return " AND ".join(where), values


def _clause(rule: Mapping[str, Any]) -> tuple[str, list[Any]]:
    name, operator, values = rule["name"], rule["operator"], rule["values"]
    if name not in _NAMES:
        raise invalid(f"Filter name {name} is not supported. Supported: {', '.join(_NAMES)}")
    if name == "createdAt":
        return created_clause(operator, values)
    if operator != "EQUAL":
        raise invalid(f"Operator {operator} is not supported for filter {name}. Supported: EQUAL")
    if name == "status":
        return "1", []
    if name == "jobArn":
        return f"arn IN (SELECT task FROM job_task WHERE job IN ({', '.join('?' * len(values))}))", list(values)  # noqa: S608
    return f"{_COLUMNS[name]} IN ({', '.join('?' * len(values))})", values


def created_clause(operator: str, values: list[str]) -> tuple[str, list[Any]]:
    """The SQL of a filter by createdAt, and its values. Raises ServiceError ValidationException."""
    times = [_time(value) for value in values]
    if operator == "EQUAL":
        return f"created_at IN ({', '.join('?' * len(times))})", times
    needed = 2 if operator == "BETWEEN" else 1
    if len(times) != needed:
        raise invalid(f"Operator {operator} takes {needed} value{'s' if needed > 1 else ''}, but found {len(times)}")
    if operator == "BETWEEN":
        return "created_at BETWEEN ? AND ?", times
    return f"created_at {_COMPARISONS[operator]} ?", times


def _time(text: str) -> int:
    try:
        # A bare number would be read as a date by some Pythons: ask for the shape first.
        time = datetime.fromisoformat(text) if _DATE.match(text) else None
    except ValueError:
        time = None
    if time is None:
        raise invalid(f"'{text}' is not an ISO 8601 time")
    return milliseconds(time if time.tzinfo else time.replace(tzinfo=UTC))


def _statuses(filters: list[Mapping[str, Any]]) -> frozenset[str] | None:
    wanted = [frozenset(rule["values"]) for rule in filters if rule["name"] == "status"]
    return frozenset.intersection(*wanted) if wanted else None
