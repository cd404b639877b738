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

from bot.adapters.redis.queue.backlog import Hold
from bot.assembly.operator import Records
from bot.operations.survey import Found
from bot.panel.errors import (
    ConversationGone,
    ModelUnavailable,
    Refused,
    StoreUnavailable,
    TurnLost,
)
from bot.panel.intake.lease_renewal import renewed_lease
from bot.panel.model import ConversationId, ThreadRef, TurnId, UserId
from bot.panel.months import kept_months
from bot.panel.reports.feedback import Feedback
from bot.panel.retries import retry
from bot.panel.roster.roster import ChannelScope
from bot.panel.timeouts import Timeouts

_BACKOFF = Timeouts().backoff
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


class ForgetThreads:
    """Deletes, and counts in *gone*; a running turn is waited for so many seconds."""

    def __init__(self, records: Records, *, wait: float, messages: bool) -> None:
        self.gone = Gone()
        self._records = records
        self._memory = records.memory
        self._team = records.desk.identity.team_id
        self._wait = wait
        self._messages = messages

    async def thread(self, found: Found) -> None:
        """Forget a thread. Raises Refused if a turn keeps running in it."""
        await asyncio.create_task(self._thread(found))  # a task for the lease

    async def _thread(self, found: Found) -> None:
        hold = await self._hold(found.thread)
        self.gone += Gone(queued=hold.dropped)
        queue = self._memory.queue
        try:
            async with renewed_lease(queue, hold.claim, self._records.lease):
                await self._delete(found)
                await queue.renew(hold.claim)  # still ours?
                await self._cut_links(found)
                if self._messages:
                    await self._delete_messages(found.thread)
        finally:
            with suppress(TurnLost, StoreUnavailable):
                await queue.done(hold.claim)
        self.gone += Gone(threads=1)

    async def _hold(self, thread: ThreadRef) -> Hold:
        deadline = time.monotonic() + self._wait
        while (hold := await self._memory.queue.hold(thread, drop=True)) is None:
            if time.monotonic() > deadline:
                raise Refused("a turn is running there; stop it in Slack, or wait for its end")
            await asyncio.sleep(_LOOK_AGAIN)
        return hold

    async def _delete(self, found: Found) -> None:
        """Delete the conversations, also those that have joined since they were looked for."""
        model = self._records.desk.model
        links = await self._memory.threads.links(found.thread)
        joined = {*links.experts.values()} - {*found.conversations}
        routers = filter(None, [links.router])
        for conversation in dict.fromkeys([*joined, *found.conversations, *routers]):
            items = await retry(partial(model.delete, conversation), _BACKOFF, on=ModelUnavailable)
            if items is not None:
                self.gone += Gone(conversations=1, items=items)
            elif not model.is_current(conversation):
                self.gone += Gone(elsewhere=(conversation,))

    async def _cut_links(self, found: Found) -> None:
        await self._memory.threads.forget(found.thread, found.conversations)
        await self._memory.panels.forget(found.thread)

    async def _delete_messages(self, thread: ThreadRef) -> None:
        for ts in reversed((await self._records.traces.of(thread)).ours):
            await self._records.traces.delete(thread, ts)
            self.gone += Gone(messages=1)

    async def notes(self, threads: Collection[ThreadRef], channel_id: str = "") -> None:
        """Forget what is noted of the turns of *threads*: reports, opinions, turns given up."""
        held = await self._records.remains.of(self._team, channel_id)
        mine = [found for thread, found in held.items() if thread in threads]
        dead = [turn for found in mine for turn in found.dead]
        await self._drop(dead)
        await self._records.remains.erase([key for found in mine for key in found.letters])
        reports = [key for found in mine for key in found.reports]
        erased = await self._records.remains.erase(reports)
        self.gone += Gone(reports=erased, given_up=len(dead))
        places = {(thread.channel_id, thread.thread_ts) for thread in threads}
        await self._forget_opinions(lambda one: (_channel(one), one.thread_ts) in places)

    async def channel(self, channel_id: str) -> None:
        """Forget what a channel has besides its threads: its panel, and its experts' documents."""
        scope = ChannelScope(self._team, channel_id)
        await self._delete_documents(scope)
        self.gone += Gone(panels=int(await self._memory.panels.forget(scope)))
        await self._records.remains.erase(await self._records.remains.told(self._team, channel_id))
        await self._forget_opinions(lambda one: _channel(one) == channel_id)

    async def person(self, user: UserId) -> None:
        """Forget what *user* thinks of replies, and has said in others' threads unanswered."""
        words = await self._records.remains.words_of(self._team, user)
        amend = self._memory.queue.amend
        taken_back = [await amend(thread, ts, None) for thread, ts in words.waiting]
        self.gone += Gone(queued=sum(taken_back), given_up=await self._drop(words.dead))
        await self._forget_opinions(lambda one: one.by == user)

    async def _drop(self, turns: Iterable[TurnId]) -> int:
        return sum([await self._memory.queue.drop(turn) for turn in turns])

    async def _forget_opinions(self, which: Callable[[Feedback], bool]) -> None:
        months = kept_months(time.time())
        forgotten = await self._memory.feedback.forget(self._team, months, which)
        self.gone += Gone(opinions=forgotten)

    async def _delete_documents(self, scope: ChannelScope) -> None:
        """Delete what only this channel's experts can look up."""
        knowledge = self._records.knowledge
        try:
            collections = await knowledge.collections()
        except ConversationGone:  # 404: the server keeps no documents
            return
        for collection in collections:
            if collection.holder.scope == scope:
                for document in await knowledge.documents(collection.id):
                    await knowledge.remove(collection.id, document.id)
                    self.gone += Gone(documents=1)
                await knowledge.discard(collection.id)


def _channel(feedback: Feedback) -> str:
    return feedback.judged.turn.split(":")[1]
