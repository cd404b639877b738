"""Asking the router all questions of an evaluation, some at once, and noting what it chose.

What is noted is not asked again: a run that was stopped goes on where it was.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from bot.operations.evaluation.checks import Judge, Judgement, checked
from bot.operations.evaluation.notes import Note
from bot.operations.evaluation.questions import Experts, Question
from bot.operations.evaluation.router_trial import Decision
from bot.operations.evaluation.scores import Choice
from bot.panel.errors import Refused, leaves
from bot.panel.language_model.panel_version import digest, panel_version
from bot.panel.model import Panel
from bot.panel.prices import total


@dataclass(frozen=True, slots=True)
class Run:
    """All choices for a panel, and what they took."""

    panel: str  # what to call it
    version: str  # of the panel and its router
    router: str  # what it is called
    choices: Sequence[Choice]
    notes: Sequence[Note]
    judge: str = ""  # what judged the answers, if the experts were asked

    @property
    def cost(self) -> Decimal | None:
        """What all cost, in dollars; None if the model has no price."""
        return total(None if one.cost is None else Decimal(one.cost) for one in self.notes)


class Trial(Protocol):
    """Tries a panel on a question; *name* is what reports call who decides."""

    name: str

    async def decide(self, panel: Panel, question: Question) -> Decision:
        """Return who of *panel* is asked *question*. Raises ModelUnavailable or ModelRefused."""


class RoutingTrial(Trial, Protocol):
    """A trial of the router alone."""

    @property
    def key(self) -> str:
        """What decides, and how: what is noted of another key tells nothing."""


@dataclass(frozen=True, slots=True)
class Answering:
    """How questions that have checks are answered: by which *trial*, and who judges that."""

    trial: Trial
    judge: Judge
    models: str  # that answer where an expert names none


@dataclass(slots=True)
class Evaluation:
    """Asks *trial* about *questions*, at most *at_once* at a time, each *repeat* times.

    *notes* are those of earlier runs; *keep* is called with each new one. No further question is
    asked once all cost *budget* dollars. Raises Refused where nobody knows what they cost.
    Panels are checked with ``check`` first, before anything is paid for.
    """

    trial: RoutingTrial
    questions: Sequence[Question]
    at_once: int
    repeat: int
    budget: Decimal | None
    notes: dict[str, Note]
    keep: Callable[[Note], None]
    _spent: Decimal = field(init=False, default=Decimal(0))

    @property
    def size(self) -> int:
        return len(self.questions) * self.repeat

    async def run(
        self,
        name: str,
        panel: Panel,
        advance: Callable[[], None],
        answering: Answering | None = None,
    ) -> Run:
        """Return the choices for *panel*, called *name*; *advance* is called after each.

        Without *answering*, the checks of answers are left out.
        """
        version = digest(self.trial.key, panel_version(panel))
        asked = [(one, nth) for one in self.questions for nth in range(self.repeat)]
        left, found = iter(asked), dict[tuple[str, int], Note]()

        async def ask_on() -> None:
            for question, nth in left:
                key = digest(version, question.text, *map(repr, question.earlier), str(nth))
                answered = answering if question.checks else None
                if answered:
                    key = digest(key, *_read_by_experts(panel, question, answered))
                noted = self.notes.get(key) or await self._ask(key, panel, question, answered)
                found[question.id, nth] = noted
                advance()

        try:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(self.at_once):
                    tasks.create_task(ask_on())
        except ExceptionGroup as errors:  # of those that were asked at once, all for one reason
            raise next(leaves(errors)) from errors
        notes = [found[question.id, nth] for question, nth in asked]
        choices = [
            Choice(question, frozenset(note.chosen), note.passed)
            for (question, _), note in zip(asked, notes, strict=True)
        ]
        judge = answering.judge.name if answering else ""
        return Run(name, version, self.trial.name, choices, notes, judge)

    def check(self, name: str, panel: Panel) -> None:
        """Raise Refused if no choice of *panel*, called *name*, can be right for some question."""
        there = {expert.name for expert in panel.experts}
        for question in self.questions:
            if not any(right <= there for right in question.acceptable):
                missing = ", ".join(sorted(question.acceptable[0] - there))
                raise Refused(f"{name} has no {missing}, who should be asked in {question.id}.")

    async def _ask(
        self, key: str, panel: Panel, question: Question, answering: Answering | None
    ) -> Note:
        if self.budget is not None and self._spent >= self.budget:
            raise Refused(f"The budget of ${self.budget:f} is spent.")
        trial = answering.trial if answering else self.trial
        decision = await trial.decide(panel, question)
        found: Sequence[Judgement] = ()
        if answering and decision.answer:
            found = await checked(question.text, question.checks, decision.answer, answering.judge)
        cost = total([decision.cost, *(one.cost for one in found)])
        if cost is None and self.budget is not None:
            name = answering.judge.name if answering and decision.cost is not None else trial.name
            raise Refused(f"{name} has no price, so that no budget can be kept.")
        self._spent += cost or Decimal(0)
        note = Note(
            key,
            sorted(decision.experts),
            len(decision.unknown),
            decision.usage.input + decision.usage.output + sum(one.tokens for one in found),
            None if cost is None else str(cost),
            round(decision.seconds, 3),
            tuple(one.passed for one in found),
            tuple(one.reason for one in found),
            decision.likelihoods.experts,
            decision.likelihoods.nobody,
            bool(decision.unjudged),
        )
        self.notes[key] = note
        self.keep(note)
        return note


def _read_by_experts(panel: Panel, question: Question, answering: Answering) -> Iterator[str]:
    """Yield what else an answer, and what is found of it, depend on."""
    yield from map(repr, panel.experts)
    yield panel.synthesis
    yield from map(repr, question.checks)
    yield f"{answering.models}, judged by {answering.judge.name}"


def experts_of(choice: Experts) -> str:
    """Return a choice in words, for reports."""
    return ", ".join(sorted(choice)) or "nobody"
