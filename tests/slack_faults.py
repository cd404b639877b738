"""What goes wrong with the local Slack, on demand."""

from bot.playground.slack.hazards import Ending, Fault


def rate_limited(retry_after: int = 1) -> Fault:
    """HTTP 429 with Retry-After."""
    return Fault(Ending.STATUS, status=429, error="ratelimited", retry_after=retry_after)


def rate_limited_in_body() -> Fault:
    """HTTP 200 that says ``ratelimited``: the SDK's handlers do not retry it."""
    return Fault(Ending.ERROR, error="ratelimited")


def server_error(*, after_effect: bool = False) -> Fault:
    """HTTP 500."""
    return Fault(Ending.STATUS, after_effect)


def reset(*, after_effect: bool = False) -> Fault:
    """The connection is cut; with *after_effect*, once the call has taken effect."""
    return Fault(Ending.RESET, after_effect)


def silence(*, after_effect: bool = False) -> Fault:
    """No answer: the caller times out."""
    return Fault(Ending.SILENCE, after_effect)


def error(code: str) -> Fault:
    """HTTP 200 with ``ok: false`` and *code*."""
    return Fault(Ending.ERROR, error=code)
