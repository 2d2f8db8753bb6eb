from collections.abc import Mapping
from functools import partial
from typing import Any

from reconciler.emulator.braket.context import Context
from reconciler.emulator.braket.job import select, summary
from reconciler.emulator.braket.job_settle import settle
from reconciler.emulator.braket.page import make_token
from reconciler.emulator.braket.search import conditions, created_clause
from reconciler.emulator.wire.error import invalid


def search_jobs(context: Context, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Newest first, as tasks."""
    settle(context.session)
    most = int(context.switches.number("search.page"))
    size = min(asked.get("maxResults", most), most)
    where, values = conditions(context, asked, partial(_clause, context))
    found = list(select(context.connection, f"{where} ORDER BY seq DESC LIMIT {size + 1}", values))
    page = found[:size]
    return {
        "jobs": [summary(job, context.now) for job in page],
        "nextToken": make_token(asked, page[-1].seq) if len(found) > size else None,
    }


def _clause(context: Context, rule: Mapping[str, Any]) -> tuple[str, list[Any]]:
    name, operator, values = rule["name"], rule["operator"], rule["values"]
    named = context.switches.text("jobs.search.name") == "on"
    known = {"jobArn": "EQUAL", "createdAt": ""} | ({"jobName": "CONTAINS"} if named else {})
    if name not in known:
        raise invalid(f"Filter name {name} is not supported. Supported: {', '.join(known)}")
    if name == "createdAt":
        if operator == "CONTAINS":
            raise invalid("Operator CONTAINS is not supported for filter createdAt")
        return created_clause(operator, values)
    if operator != known[name]:
        raise invalid(f"Operator {operator} is not supported for filter {name}. Supported: {known[name]}")
    if name == "jobArn":
        return f"arn IN ({', '.join('?' * len(values))})", list(values)
    # Not LIKE: that would give a name's own % and _ a meaning.
    return f"({' OR '.join('instr(name, ?)' for _ in values)})", list(values)
