"""Deleting what is kept of threads: first what was said, then what leads to it.

Each thread is held meanwhile, so that no worker begins a turn in it. What cannot be deleted keeps
its links, so that doing it again finds it.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import partial

from bot.adapters.redis.backlog import Hold
from bot.desks import Records
from bot.panel.asking import patiently
from bot.panel.errors import ConversationGone, Refused, StoreUnavailable, TurnLost
from bot.panel.feedback import Feedback
from bot.panel.keeping import kept_alive
from bot.panel.model import ConversationId, ThreadRef, TurnId, UserId
from bot.panel.months import months_until
from bot.panel.patience import Patience
from bot.panel.roster import ChannelScope
from bot.upkeep.survey import Found

_PATIENCE = Patience()
_LOOK_AGAIN = 0.2  # seconds; Redis sends no word when a turn ends


@dataclass(frozen=True, slots=True)
class Gone:
    """What was deleted."""

    threads: int = 0
    conversations: int = 0
    items: int = 0
    queued: int = 0  # messages, and turns that waited for another try
    messages: int = 0  # of the bot's, in Slack
    reports: int = 0
    given_up: int = 0  # turns
    opinions: int = 0
    documents: int = 0
    panels: int = 0
    elsewhere: tuple[ConversationId, ...] = ()  # another backend's, and not found on this server

    def __add__(self, other: "Gone") -> "Gone":
        """Return both together."""
        names = [field.name for field in fields(self)]
        return Gone(**{name: getattr(self, name) + getattr(other, name) for name in names})


class Forgetting:
    """Deletes; a running turn is waited for so many seconds."""

    def __init__(self, records: Records, *, wait: float, messages: bool) -> None:
        self._records = records
        self._memory = records.memory
        self._team = records.desk.identity.team_id
        self._wait = wait
        self._messages = messages

    async def thread(self, found: Found) -> Gone:
        """Forget a thread. Raises Refused if a turn keeps running in it."""
        return await asyncio.create_task(self._thread(found))  # a task for the lease

    async def _thread(self, found: Found) -> Gone:
        hold = await self._hold(found.thread)
        queue = self._memory.queue
        try:
            async with kept_alive(queue, hold.claim, self._records.lease):
                gone = await self._delete(found)
                await queue.renew(hold.claim)  # still ours?
                await self._cut_links(found)
                messages = await self._delete_messages(found.thread) if self._messages else 0
        finally:
            with suppress(TurnLost, StoreUnavailable):
                await queue.done(hold.claim)
        return gone + Gone(threads=1, queued=hold.dropped, messages=messages)

    async def _hold(self, thread: ThreadRef) -> Hold:
        deadline = time.monotonic() + self._wait
        while (hold := await self._memory.queue.hold(thread, drop=True)) is None:
            if time.monotonic() > deadline:
                raise Refused("a turn is running there; stop it in Slack, or wait for its end")
            await asyncio.sleep(_LOOK_AGAIN)
        return hold

    async def _delete(self, found: Found) -> Gone:
        """Delete the conversations, also those that have joined since they were looked for."""
        model, gone = self._records.desk.model, Gone()
        links = await self._memory.threads.links(found.thread)
        joined = {*links.experts.values()} - {*found.conversations}
        routers = filter(None, [links.router])
        for conversation in dict.fromkeys([*joined, *found.conversations, *routers]):
            items = await patiently(partial(model.delete, conversation), _PATIENCE)
            if items is not None:
                gone += Gone(conversations=1, items=items)
            elif not model.is_current(conversation):
                gone += Gone(elsewhere=(conversation,))
        return gone

    async def _cut_links(self, found: Found) -> None:
        await self._memory.threads.forget(found.thread, found.conversations)
        await self._memory.panels.forget(found.thread)

    async def _delete_messages(self, thread: ThreadRef) -> int:
        ours = (await self._records.traces.of(thread)).ours
        for ts in reversed(ours):
            await self._records.traces.delete(thread, ts)
        return len(ours)

    async def notes(self, threads: Collection[ThreadRef], channel_id: str = "") -> Gone:
        """Forget what is noted of the turns of *threads*: reports, opinions, turns given up."""
        held = await self._records.remains.of(self._team, channel_id)
        mine = [found for thread, found in held.items() if thread in threads]
        given_up = [turn for found in mine for turn in found.dead]
        await self._drop(given_up)
        reports = [key for found in mine for key in found.reports]
        await self._records.remains.erase([key for found in mine for key in found.letters])
        places = {(thread.channel_id, thread.thread_ts) for thread in threads}
        opinions = await self._opinions(lambda one: (_channel(one), one.thread_ts) in places)
        return Gone(
            reports=await self._records.remains.erase(reports),
            given_up=len(given_up),
            opinions=opinions,
        )

    async def channel(self, channel_id: str) -> Gone:
        """Forget what a channel has besides its threads: its panel, and its experts' documents."""
        scope = ChannelScope(self._team, channel_id)
        documents = await self._documents(scope)
        panels = await self._memory.panels.forget(scope)
        await self._records.remains.erase(await self._records.remains.told(self._team, channel_id))
        opinions = await self._opinions(lambda one: _channel(one) == channel_id)
        return Gone(documents=documents, panels=int(panels), opinions=opinions)

    async def person(self, user: UserId) -> Gone:
        """Forget what *user* thinks of replies, and has said in others' threads unanswered."""
        words = await self._records.remains.words_of(self._team, user)
        amend = self._memory.queue.amend
        taken_back = [await amend(thread, ts, None) for thread, ts in words.waiting]
        given_up = await self._drop(words.dead)
        opinions = await self._opinions(lambda one: one.by == user)
        return Gone(queued=sum(taken_back), given_up=given_up, opinions=opinions)

    async def _drop(self, turns: Iterable[TurnId]) -> int:
        return sum([await self._memory.queue.drop(turn) for turn in turns])

    async def _opinions(self, which: Callable[[Feedback], bool]) -> int:
        return await self._memory.feedback.forget(self._team, months_until(time.time()), which)

    async def _documents(self, scope: ChannelScope) -> int:
        """Delete what only this channel's experts can look up."""
        knowledge, deleted = self._records.knowledge, 0
        try:
            collections = await knowledge.collections()
        except ConversationGone:  # 404: the server keeps no documents
            return 0
        for collection in collections:
            if collection.holder.scope == scope:
                for document in await knowledge.documents(collection.id):
                    await knowledge.remove(collection.id, document.id)
                    deleted += 1
                await knowledge.discard(collection.id)
        return deleted


def _channel(feedback: Feedback) -> str:
    return feedback.judged.turn.split(":")[1]
