"""A project's settings of Pasqal Cloud. Secrets have no place here: they come from the environment."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, model_validator

from reconciler.core.device_name import DEVICE_TYPE, PASQAL
from reconciler.manifest.settings import Settings

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SHORTEST_WINDOW = 60  # seconds; of the real service, which answers after it acted
_USER_LOGIN = "PASQAL_USERNAME and PASQAL_PASSWORD"
_CLIENT_LOGIN = "PASQAL_CLIENT_ID and PASQAL_CLIENT_SECRET"
_LOGINS = {
    "username": _USER_LOGIN,
    "password": _USER_LOGIN,
    "clientId": _CLIENT_LOGIN,
    "clientSecret": _CLIENT_LOGIN,
    "token": "PASQAL_TOKEN",
}


def _check_project_id(project_id: str) -> str:
    if not _UUID.fullmatch(project_id):
        raise ValueError("a project id of Pasqal is a UUID, like 00000000-0000-4000-8000-00000000c0de")
    return project_id.lower()  # one project, one spelling: records of it are compared as texts


def _check_endpoint(url: str) -> str:
    parts = _split(url)
    if parts is None or not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError('an endpoint is written like "https://host/path", without a user, a password or a query')
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise ValueError("an endpoint is https: it is sent a login; only this machine's own (127.0.0.1) may be http")
    return url.rstrip("/")


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        return parts if parts.port != 0 and url.isprintable() and " " not in url else None
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_device_type(name: str) -> str:
    if not DEVICE_TYPE.fullmatch(name):
        raise ValueError("a device type of Pasqal has capital letters, digits and _, like FRESNEL or EMU_FREE")
    return name


Endpoint = Annotated[str, AfterValidator(_check_endpoint)]


class PasqalDevice(Settings):
    """A device of Pasqal among the project's devices."""

    pasqal: Annotated[
        str, AfterValidator(_check_device_type), Field(description="A device type of Pasqal: `FRESNEL`, `EMU_FREE`.")
    ]

    @property
    def text(self) -> str:
        """`pasqal:FRESNEL`."""
        return PASQAL + self.pasqal


class PasqalEndpoints(Settings):
    """Other addresses of the service."""

    core: Annotated[Endpoint | None, Field(description="Batches, jobs, workloads and devices.")] = None
    account: Annotated[Endpoint | None, Field(description="Projects.")] = None
    token: Annotated[Endpoint | None, Field(description="Where a login is exchanged for a token.")] = None


class Pasqal(Settings):
    """Pasqal Cloud."""

    refused_keys: ClassVar[Mapping[str, str]] = {
        key: f"Remove it: no secret stands in a manifest. Set {names} in the environment."
        for key, names in _LOGINS.items()
    }
    """Keys that people expect here, each with what to do instead."""

    mode: Annotated[
        Literal["local", "cloud"],
        Field(description="`local`: the local cloud, free. `cloud`: the real one, which costs money."),
    ] = "local"
    project_id: Annotated[
        Annotated[str, AfterValidator(_check_project_id)] | None,
        Field(description="The project of Pasqal Cloud that pays: required for mode `cloud`."),
    ] = None
    region: Annotated[Literal["eu", "sa"], Field(description="Where the service runs: Europe, or Saudi Arabia.")] = "eu"
    endpoints: Annotated[PasqalEndpoints | None, Field(description="Other addresses of the service.")] = None
    window: Annotated[
        int,
        Field(
            ge=0,
            le=86_400,
            description="Seconds in which a submission whose answer was lost is looked for; at least 60 in mode "
            "`cloud`.",
        ),
    ] = 300

    @model_validator(mode="after")
    def _fits_the_mode(self) -> Self:
        problems = self._local_problems() if self.mode == "local" else self._cloud_problems()
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _local_problems(self) -> list[str]:
        given = [name for name, value in (("projectId", self.project_id), ("endpoints", self.endpoints)) if value]
        return [f'{" and ".join(given)}: only for mode "cloud", the local cloud has its own'] if given else []

    def _cloud_problems(self) -> list[str]:
        problems = [] if self.project_id else ['mode "cloud" needs the projectId of the project that pays']
        if self.window < _SHORTEST_WINDOW:
            problems.append(
                f"a window of {self.window} seconds is too short, {_SHORTEST_WINDOW} is the least: "
                "the service may show a batch minutes after it took it"
            )
        return problems
