"""How far the likelihoods of a first look can be believed, and which thresholds suit them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.operations.evaluation import scores
from bot.operations.evaluation.evaluation import Run
from bot.operations.evaluation.notes import Note
from bot.operations.evaluation.questions import Question
from bot.operations.evaluation.scores import MEASURES, Choice
from bot.panel.model import WhenUnsure
from bot.panel.routing.gate import Thresholds, Unsure, decide, likely
from bot.panel.routing.likelihoods import Likelihoods

_BINS = 10
_TENTHS = tuple(tenth / 10 for tenth in range(1, 10))
_DEFAULT = Thresholds()
# What is tried, by the setting; the others are as they are by default.
_TRIED: Mapping[str, Sequence[Thresholds]] = {
    "PANELBOT_ROUTER_THRESHOLD": [
        replace(_DEFAULT, wanted=at, possible=min(at, _DEFAULT.possible)) for at in _TENTHS
    ],
    "PANELBOT_ROUTER_POSSIBLE": [
        replace(_DEFAULT, possible=at) for at in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
    ],
    "PANELBOT_ROUTER_NOBODY": [replace(_DEFAULT, nobody=at) for at in _TENTHS],
}
_FIELDS = dict(zip(_TRIED, ("wanted", "possible", "nobody"), strict=True))


@dataclass(frozen=True, slots=True)
class Bin:
    """The statements of which about the same was said."""

    low: float
    high: float
    count: int
    said: float  # at the mean
    true: float  # share


@dataclass(frozen=True, slots=True)
class Tried:
    """What a setting of *value* leads to, from 0 to 1; None where there is nothing to count."""

    value: float
    f1: float | None  # where people are never asked
    exact: float | None
    asked: float  # share of the questions for which people are asked: cautious
    offered: float | None  # share of these in which all that are right have a button


@dataclass(frozen=True, slots=True)
class Calibration:
    """Statements that somebody is wanted, or nobody, against whether that was right."""

    bins: Sequence[Bin]  # those that have any
    brier: float  # the mean square of how far off they are: 0 at best, .25 for always saying .5
    by_setting: Mapping[str, Sequence[Tried]]

    @property
    def best(self) -> float:
        """The PANELBOT_ROUTER_THRESHOLD with the highest F1; of several, the middle one."""
        tried = self.by_setting["PANELBOT_ROUTER_THRESHOLD"]
        top = max(one.f1 or 0.0 for one in tried)
        found = [one.value for one in tried if (one.f1 or 0.0) == top]
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
    by_setting = {
        setting: [_tried(getattr(one, _FIELDS[setting]), one, judged) for one in tried]
        for setting, tried in _TRIED.items()
    }
    return Calibration([*_bins(said)], brier, by_setting)


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


def _tried(
    value: float, thresholds: Thresholds, judged: Sequence[tuple[Question, Likelihoods]]
) -> Tried:
    sums = scores.total(
        Choice(question, frozenset(likely(likelihoods, thresholds)))
        for question, likelihoods in judged
    )
    decided = [(one, decide(known, WhenUnsure.CAUTIOUS, thresholds)) for one, known in judged]
    asked = [(one, frozenset(it.candidates)) for one, it in decided if isinstance(it, Unsure)]
    offered = sum(question.nearest(shown) <= shown for question, shown in asked)
    return Tried(
        value,
        MEASURES["f1"](sums),
        MEASURES["exact"](sums),
        len(asked) / len(judged),
        offered / len(asked) if asked else None,
    )
