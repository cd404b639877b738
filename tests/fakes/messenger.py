"""A Slack thread in memory."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count

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


@dataclass(frozen=True, slots=True)
class Fault:
    """The error that posting a part ends in, before or after its effect."""

    error: Exception
    after_effect: bool


class RecordingMessenger(Messenger):
    """Records what was posted, in order; *limit* is the length of the longest piece.

    Of unfinished text, complete words are stable. A stream is among the posts, and cannot be found
    before it is closed.
    """

    def __init__(self, limit: int = 1_000) -> None:
        self.posts: list[tuple[ThreadRef, MessageTs, Post]] = []
        self.plans: dict[MessageTs, list[Sequence[PlanTask]]] = {}
        self.statuses: list[str] = []  # all that were shown, in any thread
        self.shown: dict[ThreadRef, str] = {}  # what threads show now
        self.endings: dict[MessageTs, Ending] = {}
        self.decided: dict[tuple[MessageTs, str], str] = {}  # what plans say of requests
        self.private = False
        self.deleted: set[ThreadRef] = set()  # threads; nothing can be posted in them
        self.refuses_statuses = True  # in threads that were deleted
        self.clears_statuses = True  # False: not yet
        self.swept: list[TurnId] = []
        self.pauses = 0  # in which other tasks run before a message is posted
        self.open: dict[MessageTs, UserId] = {}  # the open streams, with their readers
        self.grown: list[str] = []  # what they showed after each addition
        self.read: list[int] = []  # the lengths at which unfinished texts were read
        self.withdrawn: list[str] = []
        self._unstamped: set[MessageTs] = set()
        self.limit = limit
        self._ts = count(1)
        self._states: dict[str, tuple[str, Callable[[], None]]] = {}
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def fail_next(self, part: str, error: Exception, *, after_effect: bool = False) -> None:
        """Let the next post of *part* raise *error*; or "open", "extend", "close", "withdraw"."""
        self._faults[part].append(Fault(error, after_effect))

    @property
    def said(self) -> list[tuple[str | None, str]]:
        """Who said what: the persona's name (None: the router) and the text."""
        posts = [post for _, _, post in self.posts]
        return [(p.persona.name if p.persona else None, p.text) for p in posts]

    @property
    def status(self) -> str:
        """The current status."""
        return next(iter(self.shown.values()), "")

    def pieces(self, text: str, after: str = "") -> Sequence[str]:
        return [text[i : i + self.limit] for i in range(0, len(text), self.limit)]

    async def post(self, thread: ThreadRef, post: Post) -> MessageTs:
        for _ in range(self.pauses):
            await asyncio.sleep(0)
        self._check(thread)
        fault = self._faults[post.part].popleft() if self._faults[post.part] else None
        if fault and not fault.after_effect:
            raise fault.error
        ts = self._add(thread, post)
        if fault:
            raise fault.error
        return ts

    async def find(self, thread: ThreadRef, turn: TurnId, part: str) -> MessageTs | None:
        for where, ts, post in self.posts:
            if (where, post.turn, post.part) == (thread, turn, part) and ts not in self._unstamped:
                return ts
        return None

    async def has_answered(self, thread: ThreadRef, turn: TurnId) -> bool:
        return any(
            (where, post.turn) == (thread, turn) and post.part.startswith(("reply:", "router:"))
            for where, ts, post in self.posts
            if ts not in self._unstamped
        )

    def ended(self, thread: ThreadRef, ts: MessageTs, post: Post, ending: Ending) -> LastState:
        return self._state(thread, ts, "end", lambda: self.endings.update({ts: ending}))

    def plan_ended(
        self, thread: ThreadRef, ts: MessageTs, post: Post, tasks: Sequence[PlanTask]
    ) -> LastState:
        return self._state(thread, ts, "plan end", lambda: self._show_plan(ts, post, tasks))

    async def plan_decided(
        self, thread: ThreadRef, turn: TurnId, task: PlanTask, words: str
    ) -> LastState | None:
        ts = await self.find(thread, turn, "plan")
        asks = any(
            one.id == task.id and one.state is TaskState.ASKING
            for one in (self.plans[ts][-1] if ts else ())
        )
        if not ts or not asks:
            return None

        def effect() -> None:
            self.decided[ts, task.id] = words
            tasks = self.plans[ts][-1]
            new = [replace(one, state=task.state) if one.id == task.id else one for one in tasks]
            self.plans[ts].append(new)

        return self._state(thread, ts, "plan decided", effect)

    async def settled(
        self,
        thread: ThreadRef,
        besides: TurnId | None,
        until: MessageTs | None,
        waiting: Collection[ApprovalId],
    ) -> Sequence[LastState]:
        states = []
        for where, ts, post in self.posts:
            if where == thread and post.candidates and ts not in self.endings:
                states.append(self.ended(thread, ts, post, Ending(sentences.passed_over())))
            if where == thread and post.turn != besides and post.part == "plan":
                tasks = [self._ended(one, post.turn, waiting) for one in self.plans[ts][-1]]
                if tasks != self.plans[ts][-1]:
                    effect = partial(self._show_plan, ts, replace(post, text="lost"), tasks)
                    states.append(self._state(thread, ts, "plan lost", effect))
        return states

    def _ended(self, task: PlanTask, turn: TurnId, waiting: Collection[str]) -> PlanTask:
        ids = {one.rpartition("/")[0] for one in waiting}  # what is after it is a hash
        waits = task.state is TaskState.ASKING and f"{turn}/{task.id}" in ids
        is_open = task.state in {TaskState.ASKING, TaskState.WORKING}
        return replace(task, state=TaskState.FAILED) if is_open and not waits else task

    async def ended_requests(
        self, thread: ThreadRef, requests: Collection[MessageTs]
    ) -> Collection[MessageTs]:
        return [ts for ts in requests if ts in self.endings]

    def taken_back(self, thread: ThreadRef, ts: MessageTs) -> LastState:
        return self._state(thread, ts, "delete", lambda: self._remove(ts))

    def status_cleared(self, thread: ThreadRef) -> LastState:
        return self._state(thread, "status", "clear", lambda: self._show(thread, ""))

    async def send(self, state: LastState) -> None:
        what, effect = self._states[state.request]
        fault = self._before(what)
        effect()
        if fault:
            raise fault.error

    async def delete(self, thread: ThreadRef, ts: MessageTs) -> None:
        fault = self._before("delete")
        self.posts = [one for one in self.posts if one[1] != ts]
        if fault:
            raise fault.error

    async def delete_strays(self, thread: ThreadRef, turn: TurnId) -> None:
        self.swept.append(turn)

    async def post_plan(
        self, thread: ThreadRef, post: Post, tasks: Sequence[PlanTask]
    ) -> MessageTs | None:
        ts = await self.post(thread, post)
        self.plans[ts] = [tasks]
        return ts

    async def update_plan(
        self, thread: ThreadRef, ts: MessageTs, post: Post, tasks: Sequence[PlanTask]
    ) -> None:
        self._show_plan(ts, post, tasks)

    async def show_status(self, thread: ThreadRef, status: str) -> bool:
        if status and self.refuses_statuses:
            self._check(thread)
        if not (status or self.clears_statuses):
            return False
        self._show(thread, status)
        return True

    def is_private(self, thread: ThreadRef) -> bool:
        return self.private

    def growing_text(self) -> GrowingText:
        return self

    def next_chunk(self, shown: str, text: str) -> str:
        self.read.append(len(text))
        stable = text[: text.rfind(" ") + 1]
        fits = len(stable) <= self.limit
        return stable[len(shown) :] if fits and stable.startswith(shown) else ""

    def last_chunk(self, shown: str, text: str) -> str | None:
        return text[len(shown) :] if text.startswith(shown) else None

    def fits_one_message(self, shown: str, more: str) -> bool:
        return len(shown + more) <= self.limit

    async def open_stream(self, thread: ThreadRef, post: Post, reader: UserId) -> MessageTs | None:
        self._check(thread)
        fault = self._before("open")
        if fault and not fault.after_effect:
            return None
        ts = self._add(thread, post)
        self.open[ts] = reader
        self._unstamped.add(ts)
        self.grown.append(post.text)
        if fault:
            raise fault.error
        return ts

    async def extend_stream(self, thread: ThreadRef, ts: MessageTs, more: str) -> bool:
        fault = self._before("extend")
        self._check_open(ts)
        self._extend(ts, more)
        if fault:
            raise fault.error
        return True

    async def close_stream(self, thread: ThreadRef, ts: MessageTs, post: Post, more: str) -> bool:
        try:
            fault = self._before("close")
            self._check_open(ts)
        except MessengerRefused:
            self.open.pop(ts, None)
            return False
        self._extend(ts, more)
        self._replace(ts, replace(self._post(ts), ends_reply=post.ends_reply, is_cut=post.is_cut))
        del self.open[ts]
        self._unstamped.discard(ts)
        if fault:
            raise fault.error
        return True

    async def withdraw_stream(
        self, thread: ThreadRef, ts: MessageTs | None, post: Post, ours: Collection[MessageTs]
    ) -> None:
        fault = self._before("withdraw")
        gone = {ts} if ts else self._orphans(thread, post) - {*ours}
        self.posts = [one for one in self.posts if one[1] not in gone]
        self.open = {one: reader for one, reader in self.open.items() if one not in gone}
        self._unstamped -= gone
        self.withdrawn.append(post.part)
        if fault:
            raise fault.error

    def _orphans(self, thread: ThreadRef, post: Post) -> set[MessageTs]:
        """Return the unstamped messages of the persona since the turn began."""
        since = float(post.turn.rpartition(":")[2])
        return {
            ts
            for where, ts, known in self.posts
            if where == thread
            and ts in self._unstamped
            and known.persona == post.persona
            and float(ts) >= since
        }

    def _state(
        self, thread: ThreadRef, about: str, what: str, effect: Callable[[], None]
    ) -> LastState:
        request = str(len(self._states))
        self._states[request] = what, effect
        return LastState(thread, about, request)

    def _show(self, thread: ThreadRef, status: str) -> None:
        self.statuses.append(status)
        self.shown.pop(thread, None)
        if status:
            self.shown[thread] = status

    def _remove(self, ts: MessageTs) -> None:
        self.posts = [one for one in self.posts if one[1] != ts]

    def _show_plan(self, ts: MessageTs, post: Post, tasks: Sequence[PlanTask]) -> None:
        self.plans.setdefault(ts, []).append(tasks)
        self._replace(ts, post)

    def _before(self, method: str) -> Fault | None:
        """Return the fault of the next call of *method* if it comes after the effect."""
        fault = self._faults[method].popleft() if self._faults[method] else None
        if fault and not fault.after_effect and method != "open":
            raise fault.error
        return fault

    def _check(self, thread: ThreadRef) -> None:
        if thread in self.deleted:
            raise ThreadGone("thread_not_found")

    def _check_open(self, ts: MessageTs) -> None:
        if ts not in self.open:
            raise MessengerRefused("message_not_in_streaming_state")

    def _add(self, thread: ThreadRef, post: Post) -> MessageTs:
        ts = MessageTs(f"1000.{next(self._ts):06}")
        self.posts.append((thread, ts, post))
        self.shown.pop(thread, None)  # Slack takes the status away
        return ts

    def _extend(self, ts: MessageTs, more: str) -> None:
        self._replace(ts, replace(self._post(ts), text=self._post(ts).text + more))
        self.grown.append(self._post(ts).text)

    def _post(self, ts: MessageTs) -> Post:
        return next(post for _, known, post in self.posts if known == ts)

    def _replace(self, ts: MessageTs, new: Post) -> None:
        self.posts = [
            (where, known, new if known == ts else old) for where, known, old in self.posts
        ]
