"""An observer that keeps what it hears."""

from typing import Any

from bot.panel.observing import Kind, Measure, Observed, Observer


class Heard(Observer):
    """An observer that keeps what it hears."""

    def __init__(self) -> None:
        self.begun_: list[Observed] = []
        self.ended_: list[Observed] = []
        self.measures: list[tuple[Measure, float, dict[str, Any], Observed]] = []

    def of(self, kind: Kind) -> list[Observed]:
        """Return the operations of that *kind* that have ended."""
        return [one for one in self.ended_ if one.kind is kind]

    def begun(self, operation: Observed) -> None:
        self.begun_.append(operation)

    def ended(self, operation: Observed) -> None:
        self.ended_.append(operation)

    def measured(
        self, measure: Measure, value: float, known: dict[str, Any], during: Observed
    ) -> None:
        self.measures.append((measure, value, known, during))
