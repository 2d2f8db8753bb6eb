"""The state file: JSON with a header, the log, a record per line and a checksum over all of it.

{"header":{"environment":"dev","folded":7,"format_version":3,...},
"log":[
{"id":"3f9a...","operation":"apply",...}
],
"records":{
"QuantumTask/ghz":{"attempts":[...]}
},
"sha256":"..."}
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, Final

from reconciler.core.attempt import attempt_from_json, attempt_to_json
from reconciler.core.collector import collector_paused
from reconciler.core.history import Log, entry_from_json, entry_to_json
from reconciler.core.state import Record, State
from reconciler.store.errors import Standing, StateTooNew, StateUnreadable

FORMAT: Final = 3


def _with_estimates(document: dict[str, Any]) -> dict[str, Any]:
    """Format 2 adds to attempts what was known when they were paid: nothing is known of the earlier ones."""
    return {**document, "header": {**document["header"], "format_version": 2}}


def _with_log(document: dict[str, Any]) -> dict[str, Any]:
    """Format 3 has the log of the commands that changed something: of the earlier ones there is none."""
    return {**document, "header": {**document["header"], "format_version": 3}, "log": []}


# From a format to the next one: a whole document in, a whole document out.
UPGRADES: Final[dict[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {1: _with_estimates, 2: _with_log}

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
_DEFAULT = Record()
_SEAL = b'\n"sha256":"'
_END = b'"}\n'
_RECORDS = b',\n"records":{\n'
_RECORDS_END = b"\n},"
_BETWEEN = b",\n"
_PIECE = 1_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of a state besides its records.

    `write_id` is random and new at every save; `folded` is the number of the last journal event that is in the records.
    `log` stands in the file for itself: who asks for the header alone is not told of it.
    """

    lineage: str
    serial: int
    write_id: str
    tool_version: str
    project_name: str
    project_uid: str
    environment: str
    folded: int
    log: Log = ()

    @property
    def standing(self) -> Standing:
        """What another writer must know."""
        return Standing(self.lineage, self.serial, self.write_id)

    def at(self, serial: int) -> Header:
        """The same with another serial."""
        return replace(self, serial=serial)

    def state(self, records: Mapping[str, Record]) -> State:
        """The state with these records."""
        return State(self.lineage, self.serial, self.project_uid, self.environment, records, self.log)


_TOP = tuple(field.name for field in fields(Header) if field.name != "log")


def encode(header: Header, records: Mapping[str, Record]) -> bytes:
    """The file. The same state gives the same bytes, and a changed record changes its line (and the seal)."""
    top: dict[str, Any] = {name: getattr(header, name) for name in _TOP} | {"format_version": FORMAT}
    top["project"] = {"name": top.pop("project_name"), "uid": top.pop("project_uid")}
    write = _ENCODER.encode
    lines = ",\n".join(f"{write(address)}:{write(_record_to_json(records[address]))}" for address in sorted(records))
    log = ",\n".join(write(entry_to_json(entry)) for entry in header.log)
    head = f'{{"header":{write(top)},\n"log":[\n{log}\n]'
    body = f'{head},\n"records":{{\n{lines}\n}},'.encode()  # as _RECORDS and _RECORDS_END say
    return body + _SEAL + seal(body) + _END


def decode(data: bytes, name: str) -> tuple[Header, dict[str, Record]]:
    """The file back. `name` is for messages. Raises StateUnreadable and StateTooNew."""
    with collector_paused():
        return _in_pieces(data) or _decoded(_upgraded(_parse(data, name), name), name)


def _in_pieces(data: bytes) -> tuple[Header, dict[str, Record]] | None:
    """The same for a whole file as `encode` writes it now; None for all else, which the long way reads or explains.

    The text of a large state read at once takes three times the memory that the records need in the end.
    """
    sealed = data.rfind(_SEAL)
    ending = data[sealed + len(_SEAL) :]
    checksum = seal(memoryview(data)[: max(sealed, 0)])
    if ending not in (checksum + _END, checksum + _END.rstrip()):
        return None
    start, end = data.find(_RECORDS), sealed - len(_RECORDS_END)
    if start < 0 or data[end:sealed] != _RECORDS_END:
        return None
    try:
        top = json.loads(data[:start] + b"}")
        if top["header"]["format_version"] != FORMAT:
            return None
        return _header(top["header"], top["log"]), _records_of(data, start + len(_RECORDS), end)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return None


