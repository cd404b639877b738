"""Channels, counts of questions, and what one person alone is told: in memory."""

from collections.abc import Collection, Sequence

from bot import runtime
from bot.panel.access.channel_facts import ChannelFacts
from bot.panel.access.question_limits import (
    WINDOW,
    Exceeded,
    QuestionCounter,
    QuestionLimit,
)
from bot.panel.intake.admission import Notices
from bot.panel.model import ThreadRef, TurnId, UserId


class FakeChannelFacts(ChannelFacts):
    """Knows the channels that a test says are *shared* or public."""

    def __init__(self) -> None:
        self.shared: set[str] = set()
        self.public_ones: set[str] = set()
        self.moved: dict[str, set[str]] = {}

    def ids(self, channel_id: str) -> Collection[str]:
        return self.moved.get(channel_id, {channel_id})

    async def is_shared(self, channel_id: str) -> bool:
        return channel_id in self.shared

    async def public(self) -> Collection[str]:
        return self.public_ones


class FakeQuestionCounter(QuestionCounter):
    """Counts; ``advance`` lets time pass."""

    def __init__(self) -> None:
        self._asked: dict[str, dict[TurnId, float]] = {}
        self._passed = 0.0

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._passed += seconds

    async def take(self, question: TurnId, limits: Sequence[QuestionLimit]) -> Exceeded | None:
        now = runtime.monotonic() + self._passed
        for limit in limits:
            asked = self._asked.setdefault(limit.of, {})
            for old in [one for one, at in asked.items() if at + WINDOW <= now]:
                del asked[old]
            if question not in asked and len(asked) >= limit.most:
                return Exceeded(limit, [*asked.values()][-limit.most] + WINDOW - now)
        for limit in limits:
            self._asked[limit.of].setdefault(question, now)
        return None


class RecordingNotices(Notices):
    """Records whom alone was told what, and whether below a message without replies."""

    def __init__(self) -> None:
        self.told: list[tuple[UserId, str, bool]] = []

    async def tell_in_thread(
        self,
        sentence: str,
        user: UserId,
        thread: ThreadRef,
        *,
        failed: str,
        has_replies: bool,
    ) -> None:
        self.told.append((user, sentence, has_replies))
