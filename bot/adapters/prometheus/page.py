"""The page that Prometheus reads, in whichever format it asks for."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence

from aiohttp import web
from prometheus_client import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from bot.adapters.prometheus import metrics
from bot.panel.errors import PanelError

_TIMEOUT = 2.0  # seconds for Redis: Prometheus waits for ten, and wants all the rest as well


class MetricsPage:
    """The page; *read* sets the metrics that all processes share."""

    def __init__(self, read: Callable[[], Awaitable[None]]) -> None:
        self._read = read

    async def answer(self, request: web.Request) -> web.Response:
        shown = [metrics.REGISTRY]
        try:
            async with asyncio.timeout(_TIMEOUT):
                await self._read()
            shown.append(metrics.SHARED)
        except (PanelError, TimeoutError):
            pass  # an old figure would look like a new one
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        page = web.Response(body=encode(_Several(shown)), headers={"Content-Type": content_type})
        page.force_close()
        return page


class _Several(Collector):
    """Metrics of several registries."""

    def __init__(self, registries: Sequence[Collector]) -> None:
        self._registries = registries

    def collect(self) -> Iterator[Metric]:
        for registry in self._registries:
            yield from registry.collect()
