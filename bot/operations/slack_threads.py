"""Threads in Slack as operators see them: who wrote there, and which messages are the bot's.

Every method may raise MessengerUnavailable or MessengerRefused.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from bot.panel.model import ConversationId, MessageTs, ThreadRef, UserId


@dataclass(frozen=True, slots=True)
class ThreadTraces:
    """Who has written in a thread, and which conversations the bot's messages there name."""

    started_by: UserId | None  # None: the first message is deleted, an app's, or cannot be seen
    people: frozenset[UserId]
    routers: tuple[ConversationId, ...]  # several if the conversation had to begin again
    bot_messages: tuple[MessageTs, ...]


class BotMessages(Protocol):
    """The bot's own messages in threads."""

    async def traces(self, thread: ThreadRef) -> ThreadTraces:
        """Return the traces in *thread*; empty if it cannot be seen."""

    async def delete(self, thread: ThreadRef, ts: MessageTs) -> None:
        """Delete one of the bot's messages; one that is gone already is fine."""


class ChannelThreads(Protocol):
    """The threads of channels."""

    def thread_roots(self, channel: str) -> AsyncIterator[str]:
        """Yield the ts of every thread in a channel."""
