"""What corrections gain the router, by cross-validation.

Each question is asked with the corrections of questions from other folds only. People correct what
is wrong: so those come first for which the router, without examples, chose otherwise.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.operations.evaluation import reports
from bot.operations.evaluation.evaluation import Run
from bot.operations.evaluation.questions import Question
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
    texts = list(dict.fromkeys(choice.question.text for choice in drawn))
    fold_of = {text: place % _FOLDS for place, text in enumerate(texts)}  # no fold tells another
    folds = {choice.question.id: fold_of[choice.question.text] for choice in drawn}
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
    rows = [(str(count), *_cells(run, runs[0])) for count, run in zip(COUNTS, runs, strict=True)]
    head = ("examples", *_MEASURES, "f1, gained", "95 % interval")
    return "\n".join([*reports.heading(runs[0]), "", *reports.table(head, rows), ""])


def _cells(run: Run, first: Run) -> Iterator[str]:
    values = reports.measures(run)
    yield from (reports.shown(values[name]) for name in _MEASURES)
    yield from reports.gain_cells(differences(run.choices, first.choices).get("f1"))
