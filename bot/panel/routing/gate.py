"""Whether the router is sure enough to ask somebody, or rather asks people whom to ask.

1. Nobody is decided first: a greeting is like no expert's questions, and would be unsure for ever.
2. Whoever is at least *wanted* is sure; whoever is less than *possible* is out.
3. What is between is unsure: it matters where nobody is sure, and, if eager, in any case.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.panel.model import ExpertName, WhenUnsure
from bot.panel.routing.likelihoods import Likelihoods

MOST_OFFERED = 5


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Likelihoods from which on an expert is *possible* or *wanted*, and *nobody* is."""

    possible: float = 0.15
    wanted: float = 0.5
    nobody: float = 0.5


@dataclass(frozen=True, slots=True)
class Look:
    """A first look at a question, with decisions or else by the agreement of two samples.

    *quiet*: a server without decisions is nothing to warn of.
    """

    thresholds: Thresholds = field(default_factory=Thresholds)
    decisions: bool = True
    quiet: bool = False
    agreement: bool = False  # where people are asked, if it is unclear whom to ask


@dataclass(frozen=True, slots=True)
class Sure:
    """These are to be asked, the likeliest first; where nobody is, the router answers by itself."""

    experts: tuple[ExpertName, ...]


@dataclass(frozen=True, slots=True)
class Unsure:
    """One to five experts who may be wanted, the likeliest first: people choose."""

    candidates: tuple[ExpertName, ...]


DEFAULT = Thresholds()


def decide(
    likelihoods: Likelihoods, mode: WhenUnsure, thresholds: Thresholds = DEFAULT
) -> Sure | Unsure:
    """Return what follows from *likelihoods*; never Unsure if *mode* is off."""
    possible = [(n, value) for n, value in _ranked(likelihoods) if value >= thresholds.possible]
    nobody = likelihoods.nobody or 0.0
    if not possible or (nobody >= thresholds.nobody and nobody >= possible[0][1]):
        return Sure(())
    names = tuple(name for name, _ in possible)
    sure = tuple(name for name, value in possible if value >= thresholds.wanted)
    is_unsure = len(sure) < len(names) if mode is WhenUnsure.EAGER else not sure
    if is_unsure and mode is not WhenUnsure.OFF:
        return Unsure(names[:MOST_OFFERED])
    return Sure(sure or names[:1])


def likeliest(likelihoods: Likelihoods, thresholds: Thresholds) -> tuple[ExpertName, ...]:
    """Return whom to offer people, the likeliest first, though all may be sure."""
    possible = [name for name, value in _ranked(likelihoods) if value >= thresholds.possible]
    return tuple(possible[:MOST_OFFERED])


def _ranked(likelihoods: Likelihoods) -> Sequence[tuple[ExpertName, float]]:
    return sorted(likelihoods.experts.items(), key=lambda each: (-each[1], each[0]))


def likely(likelihoods: Likelihoods, thresholds: Thresholds) -> tuple[ExpertName, ...]:
    """Return who is wanted beyond doubt, the likeliest first: nobody where nobody may be."""
    decided = decide(likelihoods, WhenUnsure.OFF, thresholds)
    names = decided.experts if isinstance(decided, Sure) else ()
    return tuple(one for one in names if likelihoods.experts[one] >= thresholds.wanted)
