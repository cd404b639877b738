"""Whether anybody listens where the model server should be: OpenAI's client takes long to load."""

import asyncio
from urllib.parse import urlsplit
from urllib.request import getproxies

from bot.addresses import without_password
from bot.panel.checks.findings import Finding, bad

_TIMEOUT = 5.0  # seconds
_PORTS = {"http": 80, "https": 443}


def no_answer(url: object) -> Finding:
    """Return that the server at *url* does not answer."""
    remedy = "Check OPENAI_BASE_URL and whether this machine may reach it."
    return bad(f"No answer from {without_password(url)}", remedy)


async def nobody_listens(url: str) -> Finding | None:
    """Return a finding if nobody certainly listens at *url*; a proxy may know the way."""
    parts = urlsplit(url)
    if getproxies() or not parts.hostname:
        return None
    try:
        async with asyncio.timeout(_TIMEOUT):
            port = parts.port or _PORTS.get(parts.scheme)
            _, writer = await asyncio.open_connection(parts.hostname, port)
    except OSError:
        return no_answer(url)
    writer.close()
    return None
