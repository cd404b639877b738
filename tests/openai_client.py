"""The bot's client of OpenAI's API, connected with the local OpenAI."""

from typing import Any

from openai import AsyncOpenAI

from bot.adapters.openai.server.client import Client
from bot.playground.openai.server import OpenAIPlayground


def strict_client(server: OpenAIPlayground, **more: Any) -> AsyncOpenAI:
    """Return a client that repeats nothing, and refuses answers of another shape than OpenAI's."""
    return Client(
        api_key=server.api_key,
        base_url=server.base_url,
        max_retries=0,
        _strict_response_validation=True,
        **more,
    )
