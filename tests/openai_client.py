"""The bot's client of OpenAI's API, connected with the local OpenAI."""

from bot.adapters.openai.server.client import Client, connect
from bot.playground.openai.server import OpenAIPlayground


def strict_client(server: OpenAIPlayground) -> Client:
    """Return a client that refuses answers of another shape than OpenAI's, where it has one."""
    client = connect(server.api_key, server.base_url)
    client._strict_response_validation = True
    return client
