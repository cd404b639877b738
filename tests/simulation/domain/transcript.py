"""What models read of the threads of the simulated Slack."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace

from bot.panel.messaging.transcript import NamedRouters, Transcript
from bot.panel.model import Message, MessageTs, ThreadRef, Turn, UserId
from bot.panel.utterance import Author, Role, Utterance
from tests.simulation.domain.slack import SimulatedSlack
from tests.simulation.domain.thread import Shown


class SimulatedTranscript(Transcript):
    """Reads all that *slack* shows."""

    def __init__(self, slack: SimulatedSlack) -> None:
        self._slack = slack

    async def turn_messages(self, turn: Turn) -> Sequence[Utterance]:
        return [_said(message) for message in turn.messages]

    async def earlier(
        self, thread: ThreadRef, *, before: MessageTs, since: MessageTs | None
    ) -> Sequence[Utterance]:
        start, end = float(since or 0), float(before)
        return [said for said in self._all(thread) if start <= float(said.ts) < end]

    async def some(self, thread: ThreadRef, messages: Collection[MessageTs]) -> Sequence[Utterance]:
        return [said for said in self._all(thread) if said.ts in messages]

    async def people_said(
        self, thread: ThreadRef, *, since: MessageTs, until: MessageTs
    ) -> Sequence[Utterance]:
        people = self._slack.thread(thread).people.values()
        return [_said(one) for one in people if float(since) <= float(one.ts) <= float(until)]

    async def was_mentioned(
        self, thread: ThreadRef, *, before: MessageTs, by: Callable[[UserId], Awaitable[bool]]
    ) -> bool:
        for message in self._slack.thread(thread).people.values():
            is_earlier = message.mentioned and float(message.ts) < float(before)
            if is_earlier and await by(message.author):
                return True
        return False

    def lacks(self, thread: ThreadRef) -> str:
        return ""

    async def routers_of(self, thread: ThreadRef) -> NamedRouters:
        ours = self._slack.thread(thread).ours.values()
        named = [one.post.router for one in ours if one.post.router and one.is_stamped]
        return NamedRouters(named[-1] if named else None)

    async def has_moved(self, former: ThreadRef, thread: ThreadRef) -> bool:
        return False

    def _all(self, thread: ThreadRef) -> Sequence[Utterance]:
        shown = self._slack.thread(thread)
        people = [
            replace(_said(one), edited=shown.edits.get(one.ts)) for one in shown.people.values()
        ]
        said = [*people, *map(_told, shown.ours.values())]
        return sorted(said, key=lambda one: float(one.ts))


def _said(message: Message) -> Utterance:
    role = Role.APP if message.by_app else Role.PERSON
    author = Author(message.author, role)
    return Utterance(
        message.ts, message.author, message.text, message.files, author=author, shown=message.quoted
    )


def _told(shown: Shown) -> Utterance:
    post = shown.post
    role = Role.EXPERT if post.persona else Role.PANEL
    name = post.persona.name if post.persona else "Panelbot"
    return Utterance(shown.ts, name, post.text, author=Author(post.expert or "", role))
