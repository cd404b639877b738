"""What goes wrong with the local OpenAI, on demand."""

import asyncio

from bot.playground.openai.faults import Fault

NGINX = (
    "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n"
    "<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center>\r\n"
    "</body>\r\n</html>\r\n"
)


def status(
    number: int,
    code: str | None = None,
    *,
    retry_after: float | None = None,
    after_effect: bool = False,
    message: str = "",
) -> Fault:
    """Return a fault that answers with an HTTP status, and says *message* of it."""
    return Fault("status", after_effect, number, code, retry_after, message=message)


def page(number: int = 404, body: str = NGINX, media_type: str = "text/html") -> Fault:
    """Return a fault that answers as something before the server does: a proxy, a gateway."""
    return Fault("page", status=number, body=body, media_type=media_type)


def quota_exhausted() -> Fault:
    """Return the 429 that no waiting helps against."""
    return status(429, "insufficient_quota")


def reset(*, after_effect: bool = False, before_end: bool = False) -> Fault:
    """Return a fault that cuts the connection: with *before_end*, once the effect has begun."""
    return Fault("reset", after_effect or before_end, before_end=before_end)


def silence(*, after_effect: bool = False) -> Fault:
    """Return a fault that never answers."""
    return Fault("silence", after_effect)


def late(until: asyncio.Event) -> Fault:
    """Return a fault that keeps a request on its way *until* a test lets it arrive."""
    return Fault("late", until=until)


def cut(events: int, *, clean: bool = False) -> Fault:
    """Return a fault that cuts a stream after *events*; the response goes on if any does alone."""
    return Fault("cut", after_effect=True, events=events, clean=clean)
