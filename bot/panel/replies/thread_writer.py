"""Posting in the thread, each message exactly once however often the turn is repeated."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.panel.journal.post_events import Posted, PostStarted
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.made_files import StoredFile
from bot.panel.messaging.messenger import Messenger, Post, Sources
from bot.panel.messaging.outbox import LastState, Outbox
from bot.panel.model import ApprovalId, ConversationId, Expert, ExpertName, Persona
from bot.panel.replies.streams import LONG, Streams, tell_of_reply
from bot.panel.texts import sentences
from bot.panel.texts.code import with_note

MOST_OF_REPLY = 20  # messages; a model's answer has ten, but those of many tables have more
MOST_OF_TURN = 60  # messages, after which each reply has only one more
_BUDGET = "budget"
_REST = "rest"  # stands for the messages that are left out


class ThreadWriter:
    """Posts the messages of one turn."""

    def __init__(self, record: TurnRecord, messenger: Messenger, outbox: Outbox) -> None:
        self._record = record
        self._messenger = messenger
        self._outbox = outbox
        self._took_back = False
        self.streams = Streams(record, messenger)
        self.router: ConversationId | None = None  # known once the links are

    async def post(
        self, part: str, text: str, *, reply: bool = False, is_cut: bool = False
    ) -> None:
        """Post *text* under the bot's own name, in as many messages as it takes.

        A *reply* is what people have been waiting for: its last message has the buttons, and a
        line that says so if it *is_cut*.
        """
        draft = replace(self.draft(part, _marked(text) if is_cut else text), is_cut=is_cut)
        await self._post_long(replace(draft, ends_reply=reply))

    async def post_as_expert(
        self,
        expert: ExpertName,
        persona: Persona,
        part: str,
        text: str,
        sources: Sources | None = None,
        *,
        by_function: bool = False,
        is_cut: bool = False,
    ) -> None:
        """Post *text* as an expert, in as many messages as it takes; the last has *sources*."""
        draft = replace(self.draft(part, _marked(text) if is_cut else text), is_cut=is_cut)
        reply = replace(draft, ends_reply=True, sources=sources, by_function=by_function)
        await self._post_long(replace(reply, persona=persona, expert=expert))

    async def post_files(
        self,
        expert: ExpertName,
        persona: Persona,
        part: str,
        text: str,
        files: tuple[StoredFile, ...],
    ) -> None:
        draft = replace(self.draft(part, text), persona=persona, expert=expert)
        await self._post(replace(draft, stored_files=files))

    async def end_streams(self) -> None:
        """Leave no message growing, whatever became of its text."""
        for draft in self._growing():
            await self.streams.abandon(draft)

    async def withdraw_streams(self) -> None:
        for draft in self._growing():
            await self.streams.withdraw(draft)

    async def offer_retry(self, part: str, text: str) -> None:
        await self._post(replace(self.draft(part, text), offers_retry=True))

    async def offer_forgetting(self, part: str, text: str) -> None:
        await self._post(replace(self.draft(part, text), offers_forgetting=True))

    async def tell_of_budget(self, text: str, left_out: Sequence[ExpertName] = ()) -> None:
        """Post one short message with a button that lets the question exceed its budgets."""
        post = self.draft(_BUDGET, text)
        await self._post(replace(post, lets_through=tuple(dict.fromkeys(left_out))))

    async def offer_choice(self, part: str, text: str, candidates: Sequence[Expert]) -> None:
        """Post one short message with buttons that say who is to answer."""
        last = self._record.turn.messages[-1].ts
        draft = replace(self.draft(part, text), about_until=last)
        await self._post(replace(draft, candidates=tuple(candidates)))

    async def tell_of_delay(self, text: str) -> None:
        """Post one short message with buttons to stop the postponed turn, and to try it now."""
        part = self._record.progress.delayed
        await self._post(replace(self.draft(part, text), is_delayed=True))

    async def take_back_delay(self) -> None:
        """Delete that message, if there is one: the turn goes on, or ends."""
        posts, turn = self._record.posts, self._record.turn
        part = self._record.progress.delayed
        may_be_there = self._record.in_doubt or part in posts.posting | posts.posted.keys()
        if self._took_back or not may_be_there:
            return
        ts = posts.posted.get(part) or await self._messenger.find(turn.thread, turn.id, part)
        if ts:
            await self.leave(self._messenger.taken_back(turn.thread, ts))
        self._took_back = True

    async def offer_decision(
        self,
        part: str,
        text: str,
        approval: ApprovalId,
        file: StoredFile | None,
        *,
        may_approve: bool,
    ) -> None:
        """Post one short message with buttons to approve what it describes, or to decline it.

        *file* describes it further. Without *may_approve*, people can only decline. It is in the
        bot's own name: Slack takes the persona off a message that is edited.
        """
        post = replace(self.draft(part, text), approval=approval, may_approve=may_approve)
        await self._post(replace(post, stored_files=(file,) if file else ()))

    async def show_status(self, status: str) -> None:
        await self._messenger.show_status(self._record.turn.thread, status)

    async def clear_status(self) -> None:
        """Show nothing as being done any more: now, or as soon as it can be."""
        thread = self._record.turn.thread
        if not await self._messenger.show_status(thread, ""):
            await self.leave(self._messenger.status_cleared(thread))

    async def leave(self, state: LastState) -> None:
        """Let *state* be what people see in the end, however long that takes."""
        await self._record.flush()
        await self._outbox.put(state, self._record.claim)

    def draft(self, part: str, text: str) -> Post:
        turn = self._record.turn
        return Post(turn.id, part, text, self.router, about=turn.about)

    def _growing(self) -> Sequence[Post]:
        return [
            replace(self.draft(part, stream.shown), persona=stream.persona, expert=stream.expert)
            for part, stream in self._record.posts.streams.items()
            if stream.open
        ]

    async def _post_long(self, reply: Post) -> None:
        """Post *reply*, in as many messages as it takes, from where its stream has come to."""
        shown, text = await self.streams.finish(reply)
        first, posted = 1 if shown else 0, self._record.posts.posted
        pieces = await self._pieces(text, shown)
        ending = replace(reply, part=f"{reply.part}:{_REST}")
        if ending.part in posted:
            return
        for index, piece in enumerate(pieces, first):
            left = first + len(pieces) - index
            part = f"{reply.part}:{index}"
            if left > 1 and index > 0 and part not in posted and self._is_enough(index):
                await self._post(replace(ending, text=sentences.messages_left_out(left)))
                return
            post = reply if left == 1 else replace(reply, ends_reply=False, sources=None)
            await self._post(replace(post, part=part, text=piece))

    async def _pieces(self, text: str, shown: str) -> Sequence[str]:
        """Return what is still to be posted; of a long text without stopping all else."""
        if len(text) <= LONG:
            return self._messenger.pieces(text, after=shown)
        return await asyncio.to_thread(self._messenger.pieces, text, after=shown)

    def _is_enough(self, messages: int) -> bool:
        return messages >= MOST_OF_REPLY or len(self._record.posts.posted) >= MOST_OF_TURN

    async def _post(self, post: Post) -> None:
        posts = self._record.posts
        if post.part in posts.posted:
            return
        thread = self._record.turn.thread
        stopped_there = post.part in posts.posting  # an earlier attempt, in the middle
        may_be_posted = stopped_there or self._record.in_doubt
        await self._record.note(PostStarted(post.part))
        ts = await self._messenger.find(thread, post.turn, post.part) if may_be_posted else None
        ts = ts or await self._messenger.post(thread, post)
        await self._record.note(Posted(post.part, ts))
        tell_of_reply(self._record, post.part)


def _marked(text: str) -> str:
    return with_note(text, sentences.cut_off())
