"""The connection to an OpenAI-compatible API."""

from collections.abc import Mapping
from functools import cache, cached_property
from ssl import SSLContext
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
from openai import AsyncOpenAI, DefaultAsyncHttpxClient, Timeout
from openai._models import FinalRequestOptions

from bot.adapters.openai.file_bodies import FileBody, encoded
from bot.adapters.openai.server.json_api import JsonApi
from bot.adapters.openai.server.transport import AiohttpTransport
from bot.characters import whole_json

CONNECT = 5.0  # seconds


class _Http(DefaultAsyncHttpxClient):
    """OpenAI's way over httpx2, with the *transport* that is ours."""

    def __init__(self, transport: AiohttpTransport, timeout: Timeout) -> None:
        super().__init__(transport=transport, timeout=timeout)
        self.transport = transport


class Client(AsyncOpenAI):
    """OpenAI's client, which sends no halves of characters, and encodes files as it sends them."""

    _client: _Http

    @cached_property
    def json(self) -> JsonApi:
        """The same server without models of requests and answers."""
        return self.json_with({})

    def json_with(self, headers: Mapping[str, str]) -> JsonApi:
        """Return the same with further *headers* in each request."""
        return JsonApi(self, self._client.transport, headers)

    async def _prepare_options(self, options: FinalRequestOptions) -> FinalRequestOptions:
        if options.files:  # whose form these are
            options.json_data = whole_json(options.json_data)
        elif options.json_data is not None:
            body = encoded(options.json_data)
            if isinstance(body, FileBody):
                given = options.headers if isinstance(options.headers, Mapping) else {}
                options.headers = {**given, "Content-Length": str(len(body))}
            options.content, options.json_data = body, None
        return options


def connect(api_key: str, base_url: str, *, silence: float = 180) -> Client:
    """Return a client that gives up after *silence* seconds without data.

    It repeats no request by itself: one that seems to have failed may have been carried out.
    """
    timeout = Timeout(silence, connect=CONNECT)
    return Client(
        api_key=api_key,
        base_url=base_url,
        timeout=timeout,
        max_retries=0,
        http_client=_Http(AiohttpTransport(_certificates(), _proxy(base_url)), timeout),
    )


@cache
def _certificates() -> SSLContext:
    """Return which certificates all clients trust: reading them takes longer than a request."""
    return httpx2.create_ssl_context()


def _proxy(base_url: str) -> str | None:
    url = urlsplit(base_url)
    if proxy_bypass(url.netloc.rpartition("@")[2]):
        return None
    proxies = getproxies()
    return proxies.get(url.scheme) or proxies.get("all")
