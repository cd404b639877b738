"""A Slack thread in memory."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from bot.panel.model import MessageTs, ThreadRef, TurnId
from bot.panel.ports import Messenger, PlanTask, Post


@dataclass(frozen=True, slots=True)
class Fault:
    """The error that posting a part ends in, before or after its effect."""

    error: Exception
    after_effect: bool


class RecordingMessenger(Messenger):
    """Keeps what was posted, in order; *limit* is the longest piece."""

    def __init__(self, limit: int = 1_000) -> None:
        self.posts: list[tuple[ThreadRef, MessageTs, Post]] = []
        self.plans: dict[MessageTs, list[Sequence[PlanTask]]] = {}
        self.statuses: list[str] = []
        self._limit = limit
        self._ts = count(1)
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def fail_next(self, part: str, error: Exception, *, after_effect: bool = False) -> None:
        """Let the next post of *part* raise *error*."""
        self._faults[part].append(Fault(error, after_effect))

    @property
    def said(self) -> list[tuple[str | None, str]]:
        """Who said what: the persona's name (None: the router) and the text."""
        posts = [post for _, _, post in self.posts]
        return [(p.persona and p.persona.name, p.text) for p in posts]

    @property
    def status(self) -> str:
        """The status that shows now."""
        return self.statuses[-1] if self.statuses else ""

    def pieces(self, text: str) -> Sequence[str]:
        return [text[i : i + self._limit] for i in range(0, len(text), self._limit)]

    async def post(self, thread: ThreadRef, post: Post) -> MessageTs:
        fault = self._faults[post.part].popleft() if self._faults[post.part] else None
        if fault and not fault.after_effect:
            raise fault.error
        ts = MessageTs(f"1000.{next(self._ts):06}")
        self.posts.append((thread, ts, post))
        if fault:
            raise fault.error
        return ts

    async def find(self, thread: ThreadRef, turn: TurnId, part: str) -> MessageTs | None:
        for where, ts, post in self.posts:
            if (where, post.turn, post.part) == (thread, turn, part):
                return ts
        return None

    async def post_plan(
        self, thread: ThreadRef, post: Post, tasks: Sequence[PlanTask]
    ) -> MessageTs | None:
        ts = await self.post(thread, post)
        self.plans[ts] = [tasks]
        return ts

    async def update_plan(
        self, thread: ThreadRef, ts: MessageTs, post: Post, tasks: Sequence[PlanTask]
    ) -> None:
        self.plans.setdefault(ts, []).append(tasks)

    async def show_status(self, thread: ThreadRef, status: str) -> None:
        self.statuses.append(status)
