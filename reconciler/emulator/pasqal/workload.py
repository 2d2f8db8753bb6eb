"""Workloads: made, read, listed and cancelled. The local Pasqal does not execute them, and their results say so."""

import json
from typing import Any

from reconciler.emulator.message import Response
from reconciler.emulator.pasqal.body import check_project, members, text
from reconciler.emulator.pasqal.context import PROJECT, USER, Context, next_id
from reconciler.emulator.pasqal.jsend import Refused, invalid, not_found, plain, success
from reconciler.emulator.pasqal.lifecycle import ENDED, JOB_STATUSES, workload_life
from reconciler.emulator.pasqal.listing import created
from reconciler.emulator.pasqal.page import paged, window
from reconciler.emulator.pasqal.results import check_link, link
from reconciler.emulator.pasqal.row import Where, Workload, columns, insert
from reconciler.emulator.pasqal.shape import times

# docs.pasqal.com, the creation of a workload.
TYPES = ("algorithm_dqgm", "algorithm_pde_basf", "algorithm_pde_equality", "algorithm_qel_posco", "qadence_circuit")
BACKENDS = ("digital", "emu_c", "pulser_basic", "pyq", "pyqtorch")
_NOTE = "The local cloud does not execute workloads."


def create_workload(context: Context) -> Response:
    body = members(context.body)
    check_project(body)
    config = body.get("config")
    if not isinstance(config, dict):
        raise invalid("The value is not a valid dict.", "body", "config")
    seq, id_ = next_id(context, "pasqal_workload")
    running_at = context.now + context.latency("pasqal.latency.emulator.queue")
    workload = Workload(
        seq=seq,
        id=id_,
        project_id=PROJECT,
        user_id=USER,
        workload_type=_chosen(body, "workload_type", TYPES),
        backend=_chosen(body, "backend", BACKENDS),
        config=json.dumps(config),
        created_at=context.now,
        running_at=running_at,
        done_at=running_at + context.latency("pasqal.latency.emulator.run"),
    )
    insert(context, "pasqal_workload", workload)
    return success(_shape(context, workload))


def get_workload(context: Context) -> Response:
    workload = _find(context)
    # Clients download what the link leads to with every reading, as soon as there is one.
    done = workload_life(workload, context.now).status == "DONE"
    result_link = link(context, "workloads", workload.id) if done else None
    return success(_shape(context, workload) | {"result_link": result_link})


def list_workloads(context: Context) -> Response:
    if context.switches.text("pasqal.workloads.list") == "off":
        raise Refused(404, "There is no list of workloads.")
    asked = window(context)
    query = context.query
    where = Where()
    where.among("id", query.texts("id"))
    where.among("project_id", query.texts("project_id"))
    if (start := query.one("id__starts_with")) is not None:
        where.add("substr(id, 1, ?) = ?", len(start), start)
    created(context, where)
    statuses = query.texts("status", JOB_STATUSES)
    tail = f"ORDER BY seq {'ASC' if asked.ascending else 'DESC'}"
    found = [
        workload
        for workload in _select(context, where, tail)
        if not statuses or workload_life(workload, context.now).status in statuses
    ]
    page = found[asked.offset : asked.offset + asked.limit]
    return paged(context, [_shape(context, workload) for workload in page], asked, len(found))


def cancel_workload(context: Context) -> Response:
    """One that ends before cancelling takes effect is DONE. Raises Refused 409 for one that has ended."""
    workload = _find(context)
    status = workload_life(workload, context.now).status
    if status in ENDED:
        raise Refused(409, f"The workload can't be cancelled; its status is {status}.")
    cancelled_at = context.now + context.latency("pasqal.latency.cancel")
    if workload.cancel_at is None and cancelled_at < workload.done_at:
        context.connection.execute(
            "UPDATE pasqal_workload SET cancel_at = ?, cancelled_at = ? WHERE id = ?",
            (context.now, cancelled_at, workload.id),
        )
    return success(_shape(context, _find(context)))


def get_workload_results(context: Context) -> Response:
    if (refusal := check_link(context, "workloads")) is not None:
        return refusal
    return plain(200, {"executed": False, "note": _NOTE, "config": json.loads(_find(context).config)})


def _chosen(body: dict[str, Any], name: str, choices: tuple[str, ...]) -> str:
    value = text(body, name)
    if value not in choices:
        raise invalid(f"The value is not one of {', '.join(choices)}.", "body", name)
    return value


def _find(context: Context) -> Workload:
    found = _select(context, Where("id = ?", context.id))
    if not found:
        raise not_found("The workload", context.id)
    return found[0]


def _select(context: Context, where: Where, tail: str = "") -> list[Workload]:
    statement = f"SELECT {columns(Workload)} FROM pasqal_workload WHERE hidden_until <= ? AND {where.text} {tail}"  # noqa: S608 - our own SQL
    return [Workload._make(row) for row in context.connection.execute(statement, (context.now, *where.values))]


def _shape(context: Context, workload: Workload) -> dict[str, Any]:
    life = workload_life(workload, context.now)
    return {
        "id": workload.id,
        "project_id": workload.project_id,
        "user_id": workload.user_id,
        "status": life.status,
        "workload_type": workload.workload_type,
        "backend": workload.backend,
        "config": json.loads(workload.config),
        "errors": [],
        "result": None,
        "result_link": None,
        **times(workload.created_at, life),
    }
