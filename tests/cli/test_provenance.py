"""Where a result is from: beside each file, printed, and as a graph that a real processor expands."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pyld import jsonld

from reconciler.core.provenance import Result, Tools, provenance
from reconciler.render.jsonld import jsonld as linked
from tests.cli.place import PROJECT, TASK, Place
from tests.core.test_provenance import CONTEXT, attempt

PROV = "http://www.w3.org/ns/prov#"
SHA = "0123456789abcdef0123456789abcdef01234567"


def _no_network(url: str, _options: object) -> Any:
    raise AssertionError(f"{url} was asked for")


def expanded(document: Any) -> dict[str, Any]:
    """Its nodes by their names, without asking any address."""
    nodes = jsonld.expand(document, {"documentLoader": _no_network})
    return {node["@id"]: node for node in nodes}


@pytest.fixture
def done(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr("reconciler.workflow.session._user", lambda: "ada")
    monkeypatch.setattr("socket.gethostname", lambda: "lab")
    (place.root / ".git").mkdir()
    (place.root / ".git" / "HEAD").write_text(SHA)
    place.finish()
    place.ok("cost")
    return place


def test_beside_each_result_stands_where_it_is_from(done: Place) -> None:
    done.ok("results", "--out", "out")
    assert sorted(p.name for p in Path("out").iterdir()) == [
        "QuantumTask_bell.json",
        "QuantumTask_bell.provenance.json",
    ]
    data = Path("out/QuantumTask_bell.json").read_bytes()
    (found,) = json.loads(Path("out/QuantumTask_bell.provenance.json").read_text("utf-8"))["results"]
    run = done.ok("show", "--json").json["resources"]["QuantumTask/bell"][0]
    assert found["result"] == {
        "file": "QuantumTask_bell.json",
        "bytes": len(data),
        "sha256": sha256(data).hexdigest(),
        "location": run["output"],
    }
    names = {"token": "token", "digest": "digest", "program": "program_digest", "id": "id", "status": "status"}
    assert {here: found["run"][there] for here, there in names.items()} == {name: run[name] for name in names}
    assert found["run"]["local"] is True
    entry = done.ok("log", "--json").json["entries"][0]
    assert found["applied"] == {name: entry[name] for name in found["applied"]}
    assert (found["applied"]["who"], found["applied"]["commit"]) == ("ada", SHA)
    assert found["times"]["submitted"] <= found["times"]["ended"]
    assert found["cost"]["actual"]["currency"] == "USD"
    assert {"times.started", "device.calibrated", "cost.estimate.most"} <= set(found["unknown"])


def test_printed_it_is_the_same(done: Place) -> None:
    done.ok("results", "--out", "out")
    (beside,) = json.loads(Path("out/QuantumTask_bell.provenance.json").read_text("utf-8"))["results"]
    (printed,) = done.ok("results", "--provenance").json["results"]
    assert printed == beside | {"result": beside["result"] | {"file": None}}


def test_a_processor_of_json_ld_reads_it_without_a_network(done: Place) -> None:
    (told,) = done.ok("results", "--provenance").json["results"]
    nodes = expanded(done.ok("results", "--provenance", "--format", "jsonld").json)
    (result,) = [n for name, n in nodes.items() if name.startswith("urn:qctl:result:")]
    run = nodes[result[f"{PROV}wasGeneratedBy"][0]["@id"]]
    command = nodes[run[f"{PROV}wasInformedBy"][0]["@id"]]
    agents = [nodes[agent["@id"]]["@type"] for agent in command[f"{PROV}wasAssociatedWith"]]
    assert result["@type"] == [f"{PROV}Entity"]
    assert run["@type"] == command["@type"] == [f"{PROV}Activity"]
    assert agents == [[f"{PROV}Agent", f"{PROV}Person"], [f"{PROV}Agent", f"{PROV}SoftwareAgent"]]
    assert run[f"{PROV}endedAtTime"][0]["@value"] == told["times"]["ended"]
    assert {u["@id"] for u in command[f"{PROV}used"]} == {
        f"urn:qctl:commit:{SHA}",
        f"urn:qctl:manifests:{told['applied']['manifests']}",
    }
    assert result[f"{PROV}wasDerivedFrom"][0]["@id"] == f"urn:qctl:program:{told['run']['program_digest']}"
    literal = run["urn:qctl:term:details"][0]
    assert (literal["@type"], literal["@value"]["cost"]) == ("@json", told["cost"])
    named = {ref["@id"] for node in nodes.values() for key in node if key.startswith(PROV) for ref in _refs(node[key])}
    assert named <= nodes.keys(), "whatever is named is there"


def _refs(values: Any) -> list[Any]:
    return [value for value in values if isinstance(value, dict) and "@id" in value]


def test_a_run_without_a_result_has_no_provenance_and_is_no_success(place: Place) -> None:
    ran = place.run("results", "--provenance")
    assert (ran.code, ran.json["results"]) == (1, [])


def test_an_adopted_run_was_sent_by_nobody_here(done: Place) -> None:
    for file in (done.root / "state").glob("place.default.*"):
        if file.is_file():
            file.unlink()
    done.ok("apply", "--auto-approve")
    (found,) = done.ok("results", "--provenance").json["results"]
    assert found["applied"] is None
    assert "applied" in found["unknown"]


def test_a_run_called_like_a_provenance_overwrites_nothing(place: Place) -> None:
    place.declare("ghz", "ghz.provenance")
    place.finish()
    place.ok("results", "--out", "out")
    files = {p.name: json.loads(p.read_text("utf-8")) for p in Path("out").iterdir()}
    results = {name for name, data in files.items() if "measurements" in data}
    assert results == {"QuantumTask_ghz.json", "QuantumTask_ghz.provenance.json"}
    assert len(files) == 4


def test_names_of_others_are_no_part_of_a_graph() -> None:
    """A host or a device that is called like a piece of JSON-LD names nothing but itself."""
    evil = 'https://evil.example/"> <prov:x> @id \u202e\n'
    made = provenance(
        CONTEXT, "QuantumTask/a", attempt(device=evil, output=evil), None, Result(b"{}"), None, Tools("1", {})
    )
    nodes = expanded(linked([made]))
    assert all(name.startswith("urn:qctl:") and name.isascii() and " " not in name for name in nodes)


def test_the_manifest_of_the_page_is_no_other(place: Place) -> None:
    """The digest of the manifests is the same for the same texts, wherever the folder stands."""
    place.ok("apply", "--auto-approve")
    first = place.ok("log", "--json").json["entries"][0]["manifests"]
    (place.root / "qctl.yaml").write_text(PROJECT + TASK.replace("NAME", "other"), "utf-8")
    place.ok("apply", "--auto-approve")
    place.declare("bell")
    place.ok("apply", "--auto-approve", "--replace", "QuantumTask/bell")
    found = [e["manifests"] for e in place.ok("log", "--json").json["entries"]]
    assert found[0] == first != found[1]
