"""The connection to an OpenAI-compatible API."""

from openai import AsyncOpenAI, Timeout

CONNECT = 5.0  # seconds


def connect(api_key: str, base_url: str, *, silence: float = 180) -> AsyncOpenAI:
    """Return a client that gives up after so many seconds of *silence*.

    It repeats no request by itself: one that seems to have failed may have been carried out.
    """
    timeout = Timeout(silence, connect=CONNECT)
    return AsyncOpenAI(api_key=api_key, base_url=base_url, timeout=timeout, max_retries=0)
