"""The connection to an OpenAI-compatible API."""

from collections.abc import Mapping
from functools import cache
from ssl import SSLContext
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
from openai import AsyncOpenAI, DefaultAsyncHttpxClient, Timeout
from openai._models import FinalRequestOptions

from bot.adapters.openai.file_bodies import body_with_files
from bot.adapters.openai.server.transport import AiohttpTransport
from bot.characters import whole_json

CONNECT = 5.0  # seconds


def connect(api_key: str, base_url: str, *, silence: float = 180) -> AsyncOpenAI:
    """Return a client that gives up after *silence* seconds without data.

    It repeats no request by itself: one that seems to have failed may have been carried out.
    """
    timeout = Timeout(silence, connect=CONNECT)
    transport = AiohttpTransport(_certificates(), _proxy(base_url))
    http = DefaultAsyncHttpxClient(timeout=timeout, transport=transport)
    return Client(
        api_key=api_key, base_url=base_url, timeout=timeout, max_retries=0, http_client=http
    )


@cache
def _certificates() -> SSLContext:
    """Return which certificates all clients trust: reading them takes longer than a request."""
    return httpx2.create_ssl_context()


def _proxy(base_url: str) -> str | None:
    """Return the proxy that the environment names for *base_url*, if it does."""
    url = urlsplit(base_url)
    if proxy_bypass(url.netloc.rpartition("@")[2]):
        return None
    proxies = getproxies()
    return proxies.get(url.scheme) or proxies.get("all")


class Client(AsyncOpenAI):
    """OpenAI's client, which sends no halves of characters, and encodes files as it sends them."""

    async def _prepare_options(self, options: FinalRequestOptions) -> FinalRequestOptions:
        if options.json_data is not None:
            options.json_data = whole_json(options.json_data)
            if body := body_with_files(options.json_data):
                given = options.headers if isinstance(options.headers, Mapping) else {}
                options.headers = {**given, "Content-Length": str(len(body))}
                options.content, options.json_data = body, None
        return options
