"""People who decide on tools: at once, twice, two of them together, or not at all."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress

from bot.adapters.slack.buttons.reply_buttons import APPROVE, DECLINE
from bot.playground.slack.delivery.delivery import Undelivered
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.company import ADA, BEN
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import Change

_WAYS: Sequence[Sequence[tuple[str, str]]] = (
    ((ADA, APPROVE),),
    ((ADA, DECLINE),),
    ((ADA, APPROVE), (ADA, APPROVE)),
    ((ADA, APPROVE), (BEN, DECLINE)),
    ((ADA, APPROVE), (BEN, APPROVE)),
    (),  # it expires
)


class Deciders:
    """Presses buttons as soon as they have appeared, or a moment later."""

    def __init__(self, slack: SlackPlayground, chance: random.Random) -> None:
        self._slack = slack
        self._chance = chance
        self._tasks: set[asyncio.Task[None]] = set()

    def hear(self, change: Change) -> None:
        """Decide on what *change* asks."""
        message = change.message
        if change.kind == "posted" and message and wants_decision(message):
            task = asyncio.create_task(self._decide(message, self._chance.choice(_WAYS)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _decide(self, message: Message, way: Sequence[tuple[str, str]]) -> None:
        await asyncio.sleep(self._chance.choice((0.0, 0.2, 2.0)))
        await asyncio.gather(*(self._press(message, *press) for press in way))

    async def _press(self, message: Message, user: str, action: str) -> None:
        with suppress(Undelivered, KeyError, LookupError):  # nobody listens, or it is decided
            await self._slack.people.click(user, message, action)


def wants_decision(message: Message) -> bool:
    """Return whether *message* has the buttons to decide."""
    rows = (block["elements"] for block in message.blocks if block["type"] == "actions")
    return any(element.get("action_id") == APPROVE for row in rows for element in row)
