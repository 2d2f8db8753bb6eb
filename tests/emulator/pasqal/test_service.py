import json
from typing import Any
from urllib.parse import urlencode

import pytest

from reconciler.emulator.pasqal.operations import OPERATIONS
from reconciler.emulator.pasqal.route import match
from reconciler.emulator.world import World
from tests.emulator.pasqal.local import CORE, PROJECT, Pasqal


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("PATCH", "/core-fast/api/v1/batches/cancel", ("CancelBatches", "")),
        ("PATCH", "/core-fast/api/v2/batches/cancel/cancel", ("CancelBatch", "cancel")),
        ("GET", "/core-fast/api/v2/batches/a%2Fb", ("GetBatch", "a/b")),
        ("GET", "/core-fast/api/v1/batches/x", ("Unknown", "")),
        ("DELETE", "/core-fast/api/v2/batches/x", ("Unknown", "")),
        ("GET", "/core-fast/api/v1/devices/specs", ("GetDeviceSpecs", "")),
        ("GET", "/core-fast/api/v1/devices/FRESNEL/queue", ("GetDeviceQueue", "FRESNEL")),
        ("POST", "/realms/pasqal-cloud/protocol/openid-connect/token", ("Token", "")),
    ],
)
def test_paths_mean_operations(method: str, path: str, expected: tuple[str, str]) -> None:
    assert match(method, path)[:2] == expected


def test_a_path_that_means_nothing_is_not_found(world: World, pasqal: Pasqal) -> None:
    assert pasqal.send("GET", "/v9/batches").refusal == (404, "There is no GET /core-fast/api/v9/batches.")
    assert world.counts("pasqal") == {"Unknown": 1}


def test_only_what_is_public_needs_no_token(pasqal: Pasqal) -> None:
    def status(path: str, token: str = "") -> int:
        return pasqal.raw("GET", path, authorization=token).status

    core = ("/v1/batches", "/v2/jobs", "/v2/workloads", "/v1/devices/specs", "/v2/devices", "/v1/devices/FRESNEL/queue")
    guarded = [*(CORE + path for path in core), "/account/api/v1/projects"]
    assert {status(path) for path in guarded} == {401}
    assert {status(path, "Basic x") for path in guarded} == {401}
    assert {status(path, "Bearer x") for path in guarded} == {200}
    assert status(f"{CORE}/v1/devices/public-specs") == status(f"{CORE}/v1/devices") == 200
    assert json.loads(pasqal.raw("GET", guarded[0], authorization="").body) == {
        "status": "fail",
        "message": "Unauthorized",
        "code": "401",
        "data": {"description": "The request has no bearer token."},
    }


def test_projects(pasqal: Pasqal) -> None:
    def projects(query: str) -> Any:
        return json.loads(pasqal.raw("GET", "/account/api/v1/projects", query=query).body)["data"]

    assert [project["id"] for project in projects("project_status=ACTIVE")] == [PROJECT]
    assert projects("project_status=ARCHIVED") == []


def test_devices_are_described(pasqal: Pasqal) -> None:
    specs = pasqal.send("GET", "/v1/devices/specs").data
    assert json.loads(specs["FRESNEL"])["name"] == "FRESNEL"
    public = pasqal.send("GET", "/v1/devices/public-specs").data
    assert {found["device_type"]: found["specs"] for found in public} == specs
    assert pasqal.send("GET", "/v1/devices/specs/FRESNEL").data["specs"] == specs["FRESNEL"]
    assert pasqal.send("GET", "/v1/devices/specs/MOON").refusal == (404, "The device MOON does not exist.")


def test_devices_are_listed(pasqal: Pasqal) -> None:
    def listed(path: str, **query: Any) -> list[str]:
        return [device["device_type"] for device in pasqal.send("GET", path, **query).data]

    everything = listed("/v2/devices")
    assert "FRESNEL" in everything
    assert listed("/v1/devices") == everything
    assert listed("/v1/devices", device_type="FRESNEL") == ["FRESNEL"]
    assert listed("/v2/devices", device_type=["FRESNEL", "EMU_FREE"]) == ["EMU_FREE", "FRESNEL"]
    assert listed("/v2/devices", availability="RETIRED") == []
    assert listed("/v2/devices", limit=1, offset=1) == everything[1:2]
    assert pasqal.send("GET", "/v2/devices", availability="SOLD").status == 422


def test_the_queue_of_a_device_is_what_waits_for_it(world: World, pasqal: Pasqal) -> None:
    pasqal.create(device_type="FRESNEL")
    world.advance(20)
    waiting = [pasqal.create(device_type="FRESNEL")["id"] for _ in range(2)]
    pasqal.create()
    assert [batch["id"] for batch in pasqal.send("GET", "/v1/devices/FRESNEL/queue").data] == waiting


_REALM = "http://auth0.com/oauth/grant-type/password-realm"


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": _REALM, "client_id": "c", "username": "u", "password": "p", "realm": "r"}, 200, None),
        ({"grant_type": "password", "client_id": "c", "username": "u", "password": "p"}, 200, None),
        ({"grant_type": "client_credentials", "client_id": "c", "client_secret": "s"}, 200, None),
        ({"grant_type": _REALM, "client_id": "c", "username": "u", "password": "wrong"}, 403, "invalid_grant"),
        ({"grant_type": "password", "client_id": "c", "username": "wrong", "password": "p"}, 403, "invalid_grant"),
        ({"grant_type": "client_credentials", "client_id": "c", "client_secret": "wrong"}, 403, "invalid_grant"),
        ({"grant_type": "client_credentials", "client_id": "c"}, 400, "invalid_request"),
        ({"grant_type": "password", "username": "u", "password": "p"}, 400, "invalid_request"),
        ({"grant_type": "magic", "client_id": "c"}, 400, "unsupported_grant_type"),
        ({}, 400, "unsupported_grant_type"),
    ],
)
def test_signing_in(pasqal: Pasqal, form: dict[str, str], status: int, error: str | None) -> None:
    for path in ("/oauth/token", "/realms/pasqal-cloud/protocol/openid-connect/token"):
        answer = pasqal.raw("POST", path, urlencode(form).encode(), authorization="")
        document = json.loads(answer.body)
        assert (answer.status, document.get("error")) == (status, error)
        if error is None:
            assert document == {"access_token": "local-token", "token_type": "Bearer", "expires_in": 86400}


def test_every_operation_is_counted_by_its_name(world: World, pasqal: Pasqal) -> None:
    pasqal.create()
    pasqal.send("GET", "/v1/batches")
    assert world.counts("pasqal") == {"CreateBatch": 1, "ListBatches": 1}
    assert len(OPERATIONS) == 30
