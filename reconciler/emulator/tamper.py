import json
import re
from typing import Any
from urllib.parse import unquote

from reconciler.emulator.faults import Rule
from reconciler.emulator.message import Request, Response
from reconciler.emulator.world import Session

TOUCHING = frozenset({"hide", "lag", "tags"})
ALTERING = frozenset({"duplicate", "no-pagination", "cut"})

_BRAKET = re.compile(r"arn:aws:braket:[a-z0-9-]+:\d{12}:(?:quantum-task|job)/[0-9a-f-]{36}")
_PASQAL = re.compile(r"/(?:batches|workloads)/([0-9a-f-]{36})")


def touch(rule: Rule, service: str, session: Session, request: Request, answer: Response) -> None:
    """Do to what the request made or names what its owner did not ask for: hide it, or edit its tags."""
    if service == "pasqal":
        _touch_batch(rule, session, _pasqal_id(request, answer))
    else:
        _touch_braket(rule, session, _braket_of(request, answer))


def alter(rule: Rule, answer: Response) -> Response:
    """An answer that says too much, or too little, of what is there."""
    if rule.effect == "cut":
        return Response(answer.status, answer.headers, answer.body[: len(answer.body) // 2])
    document = _document(answer)
    if not isinstance(document.get("data"), list):
        return answer
    headers = dict(answer.headers)
    if rule.effect == "duplicate":
        document["data"] = [twin for one in document["data"] for twin in (one, one)]
    else:
        document.pop("pagination", None)
        headers.pop("content-range", None)
    return Response(answer.status, headers, json.dumps(document).encode())


def _touch_batch(rule: Rule, session: Session, id_: str | None) -> None:
    run = session.connection.execute
    until = session.now + round(rule.seconds * 1000)
    match rule.effect:
        case "hide":
            run("UPDATE pasqal_batch SET hidden_until = ? WHERE id = ?", (until, id_))
            run("UPDATE pasqal_workload SET hidden_until = ? WHERE id = ?", (until, id_))
        case "lag":
            run("UPDATE pasqal_batch SET visible_at = ? WHERE id = ?", (until, id_))
        case "tags":
            row = run("SELECT tags FROM pasqal_batch WHERE id = ?", (id_,)).fetchone()
            if row is not None:
                kept = [tag for tag in json.loads(row[0]) if not tag.startswith(rule.remove)]
                tags = json.dumps(list(dict.fromkeys([*kept, *rule.add])))
                run("UPDATE pasqal_batch SET tags = ?, updated_at = ? WHERE id = ?", (tags, session.now, id_))


def _touch_braket(rule: Rule, session: Session, arn: str | None) -> None:
    run = session.connection.execute
    table = "job" if ":job/" in (arn or "") else "task"
    match rule.effect:
        case "hide":
            until = session.now + round(rule.seconds * 1000)
            run(f"UPDATE {table} SET visible_at = ? WHERE arn = ?", (until, arn))  # noqa: S608 - a name of ours
        case "tags":
            row = run(f"SELECT tags FROM {table} WHERE arn = ?", (arn,)).fetchone()  # noqa: S608 - as above
            if row is not None:
                kept = {key: value for key, value in json.loads(row[0]).items() if key not in rule.remove}
                tags = json.dumps(kept | dict(rule.set))
                run(f"UPDATE {table} SET tags = ? WHERE arn = ?", (tags, arn))  # noqa: S608 - as above


def _braket_of(request: Request, answer: Response) -> str | None:
    """The task or job a request made or names."""
    found = _BRAKET.search(unquote(request.path)) or _BRAKET.search(answer.body.decode(errors="replace"))
    return found[0] if found else None


def _pasqal_id(request: Request, answer: Response) -> str | None:
    """The batch or workload a request made (a rebatch names the old batch in its path) or names."""
    data = _document(answer).get("data")
    made = data.get("batch_id", data.get("id")) if isinstance(data, dict) else None
    named = _PASQAL.search(request.path)
    return made or (named[1] if named else None)


def _document(answer: Response) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
