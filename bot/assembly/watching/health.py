"""The port on which every process tells how it fares, if it is given one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.adapters.slack.http.health import health_app
from bot.adapters.slack.http.serving import serve_http
from bot.assembly.parts import Readiness
from bot.settings.config import Config

if TYPE_CHECKING:
    from bot.adapters.prometheus.page import MetricsPage


@asynccontextmanager
async def open_health(
    config: Config, readiness: Readiness, metrics: "MetricsPage | None" = None
) -> AsyncIterator[None]:
    """Answer for as long as the block runs, from its start to the end of its draining."""
    if not config.health_port:
        yield
        return
    app, listening = health_app(readiness.obstacle), asyncio.Event()
    if metrics:
        app.router.add_get("/metrics", metrics.answer)
    serving = serve_http(
        app, config.host, config.health_port, listening.set, setting="PANELBOT_HEALTH_PORT"
    )
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(serving)
        yield
        task.cancel()
