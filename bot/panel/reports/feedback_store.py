"""Where people's feedback is kept. Every method may raise StoreUnavailable."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from bot.panel.reports.feedback import Feedback


class FeedbackStore(Protocol):
    """What people think of replies, for about a year."""

    async def save(self, team_id: str, feedback: Feedback) -> None:
        """Keep *feedback*, in place of what the same person said of the same reply before."""
        ...

    async def of_month(self, team_id: str, month: str) -> Sequence[Feedback]:
        """Return what was said of the replies to the questions of *month* (``2026-11``)."""
        ...

    async def forget(
        self, team_id: str, months: Iterable[str], matches: Callable[[Feedback], bool]
    ) -> int:
        """Forget the feedback of *months* that *matches*; returns how much that was."""
        ...
