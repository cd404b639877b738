"""A thread's messages in memory."""

from collections.abc import Awaitable, Callable, Collection, Sequence

from bot.panel.messaging.transcript import NamedRouters, Transcript
from bot.panel.model import ConversationId, Message, MessageTs, ThreadRef, Turn, UserId
from bot.panel.utterance import Author, Role, Utterance


def _author(message: Message) -> Author:
    return Author(message.author, Role.APP if message.by_app else Role.PERSON)


class FakeTranscript(Transcript):
    """Returns the *history* that a test sets; speakers are named by their user ids."""

    def __init__(self) -> None:
        self.history: list[Utterance] = []
        self.router: ConversationId | None = None
        self.summoned_at: MessageTs | None = None
        self.summoned_by = UserId("UMEMBER")

    async def turn_messages(self, turn: Turn) -> Sequence[Utterance]:
        return [
            Utterance(m.ts, m.author, m.text, m.files, author=_author(m), shown=m.quoted)
            for m in turn.messages
        ]

    async def earlier(
        self, thread: ThreadRef, *, before: MessageTs, since: MessageTs | None
    ) -> Sequence[Utterance]:
        start = float(since or 0)
        return [said for said in self.history if start <= float(said.ts) < float(before)]

    async def some(self, thread: ThreadRef, messages: Collection[MessageTs]) -> Sequence[Utterance]:
        return [said for said in self.history if said.ts in messages]

    async def people_said(
        self, thread: ThreadRef, *, since: MessageTs, until: MessageTs
    ) -> Sequence[Utterance]:
        return [said for said in self.history if float(since) <= float(said.ts) <= float(until)]

    async def was_mentioned(
        self, thread: ThreadRef, *, before: MessageTs, by: Callable[[UserId], Awaitable[bool]]
    ) -> bool:
        if self.summoned_at is None or float(self.summoned_at) >= float(before):
            return False
        return await by(self.summoned_by)

    def lacks(self, thread: ThreadRef) -> str:
        return ""

    async def routers_of(self, thread: ThreadRef) -> NamedRouters:
        return NamedRouters(self.router)

    async def has_moved(self, former: ThreadRef, thread: ThreadRef) -> bool:
        return False
