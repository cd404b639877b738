"""The line under a thread that says what the bot is doing: it comes soon or not at all."""

import asyncio
import logging

from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.blocks.elements import literal
from bot.adapters.slack.posting.deleted_threads import DeletedThreads
from bot.panel.errors import MessengerRefused, MessengerUnavailable, ThreadGone
from bot.panel.model import ThreadRef

log = logging.getLogger(__name__)

_TIMEOUT = 5.0  # seconds
_LONGEST = 200  # characters


class StatusLine:
    """Shows statuses; each reason why one is not shown is logged once."""

    def __init__(self, api: SlackApi, deleted: DeletedThreads) -> None:
        self._api = api
        self._deleted = deleted
        self._logged_reasons: set[str] = set()

    async def show(self, thread: ThreadRef, status: str, within: float | None) -> bool:
        """Show *status*; empty clears it. Returns False if another try could help.

        Raises nothing but ThreadGone, and that only while something is shown. *within*: seconds
        after which it is left out if too many calls are waiting.
        """
        try:
            async with asyncio.timeout(_TIMEOUT):
                await self._api.rewrite(
                    "assistant.threads.setStatus",
                    within=within,
                    channel_id=thread.channel_id,
                    thread_ts=thread.thread_ts,
                    status=literal(status, _LONGEST),
                )
        except (MessengerRefused, MessengerUnavailable, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            if status and await self._deleted.explains(error, thread):
                raise ThreadGone(reason) from error
            if reason not in self._logged_reasons:
                self._logged_reasons.add(reason)
                log.warning("status.not_shown", extra={"reason": reason})
            return isinstance(error, MessengerRefused)
        return True
