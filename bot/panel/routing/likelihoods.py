"""How likely it is that a question wants each expert, or nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.panel.model import ExpertName


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """Probabilities from 0 to 1, each by itself: several experts may be wanted.

    *experts* has those that something was said of; *nobody*: that the router answers by itself.
    """

    experts: Mapping[ExpertName, float] = field(default_factory=dict)
    nobody: float | None = None
