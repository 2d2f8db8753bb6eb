"""How a project reaches Pasqal Cloud: the real one, or the local cloud in this process."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

from reconciler.cli.clouds import LocalCloud
from reconciler.core.ports import Clock
from reconciler.providers.kind import Cloud
from reconciler.providers.price_lists import PriceLists
from reconciler.workflow.clock import SystemClock

if TYPE_CHECKING:
    from reconciler.manifest.project_pasqal import Pasqal
    from reconciler.providers.pasqal.client import PasqalClient

LOCAL_PROJECT = "00000000-0000-4000-8000-00000000c0de"
"""The one project of the local Pasqal."""


class PasqalSetup:
    """How this project reaches Pasqal Cloud. Opens and imports nothing before it is asked for."""

    def __init__(self, settings: Pasqal, local_cloud: LocalCloud, prices: PriceLists) -> None:
        self._settings = settings
        self._prices = prices
        self._local_cloud = local_cloud
        self._client: PasqalClient | None = None

    @property
    def local(self) -> bool:
        """Whether it is the local cloud."""
        return self._settings.mode == "local"

    @property
    def clock(self) -> Clock:
        """The time of that cloud."""
        return self._local_cloud.clock if self.local else SystemClock()

    def client(self) -> PasqalClient:
        """The client, in this process answered by the local cloud when that is chosen."""
        if self._client is None:
            self._client = self._connect()
        return self._client

    def cloud(self) -> Cloud:
        """The verbs."""
        from reconciler.providers.pasqal.cloud import PasqalCloud  # httpx: only when a cloud is needed

        window = timedelta(seconds=self._settings.window)
        return PasqalCloud(self.client(), self.clock, window, self._prices, local=self.local)

    def _connect(self) -> PasqalClient:
        from reconciler.providers.pasqal.auth import Login  # httpx, as above
        from reconciler.providers.pasqal.client import Access, PasqalClient

        settings = self._settings
        if self.local:
            from reconciler.emulator.inprocess_httpx import LocalTransport

            transport = LocalTransport(self._local_cloud.world())
            # Nothing of the real login may even be read.
            login = Login("the local cloud", token="token-of-the-local-cloud")  # noqa: S106 - it takes any
            access = Access(LOCAL_PROJECT, settings.region, transport=transport, login=login, rates=False)
            return PasqalClient(access, {}, self.clock)
        endpoints = settings.endpoints
        core, token = (endpoints.core, endpoints.token) if endpoints else (None, None)
        return PasqalClient(Access(settings.project_id or "", settings.region, core, token), os.environ, self.clock)
