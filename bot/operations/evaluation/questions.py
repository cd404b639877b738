"""Labelled questions: what is asked, and which experts are the right ones for it."""

from dataclasses import dataclass

from bot.operations.evaluation.checks import Check
from bot.panel.model import ExpertName

Experts = frozenset[ExpertName]  # empty: the router answers itself


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was asked before in the same thread, and whom the router asked then."""

    text: str
    asked: tuple[ExpertName, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the choices that are right, of which the first is its label."""

    id: str
    text: str
    acceptable: tuple[Experts, ...]
    earlier: tuple[Earlier, ...] = ()
    tags: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()  # of the answer

    def nearest(self, chosen: Experts) -> Experts:
        """Return the acceptable choice that *chosen* has most in common with."""

        def overlap(right: Experts) -> float:
            return (2 * len(right & chosen) + 1) / (len(right) + len(chosen) + 1)

        return max(self.acceptable, key=overlap)
