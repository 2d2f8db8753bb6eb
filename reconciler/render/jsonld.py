"""Provenance in the terms of W3C PROV, as JSON-LD. The context stands inside: whoever reads it needs no network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

_XSD = "http://www.w3.org/2001/XMLSchema#"
_TIME = {"@type": f"{_XSD}dateTime"}
_ID = {"@type": "@id"}
CONTEXT: Final[Mapping[str, Any]] = {
    "@version": 1.1,
    "prov": "http://www.w3.org/ns/prov#",
    "qctl": {"@id": "urn:qctl:term:", "@prefix": True},
    "startedAtTime": {"@id": "prov:startedAtTime", **_TIME},
    "endedAtTime": {"@id": "prov:endedAtTime", **_TIME},
    "atLocation": {"@id": "prov:atLocation"},
    "wasGeneratedBy": {"@id": "prov:wasGeneratedBy", **_ID},
    "wasDerivedFrom": {"@id": "prov:wasDerivedFrom", **_ID},
    "wasAssociatedWith": {"@id": "prov:wasAssociatedWith", **_ID},
    "wasInformedBy": {"@id": "prov:wasInformedBy", **_ID},
    "used": {"@id": "prov:used", **_ID},
    "details": {"@id": "qctl:details", "@type": "@json"},
    "unknown": {"@id": "qctl:unknown", "@container": "@set"},
}
Node = dict[str, Any]


def jsonld(documents: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One graph about all of these results. Each node stands in it once."""
    nodes: dict[str, Node] = {}
    for document in documents:
        for node in _nodes(document):
            nodes.setdefault(node["@id"], node)
    return {"@context": dict(CONTEXT), "@graph": list(nodes.values())}


def _nodes(document: Mapping[str, Any]) -> Iterator[Node]:
    run, device, applied, result = (document[name] for name in ("run", "device", "applied", "result"))
    job = run["job"] or {}
    program = _name("program", job.get("digest") or run["program_digest"])
    activity = _name("run", run["token"], *([job["id"]] if job else []))
    yield {
        "@id": _name("result", result["sha256"], run["token"], *([job["id"]] if job else [])),
        "@type": "prov:Entity",
        "wasGeneratedBy": activity,
        "wasDerivedFrom": program,
        **({"atLocation": result["location"]} if result["location"] else {}),
        "details": {name: document[name] for name in ("address", "environment", "project", "result")},
        "unknown": document["unknown"],
    }
    machine = _name("device", device["id"] or "unknown")
    times = {"startedAtTime": document["times"]["submitted"], "endedAtTime": document["times"]["ended"]}
    yield {
        "@id": activity,
        "@type": "prov:Activity",
        **{name: text for name, text in times.items() if text},
        "used": [program, machine],
        **({"wasInformedBy": _name("command", applied["id"])} if applied else {}),
        "details": {"run": run, "cost": document["cost"], "times": document["times"]},
    }
    yield {"@id": program, "@type": "prov:Entity"}
    yield {"@id": machine, "@type": "prov:Entity", "details": device}
    if applied:
        yield from _command(applied)


def _command(applied: Mapping[str, Any]) -> Iterator[Node]:
    person, tool = _name("person", applied["who"], applied["host"]), _name("software", f"qctl-{applied['qctl']}")
    sources = {"manifests": applied["manifests"], "commit": applied["commit"]}
    used = [_name(kind, text) for kind, text in sources.items() if text]
    times = {"startedAtTime": applied["begun"], "endedAtTime": applied["ended"]}
    yield {
        "@id": _name("command", applied["id"]),
        "@type": "prov:Activity",
        **{name: text for name, text in times.items() if text},
        "used": used,
        "wasAssociatedWith": [person, tool],
        "details": dict(applied),
    }
    yield {"@id": person, "@type": ["prov:Agent", "prov:Person"]}
    yield {"@id": tool, "@type": ["prov:Agent", "prov:SoftwareAgent"]}
    for name in used:
        yield {"@id": name, "@type": "prov:Entity"}


def _name(kind: str, *parts: str) -> str:
    """A name that no text of anybody can leave: what is no letter or digit is written as its code."""
    return ":".join(["urn:qctl", kind, *(quote(part, safe="") for part in parts)])
