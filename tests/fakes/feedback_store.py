"""What people think of replies, in memory."""

from collections.abc import Callable, Iterable, Sequence

from bot.panel.model import UserId
from bot.panel.months import month_of
from bot.panel.reports.feedback import Feedback, Judged, question_of
from bot.panel.reports.feedback_store import FeedbackStore


class FakeFeedbackStore(FeedbackStore):
    """Remembers for as long as it lives."""

    def __init__(self) -> None:
        self._voices: dict[tuple[str, Judged, UserId], Feedback] = {}

    async def save(self, team_id: str, feedback: Feedback) -> None:
        self._voices[team_id, feedback.judged, feedback.by] = feedback

    async def of_month(self, team_id: str, month: str) -> Sequence[Feedback]:
        return [
            feedback
            for (team, judged, _), feedback in self._voices.items()
            if team == team_id and month_of(question_of(judged.turn)) == month
        ]

    async def forget(
        self, team_id: str, months: Iterable[str], matches: Callable[[Feedback], bool]
    ) -> int:
        wanted = frozenset(months)
        forgotten = [
            voice
            for voice, feedback in self._voices.items()
            if voice[0] == team_id
            and month_of(question_of(feedback.judged.turn)) in wanted
            and matches(feedback)
        ]
        for voice in forgotten:
            del self._voices[voice]
        return len(forgotten)
