"""Choosing what is to be forgotten: a thread, a channel, or what a person began."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from bot.operations.forgetting.forget_threads import ForgetThreads
from bot.operations.forgetting.survey import Survey, ThreadData
from bot.panel.errors import PanelError, leaves
from bot.panel.model import ThreadRef, UserId

ThreadTracker = Callable[[Sequence[ThreadRef]], Iterable[ThreadRef]]  # shows the progress


@dataclass(slots=True)
class ForgetPlan:
    """What is to be forgotten."""

    threads: list[ThreadData] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)  # as a whole
    user: UserId | None = None
    notes: list[str] = field(default_factory=list)  # what people should know before they agree

    @property
    def is_empty(self) -> bool:
        return not (self.threads or self.channels or self.user)


class ForgetPlanner:
    """Makes plans; with *messages*, the bot's messages in Slack are to be deleted, too."""

    def __init__(self, survey: Survey, *, messages: bool, track: ThreadTracker = iter) -> None:
        self._survey = survey
        self._messages = messages
        self._track = track

    async def thread(self, thread: ThreadRef) -> ForgetPlan:
        kept = await self._survey.kept(thread.channel_id)
        looked = [data async for data, _ in self._survey.look([thread], kept)]
        return ForgetPlan([data for data in looked if self._is_kept(data, kept)])

    async def channel(self, channel: str) -> ForgetPlan:
        """Return the plan for a channel with all of its threads."""
        plan = ForgetPlan(channels=[channel])
        kept, in_slack = await self._survey.kept(channel), await self._survey.in_slack(channel)
        if in_slack is None:
            plan.notes.append(
                "Slack does not let the bot read that channel: only the threads that Redis knows "
                "are found."
            )
        threads = sorted({*kept, *(in_slack or ())}, key=lambda thread: thread.thread_ts)
        async for data, _ in self._survey.look(self._track(threads), kept):
            if self._is_kept(data, kept):
                plan.threads.append(data)
        return plan

    async def person(self, user: UserId) -> ForgetPlan:
        """Return the plan for the threads that *user* began, and their direct messages."""
        plan, others = ForgetPlan(user=user), list[ThreadRef]()
        kept = await self._survey.kept()
        threads = sorted(kept, key=lambda thread: (thread.channel_id, thread.thread_ts))
        async for data, traces in self._survey.look(self._track(threads), kept):
            if traces.started_by == user:
                plan.threads.append(data)
            elif user in traces.people:
                others.append(data.thread)
        channels = {data.thread.channel_id for data in plan.threads}
        plan.channels += sorted(channel for channel in channels if channel.startswith("D"))
        if others:
            places = ", ".join(thread.place for thread in others)
            plan.notes.append(
                f"They have also spoken in threads that others began, which stay: {places}. "
                "Forget these one by one, if you want to."
            )
        return plan

    def _is_kept(self, data: ThreadData, kept: Collection[ThreadRef]) -> bool:
        has_messages = self._messages and bool(data.bot_messages)
        return data.is_known or data.thread in kept or has_messages


async def carry_out(
    plan: ForgetPlan,
    forget: ForgetThreads,
    *,
    track: Callable[[Sequence[ThreadData]], Iterable[ThreadData]] = iter,
) -> list[str]:
    """Forget what *plan* names; return what could not be forgotten, a line each."""
    problems, done = list[str](), list[ThreadRef]()
    for data in track(plan.threads):
        try:
            await forget.thread(data)
        except (PanelError, ExceptionGroup) as error:
            reasons = dict.fromkeys(str(leaf) for leaf in leaves(error))
            problems.append(f"{data.thread.place}: {'; '.join(reasons)}")
        else:
            done.append(data.thread)
    try:
        await _carry_out_rest(plan, forget, done)
    except PanelError as error:
        problems.append(f"what was noted besides the threads: {error}")
    return problems


async def _carry_out_rest(
    plan: ForgetPlan, forget: ForgetThreads, done: Collection[ThreadRef]
) -> None:
    if done:
        channels = {thread.channel_id for thread in done}
        await forget.records(frozenset(done), channels.pop() if len(channels) == 1 else "")
    for channel in plan.channels:
        await forget.channel(channel)
    if plan.user:
        await forget.person(plan.user)
