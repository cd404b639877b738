"""Whom the stand-in model asks: the bundled questions, beside plain word overlap.

``panelbot eval`` asks the same questions over HTTP, and tells more of the choices.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from bot.experts.library import defaults, library
from bot.json_types import Json
from bot.operations.evaluation import scores
from bot.operations.evaluation.questions import Experts, Question
from bot.operations.evaluation.scores import MEASURES, Choice
from bot.panel.language_model import prompts
from bot.panel.model import Expert, ExpertName, Panel
from bot.playground.openai.items import items
from bot.playground.openai.rule_model.rules import RuleBrain
from bot.playground.openai.stand_in.brain import Call, ModelRequest
from bot.settings.yaml_files.questions_file import bundled_questions
from tests.benchmarks.figures import Effort, Figure, Goal

NAME = "routing"
_BATCHES = ("first", "fitted", "unseen", "shared")  # see the file of the questions
_MOST_SILENT = Goal(0.08, of_ratio=False)
_WORD = re.compile(r"\w{4,}")

Choose = Callable[[Question], Experts]


def tools(experts: tuple[Expert, ...]) -> Sequence[Json]:
    """Return the tools by which the router asks *experts*."""
    return [
        {"type": "function", "name": one.name, "description": one.description, "parameters": {}}
        for one in prompts.tools(Panel(experts))
    ]


ALL = tools(library())


async def measure(effort: Effort) -> list[Figure]:
    """Measure the choices for the questions of each language, and on the default panel."""
    figures = []
    for label, asked in groups().items():
        found, overlap = score(asked, by_rules), score(asked, by_overlap)
        goal = _least(0.65 if label.endswith(" en") else 0.5)
        figures += [
            Figure(NAME, f"{label}: exact", found["exact"], ""),
            Figure(NAME, f"{label}: F1", found["f1"], "", overlap["f1"], "word overlap", goal),
            Figure(NAME, f"{label}: silent", found["silent"], "", goal=_MOST_SILENT),
            Figure(NAME, f"{label}: nobody", found["nobody"], "", goal=_least(0.9)),
        ]
    few = score(bundled_questions(), partial(by_rules, offered=tools(defaults())))
    return [*figures, Figure(NAME, "default panel: silent", few["silent"], "", goal=_MOST_SILENT)]


def score(questions: Iterable[Question], choose: Choose) -> Mapping[str, float]:
    """Return how good the choices for *questions* are."""
    counts = scores.total(Choice(question, choose(question)) for question in questions)
    return {name: measure(counts) or 0.0 for name, measure in MEASURES.items()}


def by_rules(question: Question, offered: Sequence[Json] = ALL) -> Experts:
    """Return whom the stand-in model asks."""
    said: list[dict[str, Any]] = []
    for number, one in enumerate(question.earlier):
        calls = [(f"call_{number}_{name}", prompts.tool_name(name)) for name in one.asked]
        said.append({"role": "user", "content": one.text})
        said += [
            {"type": "function_call", "call_id": id_, "name": name, "arguments": "{}"}
            for id_, name in calls
        ]
        said += [{"type": "function_call_output", "call_id": i, "output": "A."} for i, _ in calls]
        said.append({"role": "assistant", "content": "Answered."})
    said.append({"role": "user", "content": question.text})
    request = ModelRequest(
        model="gpt-6-luna",
        instructions="",
        items=items.taken(said, "input"),
        tools=offered,
        may_call=True,
    )
    steps = RuleBrain().reply(request)
    called = (prompts.expert_of(step.name) for step in steps if isinstance(step, Call))
    return frozenset(name for name in called if name)


def by_overlap(question: Question) -> Experts:
    """Return the experts whose purposes share most words with the question."""
    words = set(_WORD.findall(question.text.casefold()))
    shared: Mapping[ExpertName, int] = {
        one.name: len(words & set(_WORD.findall(one.purpose.casefold()))) for one in library()
    }
    most = max(shared.values())
    return frozenset(name for name, count in shared.items() if count == most and most)


def groups() -> Mapping[str, Sequence[Question]]:
    """Return the questions by batch and language."""
    found: dict[str, list[Question]] = defaultdict(list)
    for question in bundled_questions():
        batch = next(tag for tag in question.tags if tag in _BATCHES)
        language = next(tag for tag in question.tags if tag.startswith("lang "))
        found[f"{batch}, {language.removeprefix('lang ')}"].append(question)
    return found


def _least(limit: float) -> Goal:
    return Goal(limit, of_ratio=False, at_least=True)
