"""Deleting what is kept of threads: first the conversations, then the links that lead to them.

Each thread is on hold meanwhile, so that no worker begins a turn in it. What cannot be deleted
keeps its links, so that a second attempt finds it.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, fields
from functools import partial

from bot import runtime
from bot.operations.forgetting.survey import ThreadData
from bot.operations.queue_admin import Hold, renewed
from bot.operations.services import Services
from bot.panel.audit.entry import Act
from bot.panel.errors import ModelUnavailable, Refused
from bot.panel.model import ConversationId, ThreadRef, TurnId, UserId
from bot.panel.reports.feedback import Feedback
from bot.panel.reports.months import kept_months
from bot.panel.retries import Backoff, Retries, retry
from bot.panel.roster.roster import ChannelScope, Scope, WorkspaceScope
from bot.panel.routing.corrections import Correction
from bot.panel.timeouts import Timeouts

_BACKOFF = Timeouts().backoff
_POLL_INTERVAL = 0.2  # seconds; the store sends no notification when a turn ends


@dataclass(frozen=True, slots=True)
class Deleted:
    """How much was deleted."""

    threads: int = 0
    conversations: int = 0
    items: int = 0
    queued: int = 0  # messages, and turns that waited for a retry
    messages: int = 0  # of the bot's, in Slack
    reports: int = 0
    given_up: int = 0  # turns
    opinions: int = 0
    corrections: int = 0
    documents: int = 0
    panels: int = 0
    elsewhere: tuple[ConversationId, ...] = ()  # another backend's, and not found on this server

    def __add__(self, other: "Deleted") -> "Deleted":
        names = [field.name for field in fields(self)]
        return Deleted(**{name: getattr(self, name) + getattr(other, name) for name in names})


class ForgetThreads:
    """Deletes, and counts in *deleted*; waits up to *wait* seconds for a turn that is running."""

    def __init__(
        self,
        services: Services,
        *,
        wait: float,
        messages: bool,
        by: UserId | None = None,
        drop: bool = True,
    ) -> None:
        self.deleted = Deleted()
        self._drop_waiting = drop  # else a thread in which somebody asks is left alone
        self._by = by  # None: whoever runs the command
        self._services = services
        self._stores = services.stores
        self._wait = wait
        self._messages = messages

    async def thread(self, data: ThreadData) -> None:
        """Forget a thread. Raises Refused if a turn keeps running in it."""
        await asyncio.create_task(self._thread(data))  # a task for the lease

    async def _thread(self, data: ThreadData) -> None:
        await self._record(data.thread)
        hold = await self._hold(data.thread)
        self.deleted += Deleted(queued=hold.dropped)
        async with renewed(self._stores.queue, hold, self._services.lease):
            await self._delete_conversations(data)
            await self._stores.queue.renew(hold.claim)  # raises TurnLost if the hold has expired
            await self._stores.threads.forget(data.thread, data.conversations)
            await self._stores.panels.forget(data.thread)
            thread = data.thread
            await self._forget_corrections(
                lambda one: one.thread_ts == thread.thread_ts and _is_in(one, thread.channel_id),
                thread.channel_id,
            )
            if self._messages:
                await self._delete_messages(data.thread)
        self.deleted += Deleted(threads=1)

    async def _hold(self, thread: ThreadRef) -> Hold:
        polls = Retries(Backoff((_POLL_INTERVAL,), total=self._wait, endless=True))
        while (hold := await self._stores.queue.hold(thread, drop=self._drop_waiting)) is None:
            if not await polls.wait():
                raise Refused("a turn is running there; stop it in Slack, or wait for its end")
        return hold

    async def _delete_conversations(self, data: ThreadData) -> None:
        model = self._services.model
        links = await self._stores.threads.links(data.thread)
        added = {*links.experts.values()} - {*data.conversations}
        routers = filter(None, [links.router])
        for conversation in dict.fromkeys([*added, *data.conversations, *routers]):
            items = await retry(partial(model.delete, conversation), _BACKOFF, on=ModelUnavailable)
            if items is not None:
                self.deleted += Deleted(conversations=1, items=items)
            elif not model.is_current(conversation):
                self.deleted += Deleted(elsewhere=(conversation,))

    async def _delete_messages(self, thread: ThreadRef) -> None:
        messages = self._services.messages
        for ts in reversed((await messages.traces(thread)).bot_messages):
            await messages.delete(thread, ts)
            self.deleted += Deleted(messages=1)

    async def records(self, threads: Collection[ThreadRef], channel_id: str = "") -> None:
        """Forget the records of the turns of *threads*: reports, opinions, turns given up."""
        kept = await self._stores.kept.threads(self._services.team_id, channel_id)
        chosen = [each for thread, each in kept.items() if thread in threads]
        given_up = [turn for each in chosen for turn in each.given_up]
        await self._drop(given_up)
        await self._stores.kept.erase([key for each in chosen for key in each.letter_keys])
        report_keys = [key for each in chosen for key in each.report_keys]
        erased = await self._stores.kept.erase(report_keys)
        self.deleted += Deleted(reports=erased, given_up=len(given_up))
        places = {(thread.channel_id, thread.thread_ts) for thread in threads}
        await self._forget_opinions(
            lambda opinion: (_channel(opinion), opinion.thread_ts) in places
        )

    async def channel(self, channel_id: str) -> None:
        """Forget what a channel has besides its threads: its panel, and its experts' documents."""
        team_id = self._services.team_id
        scope = ChannelScope(team_id, channel_id)
        await self._record(scope)
        await self._delete_collections(lambda owner: owner == scope)
        self.deleted += Deleted(panels=int(await self._stores.panels.forget(scope)))
        kept = self._stores.kept
        await kept.erase(await kept.keys_about(team_id, channel_id))
        await self._forget_opinions(lambda opinion: _channel(opinion) == channel_id)
        await self._forget_corrections(lambda one: _is_in(one, channel_id), channel_id)
        await self._forget_usage(channel_id)

    async def person(self, user: UserId) -> None:
        """Forget the opinions and corrections of *user*, and their messages that wait elsewhere."""
        await self._record(WorkspaceScope(self._services.team_id), user)
        unanswered = await self._stores.kept.unanswered(self._services.team_id, user)
        amend = self._stores.queue.amend
        taken_back = [await amend(thread, ts, None) for thread, ts in unanswered.waiting]
        given_up = await self._drop(unanswered.given_up)
        self.deleted += Deleted(queued=sum(taken_back), given_up=given_up)
        await self._forget_opinions(lambda opinion: opinion.by == user)
        await self._forget_corrections(lambda one: user in one.people)
        await self._forget_usage(user)
        kept = self._stores.kept
        await kept.erase(await kept.keys_about(self._services.team_id, user))

    async def _record(self, where: Scope, subject: str = "") -> None:
        await self._stores.auditor.record(Act.FORGOT, where, self._by, subject)

    async def _drop(self, turns: Iterable[TurnId]) -> int:
        return sum([await self._stores.queue.drop(turn) for turn in turns])

    async def _forget_opinions(self, matches: Callable[[Feedback], bool]) -> None:
        months = kept_months(runtime.time())
        forgotten = await self._stores.feedback.forget(self._services.team_id, months, matches)
        self.deleted += Deleted(opinions=forgotten)

    async def _forget_corrections(
        self, matches: Callable[[Correction], bool], channel_id: str = ""
    ) -> None:
        team_id = self._services.team_id
        forgotten = await self._stores.corrections.forget(team_id, matches, channel_id)
        self.deleted += Deleted(corrections=forgotten)

    async def _forget_usage(self, name: str) -> None:
        months = kept_months(runtime.time())
        await self._stores.reports.forget_usage(self._services.team_id, months, name)

    async def documents_of(self, team_id: str) -> None:
        """Delete all documents of a workspace's experts."""
        await self._delete_collections(lambda owner: owner.team_id == team_id)

    async def _delete_collections(self, matches: Callable[[Scope], bool]) -> None:
        knowledge = self._services.knowledge
        for collection in await knowledge.collections():
            if matches(collection.owner.scope):
                for document in await knowledge.documents(collection.id):
                    await knowledge.remove(collection.id, document.id)
                    self.deleted += Deleted(documents=1)
                await knowledge.discard(collection.id)


def _is_in(correction: Correction, channel_id: str) -> bool:
    return correction.channel_id == channel_id


def _channel(feedback: Feedback) -> str:
    return feedback.judged.turn.split(":")[1]
