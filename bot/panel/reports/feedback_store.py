"""The store of feedback."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from bot.panel.reports.feedback import Feedback


class FeedbackStore(Protocol):
    """Feedback of about a year. Every method may raise StoreUnavailable."""

    async def save(self, team_id: str, feedback: Feedback) -> None:
        """Save *feedback*, replacing the same person's feedback on the same reply."""

    async def of_month(self, team_id: str, month: str) -> Sequence[Feedback]:
        """Return the feedback on replies to questions of *month* (``2026-11``)."""

    async def forget(
        self, team_id: str, months: Iterable[str], matches: Callable[[Feedback], bool]
    ) -> int:
        """Forget the feedback of *months* that *matches*; returns how much that was."""
