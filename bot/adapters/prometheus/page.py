"""The page that Prometheus reads, in whichever format it asks for."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping

from aiohttp import web
from prometheus_client import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from bot.adapters.prometheus import metrics
from bot.panel.errors import PanelError

_TIMEOUT = 2.0  # seconds for Redis: Prometheus waits for ten, and wants all the rest as well

Readings = Mapping[str, float | Mapping[str, float]]  # by gauge, of some by their label


class MetricsPage:
    """The page. What is the same for all processes is *read* each time, or else left out."""

    def __init__(self, read: Callable[[], Awaitable[Readings]]) -> None:
        self._read = read

    async def answer(self, request: web.Request) -> web.Response:
        """Return the page."""
        try:
            async with asyncio.timeout(_TIMEOUT):
                readings = await self._read()
        except (PanelError, TimeoutError):
            readings = {}
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        page = web.Response(body=encode(_All(readings)), headers={"Content-Type": content_type})
        page.force_close()
        return page


class _All(Collector):
    """All metrics: those of this process, and what was read of all."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def collect(self) -> Iterator[Metric]:
        yield from metrics.REGISTRY.collect()
        families = metrics.of_all_processes()
        for name, reading in self._readings.items():
            by_label = reading if isinstance(reading, Mapping) else {"": reading}
            for label, value in by_label.items():
                families[name].add_metric([label] if label else [], value)
            yield families[name]
