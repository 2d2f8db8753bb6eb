"""What a webhook is told, that it is signed and shown nowhere, and that nobody waits for it."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from reconciler.cli.agent.webhook import SIGNATURE, InvalidTemplate, Notifier, body_of, is_news, parse_template
from reconciler.cli.exits import Exit
from reconciler.core.address import Address
from reconciler.core.cycle import Cycle, Totals, Verdict
from tests.agent.days import days_of
from tests.cli.place import Place

_CYCLE = Cycle(
    "2026-01-15T12:00:00.000Z", Verdict.APPLIED, 'Done: 1 create. "} {"', commit="c0ffee", done={"create": 1}
)
_SECRET = "rather-secret"


def test_the_body() -> None:
    told = json.loads(body_of(_CYCLE))
    assert told["text"] == 'qctl applied: Done: 1 create. "} {"'
    assert (told["format_version"], told["commit"], told["done"]) == (1, "c0ffee", {"create": 1})


def test_a_template_is_filled_in_and_stays_json() -> None:
    template = parse_template('{"msg": {"body": "$verdict at $commit: $detail"}, "n": 1, "list": ["$$5"]}')
    assert json.loads(body_of(_CYCLE, template)) == {
        "msg": {"body": 'applied at c0ffee: Done: 1 create. "} {"'},
        "n": 1,
        "list": ["$5"],
    }


@pytest.mark.parametrize("text", ["{", '{"a": "$secret"}', '{"a": "$"}', "[" * 100_000])
def test_templates_that_are_refused(text: str) -> None:
    with pytest.raises(InvalidTemplate):
        parse_template(text)


@pytest.mark.parametrize(
    ("before", "now", "news"),
    [
        ([], Verdict.SYNCED, False),
        ([], Verdict.FAILED, True),
        ([Verdict.FAILED], Verdict.FAILED, False),
        ([Verdict.FAILED], Verdict.SYNCED, True),
        ([Verdict.FAILED], Verdict.LOCKED, False),
        ([Verdict.APPLIED], Verdict.SYNCED, False),
        ([Verdict.SYNCED], Verdict.REFUSED, True),
        ([Verdict.WITHHELD], Verdict.WITHHELD, False),
    ],
)
def test_what_is_news(before: list[Verdict], now: Verdict, news: bool) -> None:
    totals = Totals()
    for verdict in before:
        totals = totals.plus(Cycle("", verdict, ""), "now")
    assert is_news(Cycle("", now, ""), totals) is news


def test_what_newly_waits_for_a_person_is_news() -> None:
    totals = Totals().plus(Cycle("", Verdict.WITHHELD, "", left={Address("QuantumTask", "a"): "why"}), "now")
    more = Cycle("", Verdict.WITHHELD, "", left={Address("QuantumTask", "b"): "why"})
    assert is_news(more, totals)


@pytest.mark.parametrize(
    ("answers", "tries", "outcome"),
    [
        ([200], 1, "sent"),
        ([503, 429, 204], 3, "sent"),
        ([None, 200], 2, "sent"),
        ([400], 1, "failed"),
        ([302], 1, "failed"),
        ([500, None, 500], 3, "failed"),
    ],
)
def test_tries(answers: list[int | None], tries: int, outcome: str) -> None:
    left = list(answers)
    counted: list[str] = []
    waited: list[float] = []

    def send(_body: bytes, _headers: Mapping[str, str]) -> int:
        status = left.pop(0)
        if status is None:
            raise OSError
        return status

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return False

    notifier = Notifier(send, counted.append, wait=wait)
    notifier.tell(_CYCLE)
    notifier.close()
    assert counted == [outcome]
    assert len(answers) - len(left) == tries
    assert waited == [2.0, 4.0][: tries - 1]


def test_a_webhook_that_hangs_is_not_waited_for() -> None:
    release = threading.Event()
    counted: list[str] = []

    def send(_body: bytes, _headers: Mapping[str, str]) -> int:
        release.wait(60)
        return 200

    notifier = Notifier(send, counted.append)
    for _ in range(30):
        notifier.tell(_CYCLE)
    assert set(counted) == {"dropped"}
    release.set()
    notifier.close()


class _Handler(BaseHTTPRequestHandler):
    got: list[tuple[str, bytes, Mapping[str, str]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.path, body, dict(self.headers)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def _listening() -> Iterator[tuple[str, list[tuple[str, bytes, Mapping[str, str]]]]]:
    got: list[tuple[str, bytes, Mapping[str, str]]] = []
    server = HTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"got": got}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook/{_SECRET}", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_it_is_posted_signed_and_its_address_is_shown_nowhere(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    days_of(place.cloud, 0)
    with _listening() as (url, got):
        monkeypatch.setenv("LAB_HOOK", url)
        monkeypatch.setenv("QCTL_WEBHOOK_SECRET", "key")
        ran = place.ok("reconcile", "--once", "--json", "--webhook", "LAB_HOOK")
    (path, body, headers) = got[0]
    assert path == f"/hook/{_SECRET}"
    assert json.loads(body)["verdict"] == "applied"
    assert headers[SIGNATURE] == f"sha256={hmac.new(b'key', body, hashlib.sha256).hexdigest()}"
    assert _SECRET not in ran.out + ran.err


def test_nobody_answers_and_the_round_is_done_all_the_same(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    days_of(place.cloud, 0)
    monkeypatch.setenv("QCTL_WEBHOOK_URL", f"http://127.0.0.1:1/{_SECRET}")
    monkeypatch.setattr("reconciler.cli.agent.webhook._LONGEST_GOODBYE", 0.0)
    ran = place.ok("reconcile", "--once")
    assert _SECRET not in ran.out + ran.err


@pytest.mark.parametrize(
    ("variable", "value", "template"),
    [
        ("https://example.org/rather-secret", "", ""),
        ("HOOK", "http://example.org/rather-secret", ""),
        ("HOOK", "http://localhost.example.org/rather-secret", ""),
        ("HOOK", "http://127.0.0.1@example.org/rather-secret", ""),
        ("HOOK", "https:///rather-secret", ""),
        ("HOOK", "", ""),
    ],
)
def test_webhooks_that_are_refused(
    place: Place, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, template: str
) -> None:
    monkeypatch.setenv("HOOK", value or f"https://example.org/{_SECRET}")
    Path("template.json").write_text("{", "utf-8")
    more = [] if value or "/" in variable else ["--webhook-template", "template.json"]
    ran = place.run("reconcile", "--once", "--webhook", variable, *more)
    assert ran.code == Exit.ERROR
    assert "[agent/webhook]" in ran.err
    assert _SECRET not in ran.err
