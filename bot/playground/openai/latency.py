"""How long the model takes: no time in tests, a few seconds in the demo."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.json_types import Json

Seconds = Callable[[Json], float]


def nothing(_: Json) -> float:
    """Take no time."""
    return 0.0


@dataclass(slots=True)
class Latency:
    """Seconds; what depends on the request is a function of its body."""

    first: Seconds = nothing  # before the model writes anything
    total: Seconds = nothing  # from the request to the end of the response, at least
    call: float = 0.0  # for each function call
    piece: float = 0.0  # for each piece of a text


def always(seconds: float) -> Seconds:
    """Take *seconds* for every request."""
    return lambda _: seconds
