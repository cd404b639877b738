"""Choosing the language of what is said to somebody: the one that they have set in Slack."""

import asyncio
import logging
from typing import Protocol

from bot import language
from bot.panel.errors import PanelError
from bot.panel.messaging.people import People
from bot.panel.model import ThreadRef, UserId

log = logging.getLogger(__name__)

_TIMEOUT = 1.0  # seconds: Slack waits three for an answer, and English is an answer, too


class ThreadLanguages(Protocol):
    """Sets the language of the current task to that of a thread."""

    async def use_language_in(self, thread: ThreadRef, addressee: UserId | None) -> None:
        """Use the common language of the thread's workspace, else that of *addressee*."""


class Locales(ThreadLanguages):
    """Sets the language of the current task; threads use *common*, if that is set."""

    def __init__(self, people: People, common: str = "", *, timeout: float = _TIMEOUT) -> None:
        self._people = people
        self._common = common
        self._timeout = timeout

    async def use_language_of(self, user: UserId | None) -> None:
        """Use the language of *user*; for what everybody reads, the common one if there is one."""
        language.set_language(await self.locale(user), shared=self._common)

    async def use_shared_language(self, addressee: UserId | None) -> None:
        """Use the common language, else that of *addressee*."""
        language.set_language(self._common or await self.locale(addressee))

    async def use_language_in(self, thread: ThreadRef, addressee: UserId | None) -> None:
        await self.use_shared_language(addressee)

    async def locale(self, user: UserId | None) -> str:
        """Return the locale of *user*; empty (English) if it cannot be fetched in time."""
        if user is None:
            return ""
        try:
            async with asyncio.timeout(self._timeout):
                return (await self._people.person(user)).locale
        except (PanelError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            log.info("language.unknown", extra={"reason": reason})
            return ""
