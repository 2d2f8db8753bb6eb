"""SARIF's own rules: the package pydantic-sarif has models that were generated from the standard's JSON Schema."""

from __future__ import annotations

from pydantic import ValidationError
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Sarif

__all__ = ["Sarif", "ValidationError"]
