"""How the model's server is called, in messages to people and to operators."""

import httpx2

from bot.adapters.openai import azure

_KNOWN = {"api.openai.com": "OpenAI", "openrouter.ai": "OpenRouter"}


def short_name(url: httpx2.URL) -> str:
    """Return ``OpenAI``, ``Azure OpenAI``, or else the host and the port of *url*."""
    if azure.is_azure(url):
        return "Azure OpenAI"
    return _KNOWN.get(url.host) or url.netloc.decode()


def server_name(url: httpx2.URL) -> str:
    """Return the name, or ``the model server at HOST:PORT``."""
    name = short_name(url)
    return name if name != url.netloc.decode() else f"the model server at {name}"
