"""Sending what Slack may not take: then in a simpler form, and in the simplest at last."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from bot.adapters.slack.api.answers import UNFIT
from bot.json_types import Json
from bot.panel.errors import MessengerRefused

log = logging.getLogger(__name__)

R = TypeVar("R")


async def first_fitting(
    send: Callable[[Json], Awaitable[R]], forms: Iterable[Json], part: str
) -> R:
    """Send one of *forms* after the other until Slack takes one; raise if it takes none."""
    refusal: MessengerRefused | None = None
    for form in forms:
        try:
            return await send(form)
        except MessengerRefused as error:
            if error.code not in UNFIT:
                raise
            refusal = error
            log.warning("message.simplified", extra={"reason": error.code, "part": part})
    raise refusal or ValueError("no form of the message")
