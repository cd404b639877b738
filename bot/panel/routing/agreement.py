"""How likely each expert is wanted, from two samples of the router that did not know of each other.

A likelihood is the share of the samples that want the expert, times how far the two agree (halfway
between their Jaccard index and 1). So whoever both want is above 0.5, whoever only one wants is
below it and at 0.25 or more, and all of that is nearer to 1 and 0 the more they agree.
"""

from collections.abc import Iterable, Set

from bot.panel.model import ExpertName
from bot.panel.routing.likelihoods import Likelihoods

Wanted = Set[ExpertName]  # by one sample; empty: nobody


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
