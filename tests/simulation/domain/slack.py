"""Slack in memory: the threads of every workspace, as the panel and people see them.

It is strict: a status goes with the next message, a stream is found only once it has ended, and
nothing can be posted in a thread that was deleted.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from types import MappingProxyType

from bot.panel.errors import MessengerRefused, ThreadGone
from bot.panel.messaging.messenger import (
    Ending,
    GrowingText,
    Messenger,
    PlanTask,
    Post,
    TaskState,
)
from bot.panel.messaging.outbox import LastState
from bot.panel.model import ApprovalId, MessageTs, ThreadRef, TurnId, UserId
from bot.panel.texts import sentences
from tests.simulation.domain.thread import Shown, Thread
from tests.simulation.loop import SimulatedLoop

NOTHING: Mapping[str, LastState] = MappingProxyType({})
LONGEST = 60  # characters of one message: so that some answers take two


class SimulatedSlack(Messenger):
    """Its methods are what happens at Slack when a request arrives."""

    def __init__(self, loop: SimulatedLoop) -> None:
        self.threads: dict[ThreadRef, Thread] = {}
        self.on_post: list[Callable[[ThreadRef, Shown], None]] = []
        self._loop = loop
        self._numbers = count(2, 2)  # what is between, Slack never uses
        self._states: dict[str, partial[None]] = {}

    def new_ts(self) -> MessageTs:
        """Return the ts of a message that is posted now."""
        return MessageTs(f"{int(self._loop.wall_time())}.{next(self._numbers):06}")

    def thread(self, thread: ThreadRef) -> Thread:
        """Return *thread*, which need not have begun."""
        return self.threads.setdefault(thread, Thread())

    # The port.

    def pieces(self, text: str, after: str = "") -> Sequence[str]:
        return [text[i : i + LONGEST] for i in range(0, len(text), LONGEST)]

    async def post(self, thread: ThreadRef, post: Post) -> MessageTs:
        return self._post(thread, Shown(self.new_ts(), post))

    async def find(self, thread: ThreadRef, turn: TurnId, part: str) -> MessageTs | None:
        found = self.thread(thread).find(turn, part)
        return found.ts if found else None

    async def has_answered(self, thread: ThreadRef, turn: TurnId) -> bool:
        place = self.thread(thread)
        answered = any(
            one.post.turn == turn and one.post.part.startswith(("reply:", "router:"))
            for one in place.ours.values()
            if one.is_stamped
        )
        if answered:
            place.answered_before[turn] = self._loop.time()
        return answered

    def ended(self, thread: ThreadRef, ts: MessageTs, post: Post, ending: Ending) -> LastState:
        return self._state(thread, ts, partial(self._end, thread, ts, ending))

    def plan_ended(
        self, thread: ThreadRef, ts: MessageTs, post: Post, tasks: Sequence[PlanTask]
    ) -> LastState:
        return self._state(thread, ts, partial(self._show_plan, thread, ts, post, tasks))

    async def plan_decided(
        self,
        thread: ThreadRef,
        turn: TurnId,
        task: PlanTask,
        words: str,
        on_its_way: Mapping[str, LastState] = NOTHING,
    ) -> LastState | None:
        plan = self.thread(thread).find(turn, "plan")
        if plan is None:
            return None
        post, tasks = self._last(plan, on_its_way)
        if not any(one.id == task.id and one.state is TaskState.ASKING for one in tasks):
            return None
        decided = [replace(one, state=task.state) if one.id == task.id else one for one in tasks]
        return self.plan_ended(thread, plan.ts, post, decided)

    async def settled(
        self,
        thread: ThreadRef,
        besides: TurnId | None,
        until: MessageTs | None,
        waiting: Collection[ApprovalId],
        on_its_way: Mapping[str, LastState] = NOTHING,
    ) -> Sequence[LastState]:
        states = []
        for one in self.thread(thread).ours.values():
            is_newer = until is not None and float(one.ts) > float(until)
            if one.post.turn != besides and not is_newer and one.post.candidates:
                if not (one.ending or self._is_ending(one, on_its_way)):
                    ending = Ending(sentences.passed_over())
                    states.append(self.ended(thread, one.ts, one.post, ending))
            elif one.post.turn != besides and not is_newer:
                post, tasks = self._last(one, on_its_way)
                settled = _settled(post.turn, tasks, waiting)
                if settled != [*tasks]:
                    states.append(self.plan_ended(thread, one.ts, post, settled))
        return states

    async def ended_requests(
        self, thread: ThreadRef, requests: Collection[MessageTs]
    ) -> Collection[MessageTs]:
        shown = self.thread(thread).ours
        return [ts for ts in requests if ts in shown and shown[ts].ending]

    def _last(
        self, plan: Shown, on_its_way: Mapping[str, LastState]
    ) -> tuple[Post, Sequence[PlanTask]]:
        """Return what *plan* shows, or is about to show."""
        state = on_its_way.get(plan.ts)
        effect = self._states[state.request] if state else None
        if effect and effect.func == self._show_plan:
            return effect.args[2], effect.args[3]
        return plan.post, plan.tasks

    def _is_ending(self, one: Shown, on_its_way: Mapping[str, LastState]) -> bool:
        state = on_its_way.get(one.ts)
        return state is not None and self._states[state.request].func == self._end

    def taken_back(self, thread: ThreadRef, ts: MessageTs) -> LastState:
        return self._state(thread, ts, partial(self._remove, thread, ts))

    def status_cleared(self, thread: ThreadRef) -> LastState:
        return self._state(thread, "status", partial(self._show_status, thread, ""), passing=True)

    async def send(self, state: LastState) -> None:
        self._states[state.request]()

    async def delete(self, thread: ThreadRef, ts: MessageTs) -> None:
        self._remove(thread, ts)

    async def delete_strays(self, thread: ThreadRef, turn: TurnId) -> None:
        """Nothing was posted elsewhere: what is posted to a deleted thread is refused."""

    async def post_plan(
        self, thread: ThreadRef, post: Post, tasks: Sequence[PlanTask]
    ) -> MessageTs | None:
        return self._post(thread, Shown(self.new_ts(), post, tasks, self._loop.time()))

    async def update_plan(
        self, thread: ThreadRef, ts: MessageTs, post: Post, tasks: Sequence[PlanTask]
    ) -> None:
        self._show_plan(thread, ts, post, tasks)

    async def show_status(self, thread: ThreadRef, status: str) -> bool:
        if status and self.thread(thread).is_deleted:
            raise ThreadGone("thread_not_found")
        self._show_status(thread, status)
        return True

    def is_private(self, thread: ThreadRef) -> bool:
        return thread.channel_id.startswith("D")

    def growing_text(self) -> GrowingText:
        return self

    def next_chunk(self, shown: str, text: str) -> str:
        stable = text[: text.rfind(" ") + 1]
        fits = len(stable) <= LONGEST
        return stable[len(shown) :] if fits and stable.startswith(shown) else ""

    def last_chunk(self, shown: str, text: str) -> str | None:
        return text[len(shown) :] if text.startswith(shown) else None

    def fits_one_message(self, shown: str, more: str) -> bool:
        return len(shown + more) <= LONGEST

    async def open_stream(self, thread: ThreadRef, post: Post, reader: UserId) -> MessageTs | None:
        shown = Shown(self.new_ts(), post, is_streaming=True, is_stamped=False)
        return self._post(thread, shown)

    async def extend_stream(self, thread: ThreadRef, ts: MessageTs, more: str) -> bool:
        stream = self._stream(thread, ts)
        stream.post = replace(stream.post, text=stream.post.text + more)
        return True

    async def close_stream(self, thread: ThreadRef, ts: MessageTs, post: Post, more: str) -> bool:
        try:
            stream = self._stream(thread, ts)
        except MessengerRefused:
            return False
        stream.post = replace(
            stream.post,
            text=stream.post.text + more,
            ends_reply=post.ends_reply,
            is_cut=post.is_cut,
            router=post.router,
        )
        stream.is_streaming, stream.is_stamped = False, True
        return True

    async def withdraw_stream(
        self, thread: ThreadRef, ts: MessageTs | None, post: Post, ours: Collection[MessageTs]
    ) -> None:
        shown = self.thread(thread).ours
        unknown = [
            one.ts
            for one in shown.values()
            if not one.is_stamped and one.post.persona == post.persona and one.ts not in ours
        ]
        for gone in [ts] if ts else unknown:
            shown.pop(gone, None)

    # What becomes of threads.

    def _post(self, thread: ThreadRef, shown: Shown) -> MessageTs:
        place = self.thread(thread)
        if place.is_deleted:
            raise ThreadGone("thread_not_found")
        place.ours[shown.ts] = shown
        place.status = ""
        for look in self.on_post:
            look(thread, shown)
        return shown.ts

    def _stream(self, thread: ThreadRef, ts: MessageTs) -> Shown:
        stream = self.thread(thread).ours.get(ts)
        if stream is None or not stream.is_streaming:
            raise MessengerRefused("message_not_in_streaming_state")
        return stream

    def _state(
        self, thread: ThreadRef, about: str, effect: "partial[None]", *, passing: bool = False
    ) -> LastState:
        request = str(len(self._states))
        self._states[request] = effect
        return LastState(thread, about, request, passing)

    def _show_status(self, thread: ThreadRef, status: str) -> None:
        place = self.thread(thread)
        place.status, place.status_at = status, self._loop.time()

    def _show_plan(
        self, thread: ThreadRef, ts: MessageTs, post: Post, tasks: Sequence[PlanTask]
    ) -> None:
        if shown := self.thread(thread).ours.get(ts):
            shown.post, shown.tasks, shown.tasks_at = post, tasks, self._loop.time()

    def _end(self, thread: ThreadRef, ts: MessageTs, ending: Ending) -> None:
        if shown := self.thread(thread).ours.get(ts):
            shown.ending = ending

    def _remove(self, thread: ThreadRef, ts: MessageTs) -> None:
        self.thread(thread).ours.pop(ts, None)


def _settled(
    turn: TurnId, tasks: Sequence[PlanTask], waiting: Collection[ApprovalId]
) -> list[PlanTask]:
    ids = [one.rpartition("/")[0] for one in waiting]  # what is after it is a hash
    settled = []
    for task in tasks:
        waits = task.state is TaskState.ASKING and f"{turn}/{task.id}" in ids
        is_open = task.state in (TaskState.ASKING, TaskState.WORKING)
        settled.append(replace(task, state=TaskState.FAILED) if is_open and not waits else task)
    return settled
