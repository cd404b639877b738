"""How right choices of experts are. A choice is a set, so that each expert in it counts.

Of the acceptable choices of a question that one counts which is nearest to what was chosen.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from operator import mul

from bot.operations.evaluation.questions import Experts, Question

NOBODY = "nobody"
_RESAMPLES = 2_000
_BETWEEN = (0.025, 0.975)  # of the resamples: a 95 % interval


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen for a question, and which checks of the answer it has passed."""

    question: Question
    chosen: Experts
    passed: Sequence[bool] = ()  # in the order of the question's checks, if there was an answer

    @property
    def right(self) -> Experts:
        return self.question.nearest(self.chosen)

    @property
    def is_exact(self) -> bool:
        return self.chosen == self.right


@dataclass(frozen=True, slots=True)
class Counts:
    """What scores are made of; they can be added."""

    questions: int = 0
    exact: int = 0
    right: int = 0  # experts of labels
    chosen: int = 0
    hits: int = 0  # experts of both
    too_many: int = 0  # questions for which more experts than the right ones were chosen
    for_nobody: int = 0
    left_alone: int = 0  # of these, for which nobody was chosen
    for_experts: int = 0
    silent: int = 0  # of these, for which nobody was chosen
    checks: int = 0
    passed: int = 0  # of these

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def counts(choice: Choice) -> Counts:
    """Return what one choice adds."""
    right, chosen = choice.right, choice.chosen
    return Counts(
        1,
        int(choice.is_exact),
        len(right),
        len(chosen),
        len(right & chosen),
        int(bool(chosen - right)),
        int(not right),
        int(not right and not chosen),
        int(bool(right)),
        int(bool(right) and not chosen),
        len(choice.passed),
        sum(choice.passed),
    )


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


# From 0 to 1, None where there is nothing of which it would be a share. Of over-selection and
# silence, less is better.
MEASURES: Mapping[str, Callable[[Counts], float | None]] = {
    "f1": lambda c: _share(2 * c.hits, c.right + c.chosen),
    "precision": lambda c: _share(c.hits, c.chosen),
    "recall": lambda c: _share(c.hits, c.right),
    "exact": lambda c: _share(c.exact, c.questions),
    "over-selection": lambda c: _share(c.too_many, c.questions),
    "nobody": lambda c: _share(c.left_alone, c.for_nobody),
    "silent": lambda c: _share(c.silent, c.for_experts),
    "answers": lambda c: _share(c.passed, c.checks),
}


def total(choices: Iterable[Choice]) -> Counts:
    """Return the counts of all *choices*."""
    return sum(map(counts, choices), Counts())


def by_tag(choices: Sequence[Choice]) -> Mapping[str, Counts]:
    """Return the counts of the questions with each tag, in the order of the tags' names."""
    tags = sorted({tag for choice in choices for tag in choice.question.tags})
    return {tag: total(c for c in choices if tag in c.question.tags) for tag in tags}


def by_expert(choices: Sequence[Choice]) -> Mapping[str, Counts]:
    """Return for each expert its hits, and how often it was right and chosen."""
    names = sorted({name for choice in choices for name in choice.right | choice.chosen})
    return {
        name: Counts(
            questions=len(choices),
            right=sum(name in choice.right for choice in choices),
            chosen=sum(name in choice.chosen for choice in choices),
            hits=sum(name in choice.right & choice.chosen for choice in choices),
        )
        for name in names
    }


def confusion(choices: Iterable[Choice]) -> Counter[tuple[str, str]]:
    """Return how often an expert was missed while another was chosen in its place."""
    return Counter(pair for choice in choices for pair in _confused(choice))


def _confused(choice: Choice) -> Iterator[tuple[str, str]]:
    """Yield who was missed, with each who was chosen instead; nobody counts as somebody here."""
    right, chosen = choice.right or {NOBODY}, choice.chosen or {NOBODY}
    for missed in sorted(right - chosen):
        for instead in sorted(chosen - right):
            yield missed, instead


def unsteady(choices: Iterable[Choice]) -> float:
    """Return the share of questions for which repeated choices differ."""
    chosen: dict[str, set[Experts]] = {}
    for choice in choices:
        chosen.setdefault(choice.question.id, set()).add(choice.chosen)
    return sum(len(one) > 1 for one in chosen.values()) / len(chosen) if chosen else 0.0


def differences(
    new: Sequence[Choice], old: Sequence[Choice]
) -> Mapping[str, tuple[float, float, float]]:
    """Return how much higher *new* is in each measure, with a 95 % interval: what it may well be.

    Both are choices for the same questions; measures that either lacks are left out. The interval
    comes from a paired bootstrap: questions are drawn anew, with replacement, always the same way.
    """
    pairs = list(zip(_by_question(new), _by_question(old), strict=True))
    kinds = {pair: number for number, pair in enumerate(dict.fromkeys(pairs))}
    sides = [[*zip(*map(astuple, side), strict=True)] for side in zip(*kinds, strict=True)]
    numbers = [kinds[pair] for pair in pairs]  # many questions count alike
    draw = random.Random(0)  # noqa: S311 - not for security: the same report each time

    def gains(drawn: Sequence[int]) -> Mapping[str, float]:
        times = Counter(drawn)
        weights = [times[number] for number in range(len(kinds))]
        here, there = (
            Counts(*(sum(map(mul, counted, weights)) for counted in one)) for one in sides
        )
        both = ((name, of(here), of(there)) for name, of in MEASURES.items())
        return {name: new - old for name, new, old in both if new is not None and old is not None}

    resampled = [gains(draw.choices(numbers, k=len(numbers))) for _ in range(_RESAMPLES)]

    def bound(name: str, share: float) -> float:
        ordered = sorted(one[name] for one in resampled if name in one)
        return ordered[round(share * (len(ordered) - 1))]

    low, high = _BETWEEN
    known = gains(numbers).items()
    return {name: (gain, bound(name, low), bound(name, high)) for name, gain in known}


def _by_question(choices: Iterable[Choice]) -> Sequence[Counts]:
    sums: dict[str, Counts] = {}
    for choice in choices:
        sums[choice.question.id] = sums.get(choice.question.id, Counts()) + counts(choice)
    return [sums[id_] for id_ in sorted(sums)]
