"""The plan message: who was asked and why, kept up to date sparingly."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

from bot.panel.errors import MessengerRefused, MessengerUnavailable
from bot.panel.journal.events import ApprovalAsked, ExpertAnswered, ExpertFailed
from bot.panel.journal.failures import Failure
from bot.panel.journal.post_events import Posted, PostStarted
from bot.panel.journal.posts import PLAN, approval_part
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.messaging.messenger import Messenger, PlanTask, TaskState
from bot.panel.model import Call, CallId, MessageTs, Panel
from bot.panel.replies.thread_writer import ThreadWriter
from bot.panel.texts import sentences
from bot.panel.timeouts import Timeouts

log = logging.getLogger(__name__)

_ON_ITS_WAY = 5.0  # seconds that a cancelled turn waits for its plan to be posted
_BUSY_PAUSE = 5.0  # seconds until a plan that the rate limit did not allow is tried again

Title = Callable[[Sequence[str]], str]


class PlanMessage:
    """Shows the state of a turn: a status line and, unless it is over at once, a plan message."""

    def __init__(
        self,
        record: TurnRecord,
        messenger: Messenger,
        writer: ThreadWriter,
        panel: Panel,
        timeouts: Timeouts,
    ) -> None:
        self._record = record
        self._messenger = messenger
        self._writer = writer
        self._panel = panel
        self._timeouts = timeouts
        self._changed = asyncio.Event()
        # By the loop's clock: since when experts work, and when the plan is to be posted.
        self._since: float | None = None
        self._due: float | None = None
        self._not_before = 0.0
        self._given_up = self._stopped = False
        self._shown: tuple[str, Sequence[PlanTask]] | None = None
        stopped_there = PLAN in record.posts.posting  # an earlier attempt
        self._may_be_lost = stopped_there or record.in_doubt
        self._showing = asyncio.Lock()  # the last update waits for the one under way

    @asynccontextmanager
    async def live(self) -> AsyncIterator[None]:
        """Update the plan message meanwhile, and leave it in its final state."""
        async with asyncio.TaskGroup() as tasks:
            updates = tasks.create_task(self._keep_up_to_date())
            yield
            await self.end(sentences.asked)
            updates.cancel()

    async def give_up(self) -> None:
        """Leave it saying that the unfinished tasks will not be finished."""
        self._given_up = True
        outcomes = self._record.progress.outcomes
        is_finished = all(call.id in outcomes for call in self._record.progress.all_calls)
        await self.end(sentences.asked if is_finished else sentences.asked_in_part)

    async def end(self, title: Title) -> None:
        """Leave the plan message, if there is one, in its final state under *title*."""
        async with self._showing:
            tasks = self._tasks()
            if tasks and (ts := self._record.posts.posted.get(PLAN) or await self._lost_plan()):
                await self._leave(ts, title(_asked_first(tasks)), tasks)

    async def stop(self) -> None:
        """Leave it saying that somebody stopped the turn, and what was still asked in it."""
        self._stopped = True
        await self.end(sentences.asked_until_stopped)

    async def withdraw(self) -> None:
        """Delete the plan message if nothing else was posted; else leave it in its final state."""
        if ts := self._record.posts.posted.get(PLAN) or await self._lost_plan():
            if self._record.posts.posted.keys() - {PLAN}:
                await self.stop()
            else:
                await self._messenger.delete(self._record.turn.thread, ts)

    def changed(self) -> None:
        self._changed.set()

    async def precede_failure(self) -> None:
        """Post the plan now if others are still asked: below a failure it would hide its cause."""
        await self._show(at_once=True)

    async def _keep_up_to_date(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._due):
                    await self._changed.wait()
            self._changed.clear()
            if not _is_working(self._tasks()):
                await asyncio.sleep(self._timeouts.plan_updates)  # it may be over with that
            await self._show()
            await asyncio.sleep(self._timeouts.plan_updates)

    async def _show(self, *, at_once: bool = False) -> None:
        async with self._showing:
            tasks = self._tasks()
            if not tasks:
                return
            title = sentences.asking if _is_working(tasks) else sentences.asked
            try:
                await self._show_plan(title(_asked_first(tasks)), tasks, at_once=at_once)
                await self._show_status(tasks)
            except (MessengerUnavailable, MessengerRefused) as error:
                self._shown = None  # the next update, or the last one, shows it
                log.warning("plan.not_shown", extra={"reason": str(error)})

    async def _show_plan(self, title: str, tasks: Sequence[PlanTask], *, at_once: bool) -> None:
        ts = self._record.posts.posted.get(PLAN) or await self._lost_plan()
        if ts is None and self._is_due(tasks, at_once=at_once):
            await self._post_plan(title, tasks)
        elif ts and self._record.progress.retries:  # an older last state may still wait
            await self._leave(ts, title, tasks)
        elif ts and self._shown != (title, tasks):
            self._shown = title, tasks
            draft = self._writer.draft(PLAN, title)
            await self._messenger.update_plan(self._record.turn.thread, ts, draft, tasks)

    async def _leave(self, ts: MessageTs, title: str, tasks: Sequence[PlanTask]) -> None:
        if self._shown != (title, tasks):
            draft, thread = self._writer.draft(PLAN, title), self._record.turn.thread
            await self._writer.leave(self._messenger.plan_ended(thread, ts, draft, tasks))
            self._shown = title, tasks

    def _is_due(self, tasks: Sequence[PlanTask], *, at_once: bool) -> bool:
        if not _is_working(tasks):
            self._due = None
            return False
        now, timeouts = asyncio.get_running_loop().time(), self._timeouts
        self._since = self._since or now
        wait = timeouts.plan_of_several if len(tasks) > 1 else timeouts.plan_of_one
        self._due = max(self._since + (0 if at_once else wait), self._not_before)
        return self._due <= now

    async def _post_plan(self, title: str, tasks: Sequence[PlanTask]) -> None:
        posting = asyncio.create_task(self._post_and_note(title, tasks))
        try:
            await asyncio.shield(posting)
        except asyncio.CancelledError:  # whoever ends the turn has to find what is on its way
            await asyncio.wait([posting], timeout=_ON_ITS_WAY)
            posting.cancel()
            await asyncio.gather(posting, return_exceptions=True)
            raise

    async def _post_and_note(self, title: str, tasks: Sequence[PlanTask]) -> None:
        draft = self._writer.draft(PLAN, title)
        await self._record.note(PostStarted(PLAN))
        self._may_be_lost = True
        if ts := await self._messenger.post_plan(self._record.turn.thread, draft, tasks):
            self._shown, self._due = (title, tasks), None
            await self._record.note(Posted(PLAN, ts))
        else:
            self._may_be_lost = False
            self._not_before = asyncio.get_running_loop().time() + _BUSY_PAUSE

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
            case ExpertFailed(failure=Failure.STOPPED):
                state = TaskState.STOPPED
            case ApprovalAsked():
                state = self._asking(call)
            case ExpertFailed():
                state = TaskState.FAILED
        asked_by = titles[call.by] if call.by else ""
        reason = self._record.progress.in_one(call).reason
        return PlanTask(call.id, self._panel.persona(call.expert), reason, state, asked_by)

    def _asking(self, call: Call) -> TaskState:
        """Return the state of an expert whose request may have ended together with the turn."""
        progress = self._record.progress
        if self._stopped:
            return TaskState.STOPPED
        is_unposted = not any(one.startswith(approval_part(call)) for one in progress.posts.posted)
        if progress.is_superseded(call) or (self._given_up and is_unposted):
            return TaskState.FAILED
        return TaskState.ASKING


def _is_working(tasks: Sequence[PlanTask]) -> bool:
    return any(task.state is TaskState.WORKING for task in tasks)


def _asked_first(tasks: Sequence[PlanTask]) -> list[str]:
    return [task.persona.name for task in tasks if not task.asked_by]


def _with_colleagues(task: PlanTask, working: Sequence[PlanTask]) -> str:
    title = task.persona.name
    colleagues = [other.persona.name for other in working if other.asked_by == title]
    return sentences.asking_others(title, colleagues) if colleagues else title
