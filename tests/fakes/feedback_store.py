"""Feedback in memory."""

from collections.abc import Callable, Iterable, Sequence

from bot.panel.model import UserId
from bot.panel.reports.feedback import Feedback, FeedbackStore, Judged, question_of
from bot.panel.reports.months import month_of


class FakeFeedbackStore(FeedbackStore):
    """Keeps one opinion for each person and reply."""

    def __init__(self) -> None:
        self._feedback: dict[tuple[str, Judged, UserId], Feedback] = {}

    async def save(self, team_id: str, feedback: Feedback) -> None:
        self._feedback[team_id, feedback.judged, feedback.by] = feedback

    async def of_month(self, team_id: str, month: str) -> Sequence[Feedback]:
        return [
            feedback
            for (team, judged, _), feedback in self._feedback.items()
            if team == team_id and month_of(question_of(judged.turn)) == month
        ]

    async def forget(
        self, team_id: str, months: Iterable[str], matches: Callable[[Feedback], bool]
    ) -> int:
        wanted = frozenset(months)
        forgotten = [
            voice
            for voice, feedback in self._feedback.items()
            if voice[0] == team_id
            and month_of(question_of(feedback.judged.turn)) in wanted
            and matches(feedback)
        ]
        for voice in forgotten:
            del self._feedback[voice]
        return len(forgotten)
