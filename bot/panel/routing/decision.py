"""A decision: who was asked about a question and who was not, as far as is known why.

It has no content. Nothing in it is guessed: what was not written down is not known.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.panel.model import ExpertName
from bot.panel.routing.likelihoods import Likelihoods

_NO_LIKELIHOODS = Likelihoods()


class WhyNot(StrEnum):
    """Why an expert was not asked."""

    LIMIT = "limit"  # it was called, after as many consultations as a turn may have
    PEOPLE = "people"  # people named others themselves
    UNLIKELY = "unlikely"  # its likelihood was below the threshold
    UNSAID = "unsaid"  # the router chose without saying of others why


@dataclass(frozen=True, slots=True)
class NotAsked:
    """An expert of the panel that nobody asked."""

    expert: ExpertName
    why: WhyNot
    likelihood: float | None = None  # None: unknown


@dataclass(frozen=True, slots=True)
class Routing:
    """What a report keeps of how its experts were chosen, besides whom and at what cost."""

    panel: str  # its version: a hash of what the router reads of it
    others: tuple[ExpertName, ...] = ()  # on the panel, and asked by nobody
    left_out: tuple[ExpertName, ...] = ()  # of those: called after the last consultation
    unknown: int = 0  # calls of experts that are not on the panel
    likelihoods: Likelihoods | None = None  # None: whoever chose told none
    threshold: float = 0.0  # from which likelihood experts were asked; 0: there was none

    def not_asked(self, *, direct: bool) -> tuple[NotAsked, ...]:
        """Return who was not asked; *direct*: people named the experts themselves."""
        likelihoods = (self.likelihoods or _NO_LIKELIHOODS).experts
        return tuple(
            NotAsked(name, self._why(name, likelihoods.get(name), direct), likelihoods.get(name))
            for name in self.others
        )

    def _why(self, name: ExpertName, likelihood: float | None, direct: bool) -> WhyNot:
        if name in self.left_out:
            return WhyNot.LIMIT
        if direct:
            return WhyNot.PEOPLE
        if likelihood is not None and likelihood < self.threshold:
            return WhyNot.UNLIKELY
        return WhyNot.UNSAID
