from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ServiceError(Exception):
    """An error the service answers with. `code` is the name of an error shape; `members` are its other members."""

    code: str
    message: str
    members: Mapping[str, Any] = field(default_factory=dict)


def invalid(message: str, **members: Any) -> ServiceError:
    return ServiceError("ValidationException", message, members)


def not_found(message: str) -> ServiceError:
    return ServiceError("ResourceNotFoundException", message)
