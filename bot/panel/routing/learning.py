"""What the router learns from: corrections are kept, and the nearest are shown to it.

Neither may hold up a turn: where it cannot be done, that is logged, and the turn goes on without.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from bot.panel.errors import MessengerUnavailable, ModelRefused, StoreUnavailable
from bot.panel.model import ThreadRef
from bot.panel.routing.corrections import LONGEST, Correction, CorrectionStore, merged
from bot.panel.routing.similarity import similarities
from bot.redactors import Kind, Text

log = logging.getLogger(__name__)

MOST_SHOWN = 5
_LEAST_ALIKE = 0.15

Redact = Callable[[Sequence[Text]], Awaitable[Sequence[str]]]  # raises ModelRefused


class Learning(StrEnum):
    """Whether corrections are kept, and whom they are shown to."""

    OFF = "off"
    CHANNEL = "channel"  # the channel's own
    WORKSPACE = "workspace"  # also those of public channels


class Channels(Protocol):
    """Who reads the channels of the workspace."""

    async def is_shared(self, channel_id: str) -> bool:
        """Whether people of other organisations do. Raises StoreUnavailable."""

    async def public(self) -> Collection[str]:
        """Return those that anybody of the workspace can. Raises MessengerUnavailable."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Keeps corrections and finds the nearest; *redact* is None where there are no redactors.

    What is said in a private channel, or in one that is shared with other organisations, is shown
    in no other; and in the latter, nothing of any other is shown.
    """

    store: CorrectionStore
    learning: Learning
    redact: Redact | None
    channels: Channels

    async def keep(self, team_id: str, correction: Correction) -> None:
        """Keep *correction*, its question as redactors let it pass. Doing it again is harmless."""
        question = correction.question
        try:
            if self.redact:
                (question,) = await self.redact([Text(question, Kind.SAID)])
            place = correction.channel_id
            shared = await self._shares(place) and place in await self.channels.public()
            cut = " ".join(question.split())[:LONGEST]
            await self.store.keep(team_id, replace(correction, question=cut), shared=shared)
        except (MessengerUnavailable, ModelRefused, StoreUnavailable) as error:
            log.warning("correction.not_kept", extra={"reason": type(error).__name__})

    async def take_back(self, thread: ThreadRef, correction: str) -> None:
        """Forget the *correction* of that id, if it was kept. Raises StoreUnavailable."""
        team, channel = thread.team_id, thread.channel_id
        await self.store.forget(team, lambda one: one.id == correction, channel)

    async def near(self, thread: ThreadRef, question: str) -> Sequence[Correction]:
        """Return the corrections of the questions most like *question*, the nearest last."""
        team, channel = thread.team_id, thread.channel_id
        try:
            shared = self.learning is Learning.WORKSPACE and not await self.channels.is_shared(
                channel
            )
            known = await self.store.of_channel(team, channel, shared=shared)
            elsewhere = any(one.channel_id != channel for one in known)
            public = await self.channels.public() if elsewhere else ()  # as they are now
        except (MessengerUnavailable, StoreUnavailable) as error:
            log.warning("corrections.unknown", extra={"reason": type(error).__name__})
            return ()
        return nearest(question, [one for one in known if one.channel_id in (channel, *public)])

    async def _shares(self, channel_id: str) -> bool:
        return self.learning is Learning.WORKSPACE and not await self.channels.is_shared(channel_id)


def nearest(question: str, corrections: Sequence[Correction]) -> Sequence[Correction]:
    """Return those of *corrections* whose questions are most like *question*, the nearest last."""
    known = merged(corrections)
    scores = similarities(question, [one.question for one in known])
    ranked = sorted(range(len(known)), key=scores.__getitem__)[-MOST_SHOWN:]
    return [known[index] for index in ranked if scores[index] >= _LEAST_ALIKE]
