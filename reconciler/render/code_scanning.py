"""Our SARIF as forges take it: paths from the repository's root, a place for every finding, and no more than is read.

What GitHub asks beyond the standard is in its page "SARIF support for code scanning"; GitLab's form is in its page
"Code Quality".
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, unquote

from reconciler.core.digest import sha256
from reconciler.render.sarif import FINGERPRINT

TOOL: Final = "qctl"
MOST: Final = 5_000
"""So many results of a run are shown by GitHub; a file with five times as many is refused as a whole."""
_LEVELS: Final = ("error", "warning", "note", "none")
_SEVERITIES: Final = {"error": "major", "warning": "minor"}
_MANIFEST = "qctl.yaml"  # where findings stand that are about no line: it is what every project has


class NotSarif(ValueError):  # noqa: N818 - errors are named after the problem, as in the rest of the package
    """A file that holds no findings of qctl."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is sent, and how many findings of how many are in it."""

    document: Mapping[str, Any]
    shown: int
    found: int


def prepared(document: Any, folder: str, category: str) -> Prepared:
    """The document for GitHub. `folder` is the project's, from the repository's root. Raises NotSarif.

    Each project and environment is a category of its own, or the findings of one would replace those of another.
    """
    try:
        (run,) = document["runs"]
        maker = run["tool"]["driver"]["name"]
        worst = sorted(run["results"], key=lambda result: _LEVELS.index(result["level"]))  # stable: else as they stand
        results = [_placed(result, folder) for result in worst[:MOST]]
        mended = run | {"results": results, "automationDetails": {"id": f"{category}/"}}
        whole = document | {"runs": [mended]}
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise NotSarif("it is not what `qctl plan --sarif` writes") from error
    if maker != TOOL:
        raise NotSarif("it holds the findings of another tool")
    return Prepared(whole, len(results), len(worst))


def code_quality(document: Any, folder: str) -> list[dict[str, Any]]:
    """The same findings in GitLab's form. Raises NotSarif."""
    (run,) = prepared(document, folder, TOOL).document["runs"]
    return [_quality(result, folder) for result in run["results"]]


def _placed(result: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """With a place, for GitHub refuses a whole file for one result that has none, and with the key that it reads."""
    first = dict(result.get("locations", [{}])[0])
    place = first.get("physicalLocation") or {"artifactLocation": {"uri": _MANIFEST}}
    path = posixpath.join(quote(folder, safe="/-._~"), place["artifactLocation"]["uri"])
    region = {"startLine": 1} | place.get("region", {})
    location = first | {
        "physicalLocation": {
            "artifactLocation": {"uri": posixpath.normpath(path)},
            "region": region | {"endLine": region["startLine"]},
        }
    }
    prints = {"primaryLocationLineHash": result["partialFingerprints"][FINGERPRINT]}
    return {**result, "locations": [location], "partialFingerprints": result["partialFingerprints"] | prints}


def _quality(result: Mapping[str, Any], folder: str) -> dict[str, Any]:
    place = result["locations"][0]["physicalLocation"]
    return {
        "description": result["message"]["text"],
        "check_name": result["ruleId"],
        "fingerprint": sha256(f"{folder}\0{result['partialFingerprints'][FINGERPRINT]}"),  # jobs share one list
        "severity": _SEVERITIES.get(result["level"], "info"),
        "location": {
            "path": unquote(place["artifactLocation"]["uri"]),
            "lines": {"begin": place["region"]["startLine"]},
        },
    }
