"""How likely it is that a question wants each expert, or nobody.

Where two samples of the router tell, which did not know of each other, a likelihood is the share of
them that want the expert, times how far the two agree (halfway between their Jaccard index and 1).
So whoever both want is above 0.5, whoever only one wants is below it and at 0.25 or more, and all
of that is nearer to 1 and 0 the more they agree.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from bot.panel.model import ExpertName

Wanted = Set[ExpertName]  # by one sample; empty: nobody


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """Probabilities from 0 to 1, each by itself: several experts may be wanted.

    *experts* has those that something was said of; *nobody*: that the router answers by itself.
    """

    experts: Mapping[ExpertName, float] = field(default_factory=dict)
    nobody: float | None = None


def agreement(first: Wanted, second: Wanted, experts: Iterable[ExpertName]) -> Likelihoods:
    """Return how likely each of *experts* is wanted, and nobody, by the two samples."""
    certainty = (1 + _jaccard(first, second)) / 2

    def likelihood(first: bool, second: bool) -> float:
        return (first + second) / 2 * certainty

    found = {name: likelihood(name in first, name in second) for name in experts}
    return Likelihoods(found, nobody=likelihood(not first, not second))


def _jaccard(first: Wanted, second: Wanted) -> float:
    either = first | second
    return len(first & second) / len(either) if either else 1.0
