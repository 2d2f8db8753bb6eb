"""Findings in SARIF 2.1.0 (OASIS), as code scanning shows them on the line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final
from urllib.parse import quote

from reconciler.core.diagnostic import Diagnostic, in_order
from reconciler.core.digest import sha256
from reconciler.render.markdown import prose
from reconciler.render.visible import visible

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_PAGE = "diagnostics.md"
FINGERPRINT: Final = "qctl/v1"
"""The key of our fingerprints; GitHub reads another one, see `code_scanning`."""
_ROOT = "SRCROOT"  # whoever uploads the file says where the project is


def sarif(found: Iterable[Diagnostic], version: str) -> dict[str, Any]:
    """One run with a result for each finding. The same findings give the same document."""
    ordered = in_order(found)
    codes = sorted({d.code for d in ordered})
    driver = {"name": "qctl", "semanticVersion": version, "rules": [_rule(code, ordered) for code in codes]}
    seen: Counter[str] = Counter()
    results = [_result(d, codes.index(d.code), seen) for d in ordered]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


@cache
def rules() -> Mapping[str, tuple[str, str]]:
    """Code, meaning and remedy of each finding, from the table of docs/diagnostics.md."""
    text = resources.files("reconciler.render").joinpath("rules.tsv").read_text("utf-8")
    return {code: (meaning, remedy) for code, meaning, remedy in (line.split("\t") for line in text.splitlines())}


def _rule(code: str, found: Sequence[Diagnostic]) -> dict[str, Any]:
    first = next(d for d in found if d.code == code)
    meaning, remedy = rules().get(code, (prose(first.detail), prose(first.remedy)))  # ours, or harmless
    return {
        "id": code,
        "name": "".join(part.capitalize() for part in code.replace("/", "-").split("-")),
        "shortDescription": {"text": visible(first.summary)},
        "fullDescription": {"text": meaning},
        "help": {"text": f"{meaning} {remedy}".strip(), "markdown": f"{meaning}\n\n{remedy}".strip()},
        "defaultConfiguration": {"level": str(first.severity)},
    }


def _result(found: Diagnostic, rule: int, seen: Counter[str]) -> dict[str, Any]:
    text = f"{visible(found.detail)} {visible(found.remedy)}".strip() or visible(found.summary)
    text = text.replace("](", "]\u200b(")  # SARIF reads links even in plain texts (3.11.6)
    data: dict[str, Any] = {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": str(found.severity),
        "message": {"text": text},
        "partialFingerprints": {FINGERPRINT: _fingerprint(found, seen)},
    }
    if found.where is not None or found.address:
        data["locations"] = [_location(found)]
    return data


def _location(found: Diagnostic) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if found.where is not None:
        artifact = {"uri": _uri(found.where.file), "uriBaseId": _ROOT}
        data["physicalLocation"] = {"artifactLocation": artifact}
        if found.where.line:
            data["physicalLocation"]["region"] = _region(found)
    if found.address:
        data["logicalLocations"] = [{"fullyQualifiedName": visible(found.address), "kind": "resource"}]
    return data


def _region(found: Diagnostic) -> dict[str, Any]:
    where = found.where
    if where is None or not where.column:
        return {"startLine": where.line if where else 1}
    region = {"startLine": where.line, "startColumn": where.column, "endColumn": where.column + max(1, where.length)}
    excerpt = found.excerpt or where.excerpt
    return {**region, "snippet": {"text": visible(excerpt)}} if excerpt else region


def _uri(file: str) -> str:
    """Relative, with forward slashes; a colon is `%3A`, or what stands before it would look like a scheme."""
    path = quote(file.encode("utf-8", "surrogatepass"), safe="/-._~")
    return path or "."


def _fingerprint(found: Diagnostic, seen: Counter[str]) -> str:
    """The same though lines were added above: by what it is about, not where it stands."""
    file = found.where.file if found.where else ""
    excerpt = (found.excerpt or (found.where.excerpt if found.where else "")).strip()
    told = "\0".join((found.code, file, found.address, excerpt or found.detail))
    digest = sha256(told.encode("utf-8", "surrogatepass").hex())
    seen[digest] += 1
    return f"{digest[:32]}:{seen[digest]}"
