"""The connection to an OpenAI-compatible API."""

from collections.abc import Mapping
from functools import cache
from ssl import SSLContext
from typing import Any

import httpx2
from openai import AsyncOpenAI, DefaultAsyncHttpxClient, Timeout
from openai._models import FinalRequestOptions

from bot.adapters.openai.file_bodies import body_with_files
from bot.characters import whole_json
from bot.panel.intake import lease

CONNECT = 5.0  # seconds
# Headers and body go out one after the other, and a worker may stand still between them.
_SENDING = ("send_request_headers.started", "send_request_body.started")


def connect(api_key: str, base_url: str, *, silence: float = 180) -> AsyncOpenAI:
    """Return a client that gives up after *silence* seconds without data.

    It repeats no request by itself: one that seems to have failed may have been carried out.
    """
    timeout = Timeout(silence, connect=CONNECT)
    transport = DefaultAsyncHttpxClient(
        timeout=timeout, event_hooks={"request": [_under_lease]}, verify=_certificates()
    )
    return Client(
        api_key=api_key, base_url=base_url, timeout=timeout, max_retries=0, http_client=transport
    )


@cache
def _certificates() -> SSLContext:
    """Return which certificates all clients trust: reading them takes longer than a request."""
    return httpx2.create_ssl_context()


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


async def _under_lease(request: httpx2.Request) -> None:
    """Let the request go out only if its turn is ours at that very moment."""
    request.extensions["trace"] = _check


async def _check(step: str, _info: dict[str, Any]) -> None:
    if step.endswith(_SENDING):
        lease.check()
