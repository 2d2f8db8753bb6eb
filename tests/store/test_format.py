"""The state file: readable, the same bytes for the same state, and never trusted when it was touched."""

from __future__ import annotations

import gc
import json
from dataclasses import replace
from typing import Any

import pytest

from reconciler.core.attempt import Outcome
from reconciler.core.history import LogEntry
from reconciler.core.state import Record
from reconciler.store import format as file_format
from reconciler.store.errors import StateTooNew, StateUnreadable
from reconciler.store.format import Header, decode, decode_header, encode
from tests.store.samples import attempt

LOG = (LogEntry("e1", "apply", "2026-01-01T00:00:00Z", "ada", "host-1", "0.1.0", counts={"added": 3}),)
HEADER = Header("l1", 3, "w1", "0.1.0", "study", "uid-1", "dev", folded=7, log=LOG)
RECORDS = {
    "QuantumTask/b": Record((attempt(1), replace(attempt(2), outcome=Outcome.ACCEPTED, id="arn:2")), managed=False),
    "QuantumTask/a[θ=0.5]": Record((attempt(3),), removal="orphan"),
}
_DEEP = b"[" * 100_000
WHOLE = """\
{"header":{"environment":"dev","folded":7,"format_version":3,"lineage":"l1","project":{"name":"study","uid":"uid-1"},\
"serial":3,"tool_version":"0.1.0","write_id":"w1"},
"log":[
{"begun":"2026-01-01T00:00:00Z","counts":{"added":3},"host":"host-1","id":"e1","operation":"apply","version":"0.1.0",\
"who":"ada"}
],
"records":{
"QuantumTask/a[θ=0.5]":{"attempts":[{"digest":"sha256:d","execution":{"shots":100},"generation":1,"number":1,\
"place":["braket","111122223333","us-east-1"],"program":"sha256:p","token":"3"}],"removal":"orphan"},
"QuantumTask/b":{"attempts":[{"digest":"sha256:d","execution":{"shots":100},"generation":1,"number":1,\
"place":["braket","111122223333","us-east-1"],"program":"sha256:p","token":"1"},{"digest":"sha256:d",\
"execution":{"shots":100},"generation":1,"id":"arn:2","number":1,"outcome":"accepted",\
"place":["braket","111122223333","us-east-1"],"program":"sha256:p","token":"2"}],"managed":false}
},
"""


def test_the_file_is_json_with_a_record_per_line_in_order() -> None:
    data = encode(HEADER, RECORDS).decode()
    body, seal = data[: len(WHOLE)], data[len(WHOLE) :]
    assert body == WHOLE
    assert seal.startswith('"sha256":"')
    assert json.loads(data)["header"]["serial"] == 3


def test_the_order_in_memory_does_not_matter() -> None:
    assert encode(HEADER, RECORDS) == encode(HEADER, dict(reversed(RECORDS.items())))


@pytest.mark.parametrize("records", [{}, RECORDS], ids=["empty", "two"])
def test_the_file_comes_back(records: dict[str, Record]) -> None:
    data = encode(HEADER, records)
    assert decode(data, "f") == (HEADER, records)
    assert decode_header(data, "f") == replace(HEADER, log=())


def test_a_record_names_the_commands_that_changed_it() -> None:
    records = {"QuantumTask/a": Record((replace(attempt(1), entry="e1"),), log=("e1", "e2"))}
    assert decode(encode(HEADER, records), "f") == (HEADER, records)


def test_reading_leaves_the_collector_as_it_was() -> None:
    assert gc.isenabled()
    decode(encode(HEADER, RECORDS), "f")
    assert gc.isenabled()
    with pytest.raises(StateUnreadable):
        decode(b"{}", "f")
    assert gc.isenabled()


def test_every_cut_is_noticed() -> None:
    data = encode(HEADER, RECORDS)
    for length in range(len(data) - 1):  # only the last line's end may be missing
        with pytest.raises(StateUnreadable, match=r"f is cut off|f was changed"):
            decode(data[:length], "f")


@pytest.mark.parametrize(
    ("old", "new"), [(b'"shots":100', b'"shots":101'), (b'"serial":3', b'"serial":4'), (b'"folded":7', b'"folded":0')]
)
def test_a_changed_value_is_noticed_and_the_way_out_is_named(old: bytes, new: bytes) -> None:
    with pytest.raises(StateUnreadable) as caught:
        decode(encode(HEADER, RECORDS).replace(old, new, 1), "study.dev.json")
    shown = caught.value.diagnostic
    assert "study.dev.json was changed by something other than qctl" in shown.detail
    assert "Put back a good copy of study.dev.json" in shown.remedy


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"null", b'{"header":{"format_version":"1"}}', b"\xff", _DEEP])
def test_what_is_no_state_is_never_an_empty_state(text: bytes) -> None:
    for read in (decode, decode_header):
        with pytest.raises(StateUnreadable):
            read(text, "f")


def test_a_newer_format_is_refused_even_if_its_body_means_nothing_to_us() -> None:
    data = _sealed({"header": {"format_version": 99, "tool_version": "9.0"}, "other": []})
    for read in (decode, decode_header):
        with pytest.raises(StateTooNew, match=r"f has format 99, written by qctl 9.0"):
            read(data, "f")


@pytest.mark.parametrize("end", [b"}", b',\n"seal":"blake3:00"}\n', b',\n"sha256":"00"}\n'])
def test_a_newer_format_may_be_sealed_in_a_way_unknown_to_us(end: bytes) -> None:
    data = b'{"header":{"format_version":99,"tool_version":"9.0"},\n"records":{}' + end
    with pytest.raises(StateTooNew, match=r"f has format 99, written by qctl 9.0"):
        decode(data, "f")


def test_an_older_format_is_upgraded_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_longer_called_resources(document: dict[str, Any]) -> dict[str, Any]:
        records = document.get("resources", {})
        return {"header": document["header"] | {"format_version": 1}, "records": records}

    without_log = replace(HEADER, log=())

    monkeypatch.setitem(file_format.UPGRADES, 0, no_longer_called_resources)
    old = json.loads(encode(without_log, RECORDS))
    old["header"]["format_version"] = 0
    old["resources"] = old.pop("records")
    data = _sealed(old)
    assert decode(data, "f") == (without_log, RECORDS)
    assert decode_header(data, "f") == without_log


def test_a_format_that_no_upgrade_knows_is_refused() -> None:
    with pytest.raises(StateUnreadable, match="format 0"):
        decode(_sealed({"header": {"format_version": 0}, "records": {}}), "f")


def _sealed(document: dict[str, Any]) -> bytes:
    """A document of any shape with a good seal, its header on the first line."""
    header = json.dumps({"header": document.pop("header")})[:-1]
    rest = json.dumps(document)[1:-1]
    body = f"{header},\n{rest},".encode()
    return body + b'\n"sha256":"' + file_format.seal(body) + b'"}\n'


@pytest.mark.parametrize("version", [1, 2])
def test_a_state_of_an_older_format_is_read_and_has_no_log(version: int) -> None:
    """Format 2 is format 1 with more in the attempts; neither has a log."""
    parts = WHOLE.partition('"log":[')
    text = parts[0].replace('"format_version":3', f'"format_version":{version}') + parts[2].partition("],\n")[2]
    data = text.rstrip("\n").encode()
    old = data + b'\n"sha256":"' + file_format.seal(data) + b'"}\n'
    expected = replace(HEADER, log=())
    assert decode(old, "f") == (expected, RECORDS)
    assert decode_header(old, "f") == expected
