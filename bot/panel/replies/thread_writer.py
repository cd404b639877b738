"""Saying things in the thread, each exactly once however often the turn is repeated."""

from dataclasses import replace

from bot.panel.journal.events import Posted, PostStarted
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.made_files import StoredFile
from bot.panel.messaging.messenger import Messenger, Post, Sources
from bot.panel.model import ApprovalId, ConversationId, ExpertName, Persona
from bot.panel.replies.streams import Streams


class ThreadWriter:
    """Posts the messages of one turn."""

    def __init__(self, record: TurnRecord, messenger: Messenger) -> None:
        self._record = record
        self._messenger = messenger
        self.streams = Streams(record, messenger)
        self.router: ConversationId | None = None  # known once the links are

    async def say(self, part: str, text: str, *, reply: bool = False) -> None:
        """Post *text* in the router's voice, in as many pieces as it takes.

        A *reply* is what people have been waiting for: they can act on it.
        """
        await self._say(replace(self.draft(part, text), ends_reply=reply))

    async def say_as(
        self,
        expert: ExpertName,
        persona: Persona,
        part: str,
        text: str,
        sources: Sources | None = None,
        *,
        by_function: bool = False,
    ) -> None:
        """Post *text* as an expert, in as many pieces as it takes; the last leads to *sources*."""
        whole = replace(self.draft(part, text), ends_reply=True, sources=sources)
        await self._say(replace(whole, persona=persona, expert=expert, by_function=by_function))

    async def show_files(
        self,
        expert: ExpertName,
        persona: Persona,
        part: str,
        text: str,
        stored_files: tuple[StoredFile, ...],
    ) -> None:
        """Post a message, short, in which an expert shows files."""
        draft = replace(self.draft(part, text), persona=persona, expert=expert)
        await self._post(replace(draft, stored_files=stored_files))

    async def end_streams(self) -> None:
        """Leave no message growing, whatever became of its text."""
        for part, stream in self._record.progress.streams.items():
            if stream.open:
                draft = self.draft(part, stream.shown)
                draft = replace(draft, persona=stream.persona, expert=stream.expert)
                await self.streams.abandon(draft)

    async def offer_retry(self, part: str, text: str) -> None:
        """Post *text*, short, in the router's voice, with a button that retries the turn."""
        await self._post(replace(self.draft(part, text), offers_retry=True))

    async def offer_decision(self, part: str, text: str, approval: ApprovalId) -> None:
        """Post *text*, short, in the router's voice (a persona's message stays as it is posted).

        It has buttons to approve of what it tells, or to decline it.
        """
        await self._post(replace(self.draft(part, text), approval=approval))

    async def show_status(self, status: str) -> None:
        """Show what is being done; empty clears it."""
        await self._messenger.show_status(self._record.turn.thread, status)

    def draft(self, part: str, text: str) -> Post:
        """Return a message of this turn."""
        turn = self._record.turn
        return Post(turn.id, part, text, self.router, about=turn.about)

    async def _say(self, whole: Post) -> None:
        """Say *whole*, in as many pieces as it takes, from where its stream has come to."""
        left, before = await self.streams.finish(whole)
        pieces = self._messenger.pieces(left)
        for index, piece in enumerate(pieces, before):
            is_last = index == before + len(pieces) - 1
            draft = whole if is_last else replace(whole, ends_reply=False, sources=None)
            await self._post(replace(draft, part=f"{whole.part}:{index}", text=piece))

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
