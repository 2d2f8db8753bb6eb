"""GitHub's code scanning on this machine: what it takes, what it refuses at once, and what it refuses on reading.

Sources: the REST reference of "Upload an analysis as SARIF data" (202, 400, 403, 404, 413), and the page "SARIF support
for code scanning": what is required of a result, that a file is refused as a whole, and that a second one of the same
tool and category for a commit takes the place of the first.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.render.sarif_rules import sarif_faults

_MOST_BYTES, _MOST_RESULTS = 10_000_000, 25_000
_COMMIT = re.compile(r"[0-9a-fA-F]{40}")
_REF = re.compile(r"refs/(?:heads|tags|pull)/.+")
Answer = tuple[int, Any, dict[str, str]]


@dataclass
class Analysis:
    """One report that was taken."""

    commit: str
    ref: str
    document: Any
    errors: list[str]

    @property
    def category(self) -> str:
        """What tells it from others of the same tool."""
        return str(self.document["runs"][0].get("automationDetails", {}).get("id", "")).rpartition("/")[0]

    def lines(self) -> list[tuple[str, str, int]]:
        """Rule, file and line of each finding, as they are shown."""
        return [_shown(result) for result in self.document["runs"][0]["results"]]


@dataclass
class ScanningFake:
    """Analyses by their ids. Each is read after it was asked for once."""

    on: bool = True
    taken: dict[str, Analysis] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def shown(self, ref: str) -> dict[str, list[tuple[str, str, int]]]:
        """What stands on the lines of a ref, by category: the latest of each that could be read."""
        return {a.category: a.lines() for a in self.taken.values() if a.ref == ref and not a.errors}

    def answer(self, method: str, upload: str, body: Any) -> Answer:
        """One request, of a token that has the right."""
        if not self.on:
            return 403, {"message": "Code scanning is not enabled for this repository."}, {}
        if method == "POST" and not upload:
            return self._take(body)
        if method != "GET" or upload not in self.taken:
            return 404, {"message": "Not Found"}, {}
        self.asked.append(upload)
        if self.asked.count(upload) == 1:
            return 200, {"processing_status": "pending"}, {}
        errors = self.taken[upload].errors
        return 200, {"processing_status": "failed" if errors else "complete", "errors": errors or None}, {}

    def _take(self, body: Any) -> Answer:
        if not _COMMIT.fullmatch(body.get("commit_sha", "")) or not _REF.fullmatch(body.get("ref", "")):
            return 422, {"message": "Invalid request.", "errors": ["commit_sha and ref"]}, {}
        if set(body) - {"commit_sha", "ref", "sarif", "checkout_uri", "started_at", "tool_name", "validate"}:
            return 422, {"message": "Invalid request.", "errors": ["unknown keys"]}, {}
        try:
            packed = base64.b64decode(body["sarif"], validate=True)
            if len(packed) > _MOST_BYTES:
                return 413, {"message": "Payload Too Large"}, {}
            document = json.loads(gzip.decompress(packed))
        except (KeyError, binascii.Error, OSError, EOFError, ValueError):
            return 400, {"message": "Invalid SARIF. The file is no gzip of JSON in base64."}, {}
        upload = f"47177e22-5596-11eb-80a1-{len(self.taken):012}"
        self.taken[upload] = Analysis(body["commit_sha"], body["ref"], document, list(_problems(document)))
        return 202, {"id": upload, "url": f"/code-scanning/sarifs/{upload}"}, {}


def _problems(document: Any) -> Iterator[str]:
    """One is enough for a report to be refused."""
    if not document.get("$schema") or document.get("version") != "2.1.0" or len(document.get("runs", ())) != 1:
        yield "not SARIF 2.1.0 of one run"
        return
    yield from sarif_faults(document)
    (run,) = document["runs"]
    for rule in run["tool"]["driver"]["rules"]:
        texts = [rule["id"], *(rule.get(n, {}).get("text") for n in ("shortDescription", "fullDescription", "help"))]
        if not all(texts) or len(texts[1]) > 1024 or len(texts[2]) > 1024:
            yield f"rule {rule['id']} lacks a text, or it is too long"
    if len(run["results"]) > _MOST_RESULTS:
        yield "too many results"
    for result in run["results"]:
        yield from _problems_of(result)


def _problems_of(result: Any) -> Iterator[str]:
    if not result["message"]["text"]:
        yield "expected a message"
    if not result.get("partialFingerprints", {}).get("primaryLocationLineHash"):
        yield "expected a fingerprint"  # there it only makes the same finding a new one each time
    if not result.get("locations"):
        yield "locationFromSarifResult: expected at least one location"
    elif not (place := result["locations"][0].get("physicalLocation")):
        yield "locationFromSarifResult: expected a physical location"
    elif not place.get("artifactLocation", {}).get("uri"):
        yield "locationFromSarifResult: expected artifact location"
    elif place["region"]["startLine"] < 1:
        yield "expected a line"


def _shown(result: Any) -> tuple[str, str, int]:
    place = result["locations"][0]["physicalLocation"]
    return result["ruleId"], unquote(place["artifactLocation"]["uri"]), place["region"]["startLine"]
