"""What is remembered about threads, in memory."""

from bot.panel.links import Owner, ThreadLinks
from bot.panel.model import ConversationId, MessageTs, ThreadRef
from bot.panel.ports import Standing, ThreadStore


class FakeThreadStore(ThreadStore):
    """Remembers until a test lets it forget."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Lose everything."""
        self._standing: dict[ThreadRef, Standing] = {}
        self._links: dict[ThreadRef, ThreadLinks] = {}
        self._owners: dict[ConversationId, Owner] = {}
        self._heard: dict[ThreadRef, MessageTs] = {}

    async def standing(self, thread: ThreadRef) -> Standing:
        return self._standing.get(thread, Standing.UNKNOWN)

    async def set_standing(self, thread: ThreadRef, standing: Standing) -> None:
        self._standing[thread] = standing

    async def links(self, thread: ThreadRef) -> ThreadLinks:
        return self._links.get(thread, ThreadLinks())

    async def save_links(self, thread: ThreadRef, links: ThreadLinks) -> None:
        self._links[thread] = links
        if links.router:
            self._owners[links.router] = Owner(thread, None)
        for name, conversation in links.experts.items():
            self._owners[conversation] = Owner(thread, name)

    async def owner(self, conversation: ConversationId) -> Owner | None:
        return self._owners.get(conversation)

    async def heard_until(self, thread: ThreadRef) -> MessageTs | None:
        return self._heard.get(thread)

    async def overheard(self, thread: ThreadRef, ts: MessageTs) -> None:
        self._heard[thread] = min(ts, self._heard.get(thread, ts), key=float)

    async def caught_up(self, thread: ThreadRef) -> None:
        self._heard.pop(thread, None)
