"""Where Pasqal Cloud is, and what its login pages take (endpoints.py and authentication.py of pasqal-cloud 0.24)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_AUDIENCE: Final = "https://apis.pasqal.cloud/account/api/v1"


@dataclass(frozen=True, slots=True)
class Region:
    """The addresses of one region, and the public client that people log in with."""

    name: str
    core: str
    account: str
    token: str
    client_id: str
    realm: str
    grant: str

    def user_form(self, username: str, password: str) -> Mapping[str, str]:
        """What a person's login sends."""
        return {
            "grant_type": self.grant,
            "realm": self.realm,
            "client_id": self.client_id,
            "audience": _AUDIENCE,
            "username": username,
            "password": password,
        }

    def client_form(self, client_id: str, client_secret: str) -> Mapping[str, str]:
        """What a service account's login sends."""
        return {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
            "audience": _AUDIENCE,
        }


REGIONS: Final[Mapping[str, Region]] = {
    "eu": Region(
        name="eu",
        core="https://apis.pasqal.cloud/core-fast",
        account="https://apis.pasqal.cloud/account",
        token="https://pasqal.eu.auth0.com/oauth/token",  # noqa: S106 - an address
        client_id="PeZvo7Atx7IVv3iel59asJSb4Ig7vuSB",
        realm="pcs-users",
        grant="http://auth0.com/oauth/grant-type/password-realm",
    ),
    "sa": Region(
        name="sa",
        core="https://apis.sa.pasqal.cloud/core-fast",
        account="https://apis.sa.pasqal.cloud/account",
        token="https://auth.sa.pasqal.cloud/realms/pasqal-cloud/protocol/openid-connect/token",  # noqa: S106 - as above
        client_id="cloud-sdk",
        realm="pasqal-cloud",
        grant="password",
    ),
}


def is_loopback(url: str) -> bool:
    """Whether the address is this machine's own."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
