"""What the clouds were made to make, read past every client from their own tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.core.mark import TAG_RUN, read_run_mark
from reconciler.emulator.world import World
from tests.paid_once.campaign_wish import Content


@dataclass(frozen=True)
class Row:
    """One paid thing: what it runs, the id of what it is in, whether it ended badly, and whether somebody ended it."""

    content: Content
    id: str
    failed: bool
    cancelled: bool


def rows(world: World) -> list[Row]:
    """Everything that was ever paid."""
    with world.transaction() as session:
        run = session.connection.execute
        tasks = run("SELECT arn, device, shots, tags, action, doom, cancel_at FROM task ORDER BY seq").fetchall()
        jobs = run("SELECT arn, tags, request, doom, cancel_at FROM job ORDER BY seq").fetchall()
        batches = dict(run("SELECT id, tags FROM pasqal_batch").fetchall())
        ended = dict(run("SELECT id, cancel_at FROM pasqal_batch").fetchall())
        pieces = run("SELECT batch_id, runs, cancel_at FROM pasqal_job ORDER BY seq").fetchall()
        loads = run("SELECT id, config, cancel_at FROM pasqal_workload ORDER BY seq").fetchall()
    found = [
        row
        for arn, device, shots, tags, action, doom, end in tasks
        for row in _task(arn, device, shots, json.loads(tags), json.loads(action), bool(doom), end is not None)
    ]
    for arn, tags, request, doom, end in jobs:
        steps = json.loads(request)["hyperParameters"]["steps"]
        found.append(Row(("hybrid job", steps, _generation(json.loads(tags))), arn, bool(doom), end is not None))
    for batch, runs, end in pieces:
        tags = dict(tag.partition("=")[::2] for tag in json.loads(batches[batch]))
        over = end is not None or ended[batch] is not None
        found.append(Row(("job", str(runs), _generation(tags)), batch, False, over))
    for id_, config, end in loads:
        found.append(Row(("workload", str(json.loads(config)["qubits"]), "1"), id_, False, end is not None))
    return [row for row in found if row.content[0]]


def _task(
    arn: str, device: str, shots: int, tags: Mapping[str, str], action: Mapping[str, Any], doomed: bool, ended: bool
) -> Iterator[Row]:
    """One for each program of it. What no manifest of the campaign asked for is somebody else's."""
    programs = action.get("programs") or [action]
    thetas = [theta for program in programs for theta in _list((program.get("inputs") or {}).get("theta", []))]
    for theta in thetas:
        content = ("task", str(theta), str(shots // len(thetas)), device, _generation(tags))
        yield Row(content, arn, doomed, ended)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _generation(tags: Mapping[str, str]) -> str:
    mark = read_run_mark(tags.get(TAG_RUN, ""))
    return str(mark.generation) if mark else "?"
