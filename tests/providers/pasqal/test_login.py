"""Logins: which one is used, what is sent for it, when it is renewed, and that it is nowhere else."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from reconciler.core.attempt import Outcome
from reconciler.providers.kind import CloudUnavailable
from reconciler.providers.pasqal.client import Access, PasqalClient
from tests.providers.pasqal.bench import HERE, HTML, PROJECT, Bench, Clock, Step, Wire, bad, desired, ok, open_bench

USER = {"PASQAL_USERNAME": "ada", "PASQAL_PASSWORD": "s3cret"}
CLIENT = {"PASQAL_CLIENT_ID": "robot", "PASQAL_CLIENT_SECRET": "h1dden"}
EU, SA = "https://pasqal.eu.auth0.com/oauth/token", "https://auth.sa.pasqal.cloud/realms/pasqal-cloud"
AUDIENCE = "https://apis.pasqal.cloud/account/api/v1"


def _token(name: str = "one", **more: Any) -> httpx.Response:
    return httpx.Response(200, json={"access_token": name, "token_type": "Bearer", **more})


def _jwt(**claims: Any) -> str:
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().strip("=") for part in ({}, claims, {})
    )


def _bench(environ: Mapping[str, str], *steps: Step, region: str = "eu") -> tuple[PasqalClient, Wire, Clock]:
    wire, clock = Wire(list(steps), ok([])), Clock()
    return PasqalClient(Access(PROJECT, region, transport=httpx.MockTransport(wire)), environ, clock), wire, clock


def _form(request: httpx.Request) -> dict[str, str]:
    return {key: value for key, (value,) in parse_qs(request.read().decode()).items()}


def _create(bench: Bench) -> Any:
    wanted = desired()
    return bench.cloud.create(wanted, "t", {}, HERE, wanted.jobs or ())


def test_a_persons_login() -> None:
    client, wire, _ = _bench(USER, _token(expires_in=3600))
    client.read_any("/api/v2/devices")
    assert (wire.sent[0].method, str(wire.sent[0].url)) == ("POST", EU)
    assert _form(wire.sent[0]) == {
        "client_id": "PeZvo7Atx7IVv3iel59asJSb4Ig7vuSB",
        "grant_type": "http://auth0.com/oauth/grant-type/password-realm",
        "realm": "pcs-users",
        "audience": AUDIENCE,
        "username": "ada",
        "password": "s3cret",
    }
    assert wire.sent[1].headers["authorization"] == "Bearer one"


def test_a_persons_login_in_saudi_arabia() -> None:
    client, wire, _ = _bench(USER, _token(expires_in=3600), region="sa")
    client.read_any("/api/v2/devices")
    assert str(wire.sent[0].url).startswith(SA)
    assert _form(wire.sent[0])["grant_type"] == "password"
    assert _form(wire.sent[0])["client_id"] == "cloud-sdk"
    assert wire.sent[1].url.host == "apis.sa.pasqal.cloud"


def test_a_service_accounts_login() -> None:
    client, wire, _ = _bench(CLIENT, _token(expires_in=3600))
    client.read_any("/api/v2/devices")
    assert _form(wire.sent[0]) == {
        "client_id": "robot",
        "client_secret": "h1dden",
        "grant_type": "client_credentials",
        "audience": AUDIENCE,
    }


def test_a_token_of_ones_own_needs_no_exchange() -> None:
    client, wire, _ = _bench({"PASQAL_TOKEN": " mine\n", **USER, **CLIENT})
    client.read_any("/api/v2/devices")
    assert [request.headers["authorization"] for request in wire.sent] == ["Bearer mine"]


@pytest.mark.parametrize(
    ("answer", "good_for"),
    [
        (_token(expires_in=3600), 3540),
        (_token(expires_in="3600"), 3540),
        (_token(_jwt(exp=1_768_478_400 + 600)), 540),
        (_token(_jwt(exp="never")), 300),
        (_token("no.jw.t"), 300),
        (_token(), 300),
    ],
)
def test_a_token_is_kept_until_shortly_before_its_end(answer: httpx.Response, good_for: float) -> None:
    client, wire, clock = _bench(USER, answer)
    for seconds in (0, good_for - 1):
        clock.sleep(seconds)
        client.read_any("/api/v2/devices")
    assert [request.method for request in wire.sent] == ["POST", "GET", "GET"]
    clock.sleep(2)
    wire.steps.append(_token("two", expires_in=9))
    client.read_any("/api/v2/devices")
    assert wire.sent[-1].headers["authorization"] == "Bearer two"


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, ["PASQAL_USERNAME", "PASQAL_PASSWORD", "PASQAL_CLIENT_ID", "PASQAL_CLIENT_SECRET", "PASQAL_TOKEN"]),
        ({"PASQAL_USERNAME": "ada"}, ["PASQAL_USERNAME is set and PASQAL_PASSWORD is not"]),
        ({"PASQAL_CLIENT_SECRET": "h1dden"}, ["PASQAL_CLIENT_SECRET is set and PASQAL_CLIENT_ID is not"]),
        ({"PASQAL_TOKEN": "two words"}, ["PASQAL_TOKEN holds no token"]),
    ],
)
def test_without_a_login_nothing_is_sent(environ: Mapping[str, str], words: list[str]) -> None:
    client, wire, _ = _bench(environ)
    with pytest.raises(CloudUnavailable) as caught:
        client.read_any("/api/v2/devices")
    assert all(word in str(caught.value) for word in words)
    assert wire.sent == []


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_wrong_password_is_said_as_such(status: int) -> None:
    wrong = httpx.Response(status, json={"error": "invalid_grant", "error_description": "Wrong email or s3cret."})
    client, wire, _ = _bench(USER, wrong)
    with pytest.raises(CloudUnavailable) as caught:
        client.read_any("/api/v2/devices")
    told = f"Pasqal refuses the login by PASQAL_USERNAME and PASQAL_PASSWORD; is it right? ({status}: invalid_grant"
    assert str(caught.value) == f"{told}: Wrong email or s3cret.)".replace("s3cret", "***")
    assert len(wire.sent) == 1


@pytest.mark.parametrize(
    "garbled", [HTML, httpx.Response(200, json=[]), httpx.Response(200, json={"access_token": ""})]
)
def test_an_answer_without_a_token(garbled: httpx.Response) -> None:
    client, wire, _ = _bench(USER)
    wire.otherwise = garbled
    with pytest.raises(CloudUnavailable):
        client.read_any("/api/v2/devices")


def test_a_login_page_that_fails_for_a_moment_is_asked_again() -> None:
    client, _, clock = _bench(USER, bad(503), httpx.ConnectError("no"), _token(expires_in=3600))
    assert client.read_any("/api/v2/devices") == []
    assert len([pause for pause in clock.slept if pause]) == 2


def test_a_create_without_a_login_certainly_made_nothing() -> None:
    bench = open_bench(environ={})
    reply = _create(bench)
    assert (reply.outcome, reply.again, bench.wire.sent) == (Outcome.REFUSED, False, [])
    assert reply.error.startswith("no login for Pasqal Cloud")


def test_an_ended_token_is_renewed_once() -> None:
    """The first token was used before, so it may have ended; the next one is new, so the refusal is about us."""
    bench = open_bench(
        _token(expires_in=3600), ok([]), bad(401), _token("two", expires_in=3600), bad(401), environ=USER
    )
    bench.client.read_any("/api/v2/devices")
    replies = [_create(bench) for _ in range(2)]
    assert [(reply.outcome, reply.again) for reply in replies] == [(Outcome.REFUSED, True), (Outcome.REFUSED, False)]
    assert [request.headers.get("authorization", "") for request in bench.wire.sent] == [
        *("", "Bearer one", "Bearer one"),
        *("", "Bearer two"),
    ]


def test_an_ended_token_is_renewed_for_a_reading_too() -> None:
    tokens = [_token(name, expires_in=3600) for name in ("one", "two")]
    bench = open_bench(tokens[0], ok([]), bad(401), tokens[1], ok([7]), environ=USER)
    assert [bench.client.read_any("/api/v2/devices") for _ in range(2)] == [[], [7]]


def test_a_long_token_is_hidden_also_where_a_message_is_cut() -> None:
    token = _jwt(sub="x" * 900)
    client, wire, _ = _bench({"PASQAL_TOKEN": token})
    wire.otherwise = bad(403, f"who is {token}?")
    with pytest.raises(CloudUnavailable) as caught:
        client.read_any("/api/v2/devices")
    assert str(caught.value).endswith("403: Sorry: who is ***")


def test_a_token_of_ones_own_can_not_be_renewed() -> None:
    reply = _create(open_bench(bad(401)))
    assert (reply.outcome, reply.again) == (Outcome.REFUSED, False)


@pytest.mark.parametrize("value", ["1", "0", "false"])
def test_unchecked_certificates_are_refused(value: str) -> None:
    """Pasqal's own client takes any value of the variable for a yes, even 0."""
    client = PasqalClient(Access(PROJECT), {"PASQAL_TOKEN": "mine", "PASQAL_SKIP_SSL_VERIFY": value}, Clock())
    with pytest.raises(CloudUnavailable, match="PASQAL_SKIP_SSL_VERIFY is set"):
        client.read_any("/api/v2/devices")


def test_unchecked_certificates_on_this_machine_are_our_own_affair() -> None:
    here = Access(PROJECT, core="https://127.0.0.1:1/core-fast", token="https://localhost:1/token")
    client = PasqalClient(here, {"PASQAL_TOKEN": "mine", "PASQAL_SKIP_SSL_VERIFY": "1"}, Clock())
    with pytest.raises(CloudUnavailable, match="ConnectError"):
        client.read_any("/api/v2/devices")
