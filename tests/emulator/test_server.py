import gzip
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import botocore.session
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from reconciler.emulator.server import Running, serve
from reconciler.emulator.world import World
from tests.emulator.local import BELL, SV1, refused
from tests.emulator.serving import serving


@pytest.fixture
def server(world: World) -> Iterator[Running]:
    with serving(world) as running:
        yield running


def client(server: Running, service: str = "braket", read_timeout: float = 10) -> Any:
    session: Any = botocore.session.Session()
    session.set_credentials("key", "secret")
    config = Config(retries={"total_max_attempts": 1}, read_timeout=read_timeout, proxies={})
    return session.create_client(service, region_name="us-east-1", endpoint_url=server.url, config=config)


def create(braket: Any, token: str = "t", **changes: Any) -> str:  # noqa: S107 - an idempotency token
    asked = {"deviceArn": SV1, "shots": 10, "action": BELL, "outputS3Bucket": "results", "outputS3KeyPrefix": "p"}
    return str(braket.create_quantum_task(clientToken=token, **asked | changes)["quantumTaskArn"])


def test_a_task_lives_over_http(world: World, server: Running) -> None:
    braket = client(server)
    arn = create(braket, tags={"é": "☃"})
    found = braket.get_quantum_task(quantumTaskArn=arn)
    assert (found["status"], found["tags"]) == ("QUEUED", {"é": "☃"})
    braket.untag_resource(resourceArn=arn, tagKeys=["é"])
    assert braket.list_tags_for_resource(resourceArn=arn)["tags"] == {}
    world.advance(1)
    s3 = client(server, "s3")
    key = f"{braket.get_quantum_task(quantumTaskArn=arn)['outputS3Directory']}/results.json"
    assert json.loads(s3.get_object(Bucket="results", Key=key)["Body"].read())["taskMetadata"]["id"] == arn
    assert s3.head_object(Bucket="results", Key=key)["ContentLength"] > 0
    assert client(server, "sts").get_caller_identity()["Account"] == "123456789012"


def test_errors_travel_over_http(server: Running) -> None:
    found = refused(client(server).get_device, deviceArn="none")
    assert found == (404, "ResourceNotFoundException", "Could not find the device none")


def test_an_upload_waits_for_continue_and_comes_in_chunks(server: Running) -> None:
    s3 = client(server, "s3")
    s3.create_bucket(Bucket="results")
    # botocore sends `Expect: 100-continue` with every upload; an iterator of unknown length goes in chunks.
    s3.put_object(Bucket="results", Key="big", Body=b"x" * 3_000_000)
    assert s3.get_object(Bucket="results", Key="big")["ContentLength"] == 3_000_000


def test_an_empty_upload_waits_for_nothing(server: Running) -> None:
    s3 = client(server, "s3")
    s3.create_bucket(Bucket="demo")
    s3.put_object(Bucket="demo", Key="lock", Body=b"", IfNoneMatch="*")
    assert s3.head_object(Bucket="demo", Key="lock")["ContentLength"] == 0


def test_a_chunked_body_is_put_together(server: Running) -> None:
    wire = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    authorization = "AWS4-HMAC-SHA256 Credential=K/20270115/us-east-1/braket/aws4_request"
    body = iter([b'{"filt', b'ers":', b"[]}"])
    wire.request("POST", "/quantum-tasks", body, {"authorization": authorization}, encode_chunked=True)
    answer = wire.getresponse()
    assert (answer.status, json.loads(answer.read())) == (200, {"quantumTasks": []})
    wire.close()


def test_a_client_that_takes_us_for_a_proxy_is_understood(server: Running) -> None:
    wire = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    authorization = "AWS4-HMAC-SHA256 Credential=K/20270115/us-east-1/braket/aws4_request"
    wire.request("GET", "http://braket.us-east-1.amazonaws.com/device/a%2Fb", headers={"authorization": authorization})
    assert json.loads(wire.getresponse().read()) == {"message": "Could not find the device a/b"}
    wire.close()


@pytest.fixture
def pasqal(server: Running) -> Iterator[httpx.Client]:
    # No trust in the environment: its proxy would be asked for this machine's address.
    headers = {"authorization": "Bearer any"}
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False, timeout=10) as client:
        yield client


def test_a_batch_lives_over_http(pasqal: httpx.Client) -> None:
    form = {"grant_type": "client_credentials", "client_id": "me", "client_secret": "any"}
    assert pasqal.post("/oauth/token", data=form).json()["expires_in"] > 0
    asked = {"sequence_builder": "s", "device_type": "EMU_FREE", "jobs": [{"runs": 5}], "open": True}
    packed = gzip.compress(json.dumps(asked | {"project_id": "00000000-0000-4000-8000-00000000c0de"}).encode())
    made = pasqal.post("/core-fast/api/v1/batches", content=packed, headers={"content-encoding": "gzip"}).json()["data"]
    one = f"/core-fast/api/v2/batches/{made['id']}"
    assert pasqal.patch(f"/core-fast/api/v1/batches/{made['id']}/tags", json=["a"]).json()["data"]["tags"] == ["a"]
    assert pasqal.patch(f"{one}/complete").json()["data"]["open"] is False, "a PATCH without a body"
    listed = pasqal.get("/core-fast/api/v1/batches?tag=a&status=PENDING&status=RUNNING")
    assert (len(listed.json()["data"]), listed.headers["content-range"]) == (1, "0-0/1")


