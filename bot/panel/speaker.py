"""Saying things in the thread, each exactly once however often the turn is repeated."""

from collections.abc import Iterator
from dataclasses import replace

from bot.panel.events import Posted, PostStarted
from bot.panel.model import ConversationId, ExpertName, Persona, Sources
from bot.panel.ports import Messenger, Post
from bot.panel.turn_record import TurnRecord


class Speaker:
    """Posts the messages of one turn."""

    def __init__(self, record: TurnRecord, messenger: Messenger) -> None:
        self._record = record
        self._messenger = messenger
        self.router: ConversationId | None = None  # known once the links are

    async def say(self, part: str, text: str, *, reply: bool = False) -> None:
        """Post *text* in the router's voice, in as many pieces as it takes.

        A *reply* is what people have been waiting for: they can act on it.
        """
        for draft in self._drafts(part, text, reply=reply):
            await self._post(draft)

    async def say_as(
        self,
        expert: ExpertName,
        persona: Persona,
        part: str,
        text: str,
        sources: Sources | None = None,
    ) -> None:
        """Post *text* as an expert, in as many pieces as it takes; the last leads to *sources*."""
        for draft in self._drafts(part, text, reply=True):
            behind = sources if draft.ends_reply else None
            await self._post(replace(draft, persona=persona, expert=expert, sources=behind))

    async def offer_retry(self, part: str, text: str) -> None:
        """Post *text*, short, in the router's voice, with a button that retries the turn."""
        await self._post(replace(self.draft(part, text), offers_retry=True))

    async def show_status(self, status: str) -> None:
        """Show what is being done; empty clears it."""
        await self._messenger.show_status(self._record.turn.thread, status)

    def draft(self, part: str, text: str) -> Post:
        """Return a message of this turn."""
        turn = self._record.turn
        return Post(turn.id, part, text, self.router, about=turn.about)

    def _drafts(self, part: str, text: str, *, reply: bool) -> Iterator[Post]:
        pieces = self._messenger.pieces(text)
        for index, piece in enumerate(pieces):
            draft = self.draft(f"{part}:{index}", piece)
            yield replace(draft, ends_reply=reply and index == len(pieces) - 1)

    async def _post(self, post: Post) -> None:
        progress = self._record.progress
        if post.part in progress.posted:
            return
        thread = self._record.turn.thread
        doubtful = post.part in progress.posting  # an earlier attempt stopped in the middle
        await self._record.note(PostStarted(post.part))
        ts = await self._messenger.find(thread, post.turn, post.part) if doubtful else None
        ts = ts or await self._messenger.post(thread, post)
        await self._record.note(Posted(post.part, ts))
