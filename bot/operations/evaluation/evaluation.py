"""Asking the router all questions of an evaluation, some at once, and noting what it chose.

What is noted is not asked again: a run that was stopped goes on where it was. A note has no words
of a question or an answer.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal

from bot.operations.evaluation.questions import Experts, Question
from bot.operations.evaluation.router_trial import RouterTrial
from bot.operations.evaluation.scores import Choice
from bot.panel.errors import Refused, leaves
from bot.panel.language_model import prompts
from bot.panel.language_model.instructions import router_instructions
from bot.panel.model import ExpertName, Panel

_DIGEST = 16  # characters


@dataclass(frozen=True, slots=True)
class Note:
    """One decision of the router's, without any words."""

    key: str  # of the panel, the model, the question and the repetition
    chosen: Sequence[ExpertName]
    unknown: int = 0  # calls of nobody on the panel
    tokens: int = 0
    cost: str | None = "0"  # in dollars; None: the model has no price
    seconds: float = 0.0


def read_note(line: bytes) -> Note:
    """Return the note that a line of JSON is. Raises ValueError if it is none."""
    try:
        match json.loads(line):
            case {
                "key": str(key),
                "chosen": [*chosen],
                "unknown": int(unknown),
                "tokens": int(tokens),
                "cost": str() | None as cost,
                "seconds": int() | float() as seconds,
            } if all(isinstance(name, str) for name in chosen):
                if cost is None or Decimal(cost).is_finite():
                    return Note(key, chosen, unknown, tokens, cost, seconds)
    except (ArithmeticError, RecursionError) as error:
        raise ValueError from error
    raise ValueError


@dataclass(frozen=True, slots=True)
class Run:
    """All choices for a panel, and what they took."""

    panel: str  # what to call it
    version: str  # of the panel and its router
    router: str  # what it is called
    choices: Sequence[Choice]
    notes: Sequence[Note]

    @property
    def cost(self) -> Decimal | None:
        """What all cost, in dollars; None if the model has no price."""
        costs = [one.cost for one in self.notes]
        return None if None in costs else sum((Decimal(one) for one in costs if one), Decimal(0))


class Evaluation:
    """Asks about *questions*, at most *at_once* at a time, each *repeat* times.

    *notes* are those of earlier runs; *keep* is called with each new one. No further question is
    asked once all cost *budget* dollars. Raises Refused where nobody knows what they cost.
    Panels are checked with ``check`` first, before anything is paid for.
    """

    def __init__(
        self,
        trial: RouterTrial,
        questions: Sequence[Question],
        *,
        at_once: int,
        repeat: int,
        budget: Decimal | None,
        notes: Mapping[str, Note],
        keep: Callable[[Note], None],
    ) -> None:
        self._trial = trial
        self._questions = questions
        self._at_once = at_once
        self._repeat = repeat
        self._budget = budget
        self._spent = Decimal(0)
        self._notes = dict(notes)
        self._keep = keep

    @property
    def size(self) -> int:
        """How many choices a run has."""
        return len(self._questions) * self._repeat

    async def run(self, name: str, panel: Panel, advance: Callable[[], None]) -> Run:
        """Return the choices for *panel*, called *name*; *advance* is called after each."""
        version = _digest(self._trial.name, _version(panel))
        asked = [(one, nth) for one in self._questions for nth in range(self._repeat)]
        left, found = iter(asked), dict[tuple[str, int], Note]()

        async def ask_on() -> None:
            for question, nth in left:
                found[question.id, nth] = await self._note(version, panel, question, nth)
                advance()

        try:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(self._at_once):
                    tasks.create_task(ask_on())
        except ExceptionGroup as errors:  # of those that were asked at once, all for one reason
            raise next(leaves(errors)) from errors
        notes = [found[question.id, nth] for question, nth in asked]
        choices = [
            Choice(question, frozenset(note.chosen))
            for (question, _), note in zip(asked, notes, strict=True)
        ]
        return Run(name, version, self._trial.name, choices, notes)

    def check(self, name: str, panel: Panel) -> None:
        """Raise Refused if no choice of *panel*, called *name*, can be right for some question."""
        there = {expert.name for expert in panel.experts}
        for question in self._questions:
            if not any(right <= there for right in question.acceptable):
                missing = ", ".join(sorted(question.acceptable[0] - there))
                raise Refused(f"{name} has no {missing}, who should be asked in {question.id}.")

    async def _note(self, version: str, panel: Panel, question: Question, nth: int) -> Note:
        key = _digest(version, question.text, *map(repr, question.earlier), str(nth))
        return self._notes.get(key) or await self._ask(key, panel, question)

    async def _ask(self, key: str, panel: Panel, question: Question) -> Note:
        if self._budget is not None and self._spent >= self._budget:
            raise Refused(f"The budget of ${self._budget:f} is spent.")
        decision = await self._trial.decide(panel, question)
        if decision.cost is None and self._budget is not None:
            raise Refused(f"{self._trial.name} has no price, so that no budget can be kept.")
        self._spent += decision.cost or Decimal(0)
        note = Note(
            key,
            sorted(decision.experts),
            len(decision.unknown),
            decision.usage.input + decision.usage.output,
            None if decision.cost is None else str(decision.cost),
            round(decision.seconds, 3),
        )
        self._notes[key] = note
        self._keep(note)
        return note


def _version(panel: Panel) -> str:
    """Return what the router reads of *panel*."""
    told = router_instructions(panel.rules)
    return _digest(told, *(repr(astuple(tool)) for tool in prompts.tools(panel)))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_DIGEST]


def experts_of(choice: Experts) -> str:
    """Return a choice in words, for reports."""
    return ", ".join(sorted(choice)) or "nobody"
