"""How far the likelihoods of a first look can be believed, and from which on to ask somebody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.operations.evaluation import scores
from bot.operations.evaluation.evaluation import Run
from bot.operations.evaluation.notes import Note
from bot.operations.evaluation.questions import Question
from bot.operations.evaluation.scores import MEASURES, Choice
from bot.panel.routing.gate import Thresholds, likely
from bot.panel.routing.likelihoods import Likelihoods

_BINS = 10
THRESHOLDS = tuple(tenth / 10 for tenth in range(1, 10))


@dataclass(frozen=True, slots=True)
class Bin:
    """The statements of which about the same was said."""

    low: float
    high: float
    count: int
    said: float  # at the mean
    true: float  # share


@dataclass(frozen=True, slots=True)
class Calibration:
    """Statements that somebody is wanted, or nobody, against whether that was right."""

    bins: Sequence[Bin]  # those that have any
    brier: float  # the mean square of how far off they are: 0 at best, .25 for always saying .5
    by_threshold: Sequence[tuple[float, float | None, float | None]]  # with F1 and exact matches

    @property
    def best(self) -> float:
        """The threshold with the highest F1; of several, the middle one."""
        top = max(f1 or 0.0 for _, f1, _ in self.by_threshold)
        found = [at for at, f1, _ in self.by_threshold if (f1 or 0.0) == top]
        return found[len(found) // 2]


def calibration(run: Run) -> Calibration | None:
    """Return what the likelihoods of *run* are worth; None if it has none."""
    judged = [
        (choice.question, likelihoods)
        for choice, note in zip(run.choices, run.notes, strict=True)
        if (likelihoods := _likelihoods(note)).experts
    ]
    if not judged:
        return None
    said = [one for question, likelihoods in judged for one in _statements(question, likelihoods)]
    brier = sum((value - is_true) ** 2 for value, is_true in said) / len(said)
    return Calibration([*_bins(said)], brier, [_at(one, judged) for one in THRESHOLDS])


def _likelihoods(note: Note) -> Likelihoods:
    return Likelihoods(note.likelihoods, note.nobody)


def _statements(question: Question, likelihoods: Likelihoods) -> Iterator[tuple[float, bool]]:
    """Yield how likely each statement was said to be, with whether it is true."""
    right = question.nearest(frozenset(likely(likelihoods, Thresholds())))
    for name, value in likelihoods.experts.items():
        yield value, name in right
    if likelihoods.nobody is not None:
        yield likelihoods.nobody, not right


def _bins(said: Sequence[tuple[float, bool]]) -> Iterator[Bin]:
    for number in range(_BINS):
        inside = [one for one in said if min(int(one[0] * _BINS), _BINS - 1) == number]
        if inside:
            values, truths = zip(*inside, strict=True)
            count = len(inside)
            low, high = number / _BINS, (number + 1) / _BINS
            yield Bin(low, high, count, sum(values) / count, sum(truths) / count)


def _at(
    threshold: float, judged: Sequence[tuple[Question, Likelihoods]]
) -> tuple[float, float | None, float | None]:
    sums = scores.total(
        Choice(question, frozenset(likely(likelihoods, Thresholds(wanted=threshold))))
        for question, likelihoods in judged
    )
    return threshold, MEASURES["f1"](sums), MEASURES["exact"](sums)
