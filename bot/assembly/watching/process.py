"""How a process is watched: it tells over HTTP how it fares, and observers hear what goes on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.assembly.parts import Readiness
from bot.assembly.watching.health import open_health
from bot.assembly.watching.metrics import open_metrics
from bot.assembly.watching.traces import open_traces
from bot.panel import observing
from bot.settings.config import Config


@asynccontextmanager
async def open_watching(config: Config, role: str, readiness: Readiness) -> AsyncIterator[None]:
    """Let the current task, with all that it starts, be watched in its *role*."""
    async with (
        open_metrics(config, role, readiness) as metering,
        open_traces(config, role) as tracing,
    ):
        observing.bind([*metering.observers, *tracing])
        async with open_health(config, readiness, metering.page):
            yield
