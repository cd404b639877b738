"""What goes wrong with the API, on demand."""

import asyncio
from dataclasses import dataclass
from typing import Literal

from bot.playground.fault_queue import FaultQueue


@dataclass(frozen=True, slots=True)
class Fault:
    """One request gone wrong, before its effect or after it."""

    kind: Literal["status", "page", "reset", "silence", "cut", "late"]
    after_effect: bool = False
    status: int = 500
    code: str | None = None
    retry_after: float | None = None
    events: int = 0  # that a stream sends before it is cut
    message: str = ""  # what is said of it; empty: the usual
    clean: bool = False  # whether a cut stream ends as if it were whole
    body: str = ""  # of a page
    media_type: str = "text/html"
    until: asyncio.Event | None = None  # when what is late arrives
    before_end: bool = False  # of the effect: a response is still being written


class Faults(FaultQueue[Fault]):
    """What is to go wrong, by ``METHOD /v1/path`` with ids as ``*``."""