def test_a_link_leads_back_to_where_the_caller_came_from(world: World, server: Running, pasqal: httpx.Client) -> None:
    asked = {"workload_type": "qadence_circuit", "backend": "pyqtorch", "config": {"a": 1}}
    body = asked | {"project_id": "00000000-0000-4000-8000-00000000c0de"}
    made = pasqal.post("/core-fast/api/v1/workloads", json=body).json()["data"]["id"]
    world.advance(60)
    link = pasqal.get(f"/core-fast/api/v2/workloads/{made}").json()["data"]["result_link"]
    assert link.startswith(f"{server.url}/pasqal-results/")
    del pasqal.headers["authorization"]
    assert pasqal.get(link).json()["config"] == {"a": 1}


def test_a_workload_is_cancelled_with_put(world: World, pasqal: httpx.Client) -> None:
    asked = {"workload_type": "qadence_circuit", "backend": "pyqtorch", "config": {}}
    body = asked | {"project_id": "00000000-0000-4000-8000-00000000c0de"}
    made = pasqal.post("/core-fast/api/v1/workloads", json=body).json()["data"]["id"]
    assert pasqal.put(f"/core-fast/api/v1/workloads/{made}/cancel").status_code == 200
    assert world.counts("pasqal") == {"CancelWorkload": 1, "CreateWorkload": 1}


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ({"effect": "unreachable"}, httpx.RemoteProtocolError),
        ({"effect": "lost"}, httpx.RemoteProtocolError),
        ({"effect": "late", "seconds": 3600}, httpx.RemoteProtocolError),
        ({"effect": "timeout", "seconds": 60}, httpx.ReadTimeout),
    ],
)
def test_pasqals_connection_breaks_over_http(
    world: World, pasqal: httpx.Client, rule: dict[str, Any], error: type[Exception]
) -> None:
    world.add_fault({"service": "pasqal"} | rule)
    with pytest.raises(httpx.TransportError) as caught:
        pasqal.get("/core-fast/api/v1/batches", timeout=0.2 if rule["effect"] == "timeout" else 10)
    assert type(caught.value) is error
    assert pasqal.get("/core-fast/api/v1/batches").status_code == 200


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_any_status_travels(world: World, pasqal: httpx.Client, status: int) -> None:
    world.add_fault({"service": "pasqal", "effect": "status", "status": status, "retry_after": 1})
    answer = pasqal.get("/core-fast/api/v1/batches")
    assert (answer.status_code, answer.headers["retry-after"]) == (status, "1")


@pytest.mark.parametrize(("effect", "made"), [("unreachable", 0), ("reset", 0), ("lost", 1)])
def test_a_lost_connection_is_closed_without_a_word(world: World, server: Running, effect: str, made: int) -> None:
    braket = client(server)
    world.add_fault({"operation": "CreateQuantumTask", "effect": effect})
    with pytest.raises(ConnectionClosedError):
        create(braket)
    assert world.status()["tasks"] == made
    assert create(braket), "the server is not harmed"
    assert world.status()["tasks"] == 1


def test_an_error_to_a_head_has_no_body(world: World, server: Running) -> None:
    world.add_fault({"service": "s3", "operation": "HEAD", "effect": "throttle"})
    address = urlsplit(server.url)
    # By hand: http.client throws away what is left over.
    with socket.create_connection((address.hostname, address.port), timeout=10) as wire:
        wire.sendall(b"HEAD /results/key HTTP/1.1\r\nhost: local\r\nconnection: close\r\n\r\n")
        answer = wire.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert answer.endswith(b"\r\n\r\n"), "a body would be taken for the next answer"


def test_a_timeout_is_silence(world: World, server: Running) -> None:
    world.add_fault({"operation": "CreateQuantumTask", "effect": "timeout", "seconds": 60})
    with pytest.raises(ReadTimeoutError):
        create(client(server, read_timeout=0.05))
    assert world.status()["tasks"] == 1


def test_garbage_travels_too(world: World, server: Running) -> None:
    world.add_fault({"operation": "CreateQuantumTask", "effect": "garbage-after"})
    with pytest.raises(KeyError):
        create(client(server))
    assert world.status()["tasks"] == 1


def test_threads_share_the_world(world: World, server: Running) -> None:
    braket = client(server)
    threads = [threading.Thread(target=create, args=(braket, str(number % 10))) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert world.status()["tasks"] == 10
    assert world.counts() == {"CreateQuantumTask": 40}


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.1", "example.org", ""])  # noqa: S104 - it must be refused
def test_other_machines_are_not_served(world: World, host: str) -> None:
    with pytest.raises(ValueError, match="only serves this machine"):
        serve(world, host)


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://evil.example", 403),
        ("http://localhost.evil.example", 403),
        ("http://127.0.0.1@evil.example", 403),
        ("null", 403),
        ("http://[", 403),
        ("", 403),
        ("http://localhost:3000", 200),
        ("http://127.0.0.1:8642", 200),
        ("http://[::1]:80", 200),
    ],
)
def test_a_web_page_of_elsewhere_cannot_drive_it(world: World, server: Running, origin: str, status: int) -> None:
    wire = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    authorization = "AWS4-HMAC-SHA256 Credential=K/20270115/us-east-1/braket/aws4_request"
    wire.request("POST", "/quantum-tasks", b'{"filters":[]}', {"authorization": authorization, "origin": origin})
    answer = wire.getresponse()
    answer.read()
    assert answer.status == status
    assert bool(world.counts()) == (status == 200)
    wire.close()