def _records_of(data: bytes, start: int, end: int) -> dict[str, Record]:
    """A few thousand lines at a time. A line ends only between records: JSON has no line end inside a text."""
    records: dict[str, Record] = {}
    while start < end:
        cut = data.find(_BETWEEN, min(start + _PIECE, end), end)
        stop = cut if cut >= 0 else end
        piece: dict[str, Any] = json.loads(b"{%b}" % data[start:stop])
        records.update((address, _record_from_json(record)) for address, record in piece.items())
        start = stop + len(_BETWEEN)
    return records


def _decoded(document: dict[str, Any], name: str) -> tuple[Header, dict[str, Record]]:
    try:
        records = {address: _record_from_json(record) for address, record in document["records"].items()}
        return _header(document["header"], document["log"]), records
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StateUnreadable(name, f"is not the state it says it is ({type(error).__name__}: {error})") from error


def decode_header(data: bytes, name: str) -> Header:
    """Only the first line: for a writer who asks what stands there, without paying for the records."""
    first, _, _ = data.partition(b"\n")
    try:
        document = json.loads(first.rstrip(b",") + b"}")
        return _header(_upgraded(document, name)["header"])
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise StateUnreadable(name, "has no readable header") from error


def _parse(data: bytes, name: str) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(data)
        document["header"]["format_version"] + 0
    except (KeyError, TypeError, ValueError, RecursionError) as error:  # RecursionError: 100,000 times `[`
        raise StateUnreadable(name, f"is cut off or no longer JSON ({error})") from error
    _refuse_newer(document["header"], name)  # first: a newer format may be sealed in a way that we do not know
    body, _, found = data.rpartition(_SEAL)
    if found != seal(body) + _END and found != seal(body) + _END.rstrip():
        raise StateUnreadable(name, "was changed by something other than qctl: its checksum does not fit")
    return document


def _upgraded(document: dict[str, Any], name: str) -> dict[str, Any]:
    header = document["header"]
    found: int = header["format_version"]
    _refuse_newer(header, name)
    for version in range(found, FORMAT):
        if version not in UPGRADES:
            raise StateUnreadable(name, f"has format {version}, which this qctl never knew")
        document = UPGRADES[version](document)
    return document


def _refuse_newer(header: Mapping[str, Any], name: str) -> None:
    found: int = header["format_version"]
    if found > FORMAT:
        raise StateTooNew(name, found, FORMAT, str(header.get("tool_version")))


def _header(data: Mapping[str, Any], log: Sequence[Mapping[str, Any]] = ()) -> Header:
    values = dict(data)
    del values["format_version"]
    project, entries = values.pop("project"), tuple(entry_from_json(entry) for entry in log)
    return Header(project_name=project["name"], project_uid=project["uid"], log=entries, **values)


def _record_to_json(record: Record) -> dict[str, Any]:
    data: dict[str, Any] = {"attempts": [attempt_to_json(attempt) for attempt in record.attempts]}
    if record.managed != _DEFAULT.managed:
        data["managed"] = record.managed
    if record.removal != _DEFAULT.removal:
        data["removal"] = record.removal
    if record.log:
        data["log"] = list(record.log)
    return data


def _record_from_json(data: Mapping[str, Any]) -> Record:
    values = dict(data)
    values["attempts"] = tuple([attempt_from_json(attempt) for attempt in values["attempts"]])
    if "log" in values:
        values["log"] = _ids(*values["log"])
    return Record(**values)


# Most records of a state were touched by the same commands: one tuple for all of them.
@lru_cache(maxsize=1024)
def _ids(*ids: str) -> tuple[str, ...]:
    return ids


def seal(body: bytes | memoryview) -> bytes:
    """The checksum over everything before its line."""
    return hashlib.sha256(body).hexdigest().encode()
