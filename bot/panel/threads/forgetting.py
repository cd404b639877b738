"""Who may have a thread forgotten: whoever began it, and admins."""

from bot.panel.errors import MessengerRefused
from bot.panel.messaging.transcript import Transcript
from bot.panel.model import MessageTs, ThreadRef, UserId
from bot.panel.roster.rights import Rights
from bot.panel.utterance import Role


class ForgetRights:
    """Checks it, each time anew: at the command and at the button."""

    def __init__(self, transcript: Transcript, rights: Rights) -> None:
        self._transcript = transcript
        self._rights = rights

    async def check(self, thread: ThreadRef, by: UserId) -> None:
        if not await self._has_begun(thread, by):
            await self._rights.check_may_forget(thread, by)

    async def _has_begun(self, thread: ThreadRef, by: UserId) -> bool:
        root = MessageTs(thread.thread_ts)
        try:
            said = await self._transcript.people_said(thread, since=root, until=root)
        except MessengerRefused:  # it cannot be read
            return False
        authors = [message.author for message in said if message.ts == root]
        return any(author.role is Role.PERSON and author.id == by for author in authors)
