"""Answering Slack's question: what a menu of many experts offers for what somebody has typed.

Slack waits three seconds for it, and asks again with the next letter.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from slack_bolt.async_app import AsyncAck

from bot.adapters.slack.blocks.elements import MOST_OPTIONS, described
from bot.json_types import Json
from bot.panel.errors import PanelError
from bot.panel.model import Expert
from bot.panel.roster.search import found

log = logging.getLogger(__name__)

_WITHIN = 2.0
_LONGEST = 100  # of what is typed


async def suggest(
    ack: AsyncAck,
    body: Json,
    offered: Callable[[], Awaitable[Sequence[Expert]]],
    option: Callable[[Expert], Json] = described,
) -> None:
    """Answer with those *offered* that suit what was typed; with nobody if none may be seen."""
    experts: Sequence[Expert] = ()
    try:
        async with asyncio.timeout(_WITHIN):
            experts = found(body.get("value", "")[:_LONGEST], await offered())
    except (PanelError, KeyError, TimeoutError, TypeError, ValueError) as error:
        log.warning("options.not_offered", extra={"reason": type(error).__name__})
    await ack(options=[option(expert) for expert in experts[:MOST_OPTIONS]])
