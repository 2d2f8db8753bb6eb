"""How a project reaches Amazon Braket: the real one, or the local cloud in this process."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reconciler.cli.clouds import LocalCloud, Problem
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.ports import Clock, Shelf
from reconciler.providers.kind import Cloud
from reconciler.providers.price_lists import PriceLists
from reconciler.workflow.clock import SystemClock

if TYPE_CHECKING:
    from reconciler.emulator.world import World
    from reconciler.manifest.project import Braket
    from reconciler.providers.braket.client import BraketClient

LOCAL_REGION = "us-east-1"


class BraketSetup:
    """How this project reaches Braket. Opens and imports nothing before it is asked for."""

    def __init__(
        self, settings: Braket, local_cloud: LocalCloud, parallelism: int, prices: PriceLists, shelf: Shelf
    ) -> None:
        self._settings = settings
        self._prices = prices
        self._local_cloud = local_cloud
        self._pool = parallelism
        self._shelf = shelf
        self._client: BraketClient | None = None

    @property
    def local(self) -> bool:
        """Whether it is the local cloud."""
        return self._settings.mode == "local"

    @property
    def region(self) -> str:
        """Where simulators run. Raises Problem if nobody says."""
        return self._settings.region or (LOCAL_REGION if self.local else self._aws_region())

    @property
    def clock(self) -> Clock:
        """The time of that cloud."""
        return self._local_cloud.clock if self.local else SystemClock()

    def world(self) -> World:
        """The local cloud. Raises Problem."""
        return self._local_cloud.world()

    def client(self) -> BraketClient:
        """The client, in this process answered by the local cloud when that is chosen."""
        if self._client is None:
            self._client = self._connect()
        return self._client

    def cloud(self) -> Cloud:
        """The verbs."""
        from reconciler.providers.braket.cloud import BraketCloud  # botocore: only when a cloud is needed

        return BraketCloud(self.client(), self.clock, self._prices, local=self.local)

    def _connect(self) -> BraketClient:
        from reconciler.providers.braket.client import Access, BraketClient  # botocore, as above

        if not self.local:
            settings = self._settings
            access = Access(self.region, settings.profile, settings.endpoint_url, pool=self._pool)
            return BraketClient(access, self.clock, self._shelf)
        from reconciler.emulator.inprocess import hook

        access = Access(self.region, hook=hook(self._local_cloud.world()), rates=False, pool=self._pool)
        return BraketClient(access, self.clock, self._shelf)

    def _aws_region(self) -> str:
        given = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        if given:
            return given
        import botocore.session  # only when neither manifest nor environment says the region
        from botocore.exceptions import BotoCoreError

        try:
            configured = botocore.session.Session(profile=self._settings.profile).get_config_variable("region")
        except BotoCoreError as error:
            remedy = "Correct spec.providers.braket.profile, or your AWS configuration."
            raise Problem(Diagnostic("aws/profile", "AWS profile can't be used", str(error), remedy)) from error
        if configured:
            return str(configured)
        detail = "Neither the project, AWS_REGION nor the AWS profile says in which region simulators run."
        remedy = "Set spec.providers.braket.region."
        raise Problem(Diagnostic("aws/no-region", "No AWS region", detail, remedy))
