import json
import subprocess
import sys

import httpx
import pytest

from reconciler.emulator.inprocess_httpx import LocalTransport
from reconciler.emulator.world import World

BATCHES = "https://apis.pasqal.cloud/core-fast/api/v1/batches"


@pytest.fixture
def client(world: World) -> httpx.Client:
    return httpx.Client(transport=LocalTransport(world), headers={"authorization": "Bearer any"})


def test_an_answer_is_one_of_pasqal(client: httpx.Client) -> None:
    answer = client.get(f"{BATCHES}/no%2Fthing/nowhere", params={"status": ["A", "B"]})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert answer.json()["status"] == "fail"
    assert answer.headers["content-length"] == str(len(answer.content))


@pytest.mark.parametrize(
    ("effect", "error"),
    [
        ("reset", httpx.RemoteProtocolError),
        ("lost", httpx.RemoteProtocolError),
        ("timeout", httpx.ReadTimeout),
        ("unreachable", httpx.ConnectError),
    ],
)
def test_a_broken_connection_is_an_error_of_httpx(
    world: World, client: httpx.Client, effect: str, error: type[httpx.TransportError]
) -> None:
    world.add_fault({"service": "pasqal", "effect": effect})
    with pytest.raises(httpx.TransportError) as caught:
        client.get(BATCHES)
    assert type(caught.value) is error
    assert world.calls()[-1].fault == effect
    assert client.get(BATCHES).content, "the fault is used up"


def test_no_host_is_reached(client: httpx.Client) -> None:
    """Not even one nobody has heard of: the local cloud's S3 answers it."""
    assert client.get("https://example.org/none").status_code in (403, 404)


def test_a_batch_is_made_and_read_without_anything_heavy() -> None:
    code = (
        "import sys, httpx\n"
        "from reconciler.emulator.inprocess_httpx import LocalTransport\n"
        "from reconciler.emulator.world import World\n"
        "from tests.emulator.pasqal_wire import BATCH, CORE\n"
        "world = World.open(':memory:')\n"
        "client = httpx.Client(transport=LocalTransport(world), headers={'authorization': 'Bearer any'})\n"
        "made = client.post(f'{CORE}/v1/batches', json=BATCH)\n"
        "print(client.get(f'{CORE}/v1/batches').json()['data'][0]['status'])\n"
        "print(sorted({'botocore', 'numpy', 'pulser', 'pasqal_cloud', 'requests', 'waitress'} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "PENDING\n[]\n"


def test_a_request_arrives_as_it_would_on_the_wire(client: httpx.Client) -> None:
    from reconciler.emulator.inprocess_httpx import to_request

    content = json.dumps({"a": 1}).encode()
    built = client.build_request("PATCH", f"{BATCHES}/a%2Fb/tags?tag=a%20b&tag=c", content=content)
    found = to_request(built)
    assert (found.method, found.host, found.body) == ("PATCH", "apis.pasqal.cloud", content)
    assert (found.path, found.query) == ("/core-fast/api/v1/batches/a%2Fb/tags", "tag=a%20b&tag=c")
    assert found.headers["authorization"] == "Bearer any"
    assert to_request(client.build_request("PATCH", BATCHES)).body == b""
