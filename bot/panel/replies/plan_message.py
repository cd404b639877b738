"""The plan message: who was asked and why, kept up to date sparingly."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from bot.panel.errors import GiveUp, TryLater
from bot.panel.journal.events import (
    ApprovalAsked,
    ExpertAnswered,
    ExpertFailed,
    Posted,
    PostStarted,
)
from bot.panel.journal.progress import PLAN
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.messaging.messenger import Messenger, PlanTask, Post, TaskState
from bot.panel.model import Call, CallId, MessageTs, Panel
from bot.panel.replies.thread_writer import ThreadWriter
from bot.panel.texts import sentences

log = logging.getLogger(__name__)


class PlanMessage:
    """Shows the state of a turn: one plan message, and the status line under it."""

    def __init__(
        self,
        record: TurnRecord,
        messenger: Messenger,
        writer: ThreadWriter,
        panel: Panel,
        pause: float,
    ) -> None:
        self._record = record
        self._messenger = messenger
        self._writer = writer
        self._panel = panel
        self._pause = pause
        self._changed = asyncio.Event()
        self._given_up = False
        self._shown: Sequence[PlanTask] = ()
        self._may_be_lost = PLAN in record.progress.posting  # an earlier attempt stopped there
        self._showing = asyncio.Lock()  # the last update waits for the one under way

    @asynccontextmanager
    async def live(self) -> AsyncIterator[None]:
        """Update the plan message meanwhile, and leave it in its final state."""
        async with asyncio.TaskGroup() as tasks:
            updates = tasks.create_task(self._keep_up_to_date())
            yield
            await self._show()
            updates.cancel()

    async def give_up(self) -> None:
        """Show that the unfinished tasks will not be finished."""
        self._given_up = True
        await self._show()

    async def withdraw(self) -> None:
        """Delete the plan message if nothing else was posted; else leave it in its final state."""
        if ts := self._record.progress.posted.get(PLAN) or await self._lost_plan():
            if self._record.progress.posted.keys() - {PLAN}:
                await self._show()
            else:
                await self._messenger.delete(self._record.turn.thread, ts)

    def changed(self) -> None:
        """Note that an expert was called or has finished."""
        self._changed.set()

    async def _keep_up_to_date(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self._show()
            await asyncio.sleep(self._pause)

    async def _show(self) -> None:
        async with self._showing:
            tasks = self._tasks()
            if not tasks or tasks == self._shown:
                return
            self._shown = tasks
            try:
                await self._show_plan(tasks)
                await self._show_status(tasks)
            except (TryLater, GiveUp) as error:  # a plan not shown must not stop the turn
                self._shown = ()  # the next update, or the last one, shows it
                log.warning("plan.not_shown", extra={"reason": str(error)})

    async def _show_plan(self, tasks: Sequence[PlanTask]) -> None:
        title = sentences.plan_title([task.persona.name for task in tasks if not task.asked_by])
        post = self._writer.draft(PLAN, title)
        ts = self._record.progress.posted.get(PLAN) or await self._lost_plan()
        if ts:
            await self._messenger.update_plan(self._record.turn.thread, ts, post, tasks)
        elif any(task.state is TaskState.WORKING for task in tasks):  # else it comes too late
            await self._post_plan(post, tasks)

    async def _post_plan(self, post: Post, tasks: Sequence[PlanTask]) -> None:
        await self._record.note(PostStarted(PLAN))
        self._may_be_lost = True
        if ts := await self._messenger.post_plan(self._record.turn.thread, post, tasks):
            await self._record.note(Posted(PLAN, ts))
        else:
            self._may_be_lost, self._shown = False, ()

    async def _lost_plan(self) -> MessageTs | None:
        """Return the plan message if it was posted without an entry in the journal."""
        if not self._may_be_lost:
            return None
        turn = self._record.turn
        ts = await self._messenger.find(turn.thread, turn.id, PLAN)
        if ts:
            await self._record.note(Posted(PLAN, ts))
        return ts

    async def _show_status(self, tasks: Sequence[PlanTask]) -> None:
        working = [task for task in tasks if task.state is TaskState.WORKING]
        if working:
            names = [_with_colleagues(task, working) for task in working if not task.asked_by]
            status = sentences.consulting(names)
            await self._messenger.show_status(self._record.turn.thread, status)

    def _tasks(self) -> Sequence[PlanTask]:
        """The lines of the plan. Nothing is planned where people named a single expert."""
        progress = self._record.progress
        calls = progress.all_calls
        if progress.routed is None or (progress.routed.direct and len(calls) < 2):
            return ()
        titles = {call.id: self._panel.persona(call.expert).name for call in calls}
        return tuple(self._task(call, titles) for call in calls)

    def _task(self, call: Call, titles: Mapping[CallId, str]) -> PlanTask:
        outcomes = self._record.progress.outcomes
        match outcomes.get(call.id):
            case None:
                # An expert that has answered does not wait for its colleagues any more.
                abandoned = self._given_up or call.by in outcomes
                state = TaskState.FAILED if abandoned else TaskState.WORKING
            case ExpertAnswered():
                state = TaskState.DONE
            case ApprovalAsked():
                state = TaskState.ASKING
            case ExpertFailed():
                state = TaskState.FAILED
        asked_by = titles[call.by] if call.by else ""
        return PlanTask(call.id, self._panel.persona(call.expert), call.reason, state, asked_by)


def _with_colleagues(task: PlanTask, working: Sequence[PlanTask]) -> str:
    """Return which expert is working, and which colleagues it is waiting for."""
    title = task.persona.name
    colleagues = [other.persona.name for other in working if other.asked_by == title]
    return sentences.asking(title, colleagues) if colleagues else title
