"""What corrections gain the router, by cross-validation.

Each question is asked with the corrections of questions from other folds only. People correct what
is wrong: so those come first for which the router, without examples, chose otherwise.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.operations.evaluation.evaluation import Run
from bot.operations.evaluation.questions import Question
from bot.operations.evaluation.reports import measures, shown
from bot.operations.evaluation.router_trial import Decision, RouterTrial
from bot.operations.evaluation.scores import Choice, differences
from bot.panel.model import MessageTs, Panel
from bot.panel.routing.corrections import Correction, CorrectionKind
from bot.panel.routing.learning import nearest

COUNTS = (0, 10, 30, 100)
_FOLDS = 5
_MEASURES = ("f1", "exact", "precision", "recall")


@dataclass(slots=True)
class LearningTrial:
    """Asks the router, and shows it the nearest of the corrections in *known*, by question."""

    router: RouterTrial
    known: Mapping[str, Sequence[Correction]]
    name: str

    @property
    def key(self) -> str:
        """What decides, and how."""
        return f"{self.router.key} {self.name}"

    async def decide(self, panel: Panel, question: Question) -> Decision:
        """Return who of *panel* is asked *question*. Raises ModelUnavailable or ModelRefused."""
        examples = nearest(question.text, self.known[question.id])
        return await self.router.decide(panel, question, examples)


def trial_with(router: RouterTrial, count: int, before: Sequence[Choice]) -> LearningTrial:
    """Return a trial with *count* corrections of what the router chose *before*, without any."""
    draw = random.Random(0)  # noqa: S311 - not for security: the same folds each time
    drawn = draw.sample(before, len(before))
    folds = {choice.question.id: place % _FOLDS for place, choice in enumerate(drawn)}
    ranked = sorted(drawn, key=lambda choice: choice.is_exact)  # the wrong ones first
    corrections = [(folds[one.question.id], _correction(one)) for one in ranked if one.right]
    pools = [
        [correction for place, correction in corrections if place != fold][:count]
        for fold in range(_FOLDS)
    ]
    known = {question: pools[fold] for question, fold in folds.items()}
    return LearningTrial(router, known, f"{router.name} with {count} examples")


def _correction(choice: Choice) -> Correction:
    question, right = choice.question, choice.right
    return Correction(
        f"T0:C0:{question.id}",
        "",
        MessageTs(question.id),
        question.text,
        tuple(sorted(choice.chosen)),
        CorrectionKind.NAMED,
        tuple(sorted(right)),
        tuple(sorted(choice.chosen - right)),
    )


def as_markdown(runs: Sequence[Run]) -> str:
    """Return the report of runs with so many examples as COUNTS has."""
    first = runs[0]
    head = ("examples", *_MEASURES, "f1, gained", "95 % interval")
    lines = [f"# {first.panel}", "", f"- {len(first.choices)} questions, put to {first.router}", ""]
    lines += [_row(head), "|" + "---|" * len(head)]
    lines += [_row(cells) for cells in _rows(runs)]
    return "\n".join([*lines, ""])


def _rows(runs: Sequence[Run]) -> Iterator[Sequence[str]]:
    for count, run in zip(COUNTS, runs, strict=True):
        gain, low, high = differences(run.choices, runs[0].choices).get("f1", (0.0, 0.0, 0.0))
        values = (shown(measures(run)[name]) for name in _MEASURES)
        yield str(count), *values, f"{gain:+.3f}", f"{low:+.3f} to {high:+.3f}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
