"""Traces: where operators want them, and what they need is installed."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from bot.log_formats import find_trace_ids
from bot.panel.observing import Observer
from bot.settings.config import Config

_PORTS = {"http": 80, "https": 443}
_CAPTURING = ("span_only", "span_and_event")

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_traces(config: Config, role: str) -> AsyncIterator[Sequence[Observer]]:
    """Yield what makes traces of a process in that *role*: imported only where they are wanted."""
    if not config.traces_to:
        yield ()
        return
    try:
        from bot.adapters.telemetry.descriptions import ModelServer
        from bot.adapters.telemetry.exporting import Exporting
        from bot.adapters.telemetry.spans import current_ids
    except ModuleNotFoundError:
        log.warning("traces.not_installed", extra={"remedy": "pip install 'panelbot[traces]'"})
        yield ()
        return
    server = urlsplit(config.openai_base_url)
    port = server.port or _PORTS[server.scheme]
    place = ModelServer(server.hostname or "", port, config.provider)
    exporting = Exporting(role, place, captures=_captures(config))
    find_trace_ids(current_ids)
    try:
        yield [exporting.observer]
    finally:
        await exporting.close()


def _captures(config: Config) -> bool:
    """Whether what is said may be in traces: never what redactors have not seen."""
    if config.traced_content.casefold() not in _CAPTURING:
        return False
    from bot.adapters.functions import redactors

    if redactors.installed():
        log.warning("traces.without_content", extra={"reason": "redactors do not see it"})
        return False
    return True
