"""What workers are told of limits and budgets, noted for the reckoning."""

from collections.abc import Sequence
from typing import Any

from bot.panel.access.question_limits import Exceeded, QuestionCounter, QuestionLimit
from bot.panel.budgets.budget_store import BudgetStore, Charge, Hold, Short
from bot.panel.model import TurnId


class NotingCounter(QuestionCounter):
    """Notes what workers are told."""

    def __init__(self, counter: QuestionCounter, admitted: dict[TurnId, bool]) -> None:
        self._counter = counter
        self._admitted = admitted

    async def take(self, question: TurnId, limits: Sequence[QuestionLimit]) -> Exceeded | None:
        exceeded = await self._counter.take(question, limits)
        self._admitted[question] = exceeded is None
        return exceeded


class NotingBudgets:
    """Notes whom workers leave out."""

    def __init__(self, store: BudgetStore, short: set[TurnId]) -> None:
        self._store = store
        self._short = short

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def hold(self, hold: Hold, charges: Sequence[Charge], seconds: float) -> Short | None:
        short = await self._store.hold(hold, charges, seconds)
        if short:
            self._short.add(hold.turn)
        return short
