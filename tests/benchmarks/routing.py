"""Whom the stand-in model asks: labelled questions in seven languages, beside plain word overlap.

The bundled experts are all on the panel. Of each question the labelled choice counts that is
nearest to what was chosen. The questions in ``../shared`` are read where they exist.
"""

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from bot.experts.library import defaults, library
from bot.json_types import Json
from bot.panel.language_model import prompts
from bot.panel.model import Expert, Panel
from bot.playground.openai.items import items
from bot.playground.openai.rule_model.rules import RuleBrain
from bot.playground.openai.stand_in.brain import Call, ModelRequest
from tests.benchmarks.figures import Effort, Figure, Goal

NAME = "routing"
OWN = Path(__file__).with_name("routing_questions.yaml")
_ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("PANELBOT_SHARED", _ROOT.parent / "shared"))
_MOST_SILENT = Goal(0.08, of_ratio=False)
_NOBODY = "nobody"
_WORD = re.compile(r"\w{4,}")

Experts = frozenset[str]


def tools(experts: tuple[Expert, ...]) -> Sequence[Json]:
    """Return the tools by which the router asks *experts*."""
    return [
        {"type": "function", "name": one.name, "description": one.description, "parameters": {}}
        for one in prompts.tools(Panel(experts))
    ]


ALL = tools(library())
Choose = Callable[["Question"], Experts]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the choices that are right, and what was asked before it: a text, and whom."""

    language: str
    text: str
    right: tuple[Experts, ...]
    before: tuple[tuple[str, Experts], ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """How good the choices for some questions are, each figure from 0 to 1."""

    exact: float
    f1: float
    silent: float
    nobody: float


async def measure(effort: Effort) -> list[Figure]:
    """Measure the choices for the questions of each language, and on the default panel."""
    figures = []
    for label, asked in _groups().items():
        found, overlap = score(asked, by_rules), score(asked, by_overlap)
        goal = _least(0.65 if label.endswith(" en") else 0.5)
        figures += [
            Figure(NAME, f"{label}: exact", found.exact, ""),
            Figure(NAME, f"{label}: F1", found.f1, "", overlap.f1, "word overlap", goal),
            Figure(NAME, f"{label}: silent", found.silent, "", goal=_MOST_SILENT),
            Figure(NAME, f"{label}: nobody", found.nobody, "", goal=_least(0.9)),
        ]
    everything = [question for _, question in questions()]
    few = score(everything, partial(by_rules, offered=tools(defaults())))
    return [*figures, Figure(NAME, "default panel: silent", few.silent, "", goal=_MOST_SILENT)]


def score(questions: Iterable[Question], choose: Choose) -> Score:
    """Return how good the choices for *questions* are."""
    asked = list(questions)
    pairs = [(_nearest(chosen, one.right), chosen) for one in asked for chosen in [choose(one)]]
    hits = sum(len(right & chosen) for right, chosen in pairs)
    said = sum(len(right) + len(chosen) for right, chosen in pairs)
    return Score(
        exact=_share(right == chosen for right, chosen in pairs),
        f1=2 * hits / said if said else 1.0,
        silent=_share(not chosen for right, chosen in pairs if right),
        nobody=_share(not chosen for right, chosen in pairs if not right),
    )


def by_rules(question: Question, offered: Sequence[Json] = ALL) -> Experts:
    """Return whom the stand-in model asks."""
    said: list[dict[str, Any]] = []
    for number, (text, whom) in enumerate(question.before):
        calls = [(f"call_{number}_{name}", prompts.tool_name(name)) for name in whom]
        said.append({"role": "user", "content": text})
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
    calls_made = [step.name for step in steps if isinstance(step, Call)]
    return frozenset(str(prompts.expert_of(name)) for name in calls_made)


def by_overlap(question: Question) -> Experts:
    """Return the experts whose purposes share most words with the question."""
    words = set(_WORD.findall(question.text.casefold()))
    shared = {
        one.name: len(words & set(_WORD.findall(one.purpose.casefold()))) for one in library()
    }
    most = max(shared.values())
    return frozenset(name for name, count in shared.items() if count == most and most)


def questions() -> list[tuple[str, Question]]:
    """Return all questions, each with the name of where it comes from."""
    own = yaml.safe_load(OWN.read_text("utf-8"))
    found = []
    for key, asked in own.items():
        source, _, language = key.rpartition(".")
        found += [
            (source or "own", Question(language, text, tuple(map(_experts, right.split("|")))))
            for text, right in asked.items()
        ]
    path = SHARED / "cases" / "routing_questions.yaml"
    if path.exists():
        found += [("shared", _shared(one)) for one in yaml.safe_load(path.read_text("utf-8"))]
    return found


def _groups() -> Mapping[str, Sequence[Question]]:
    groups: dict[str, list[Question]] = defaultdict(list)
    for source, question in questions():
        groups[f"{source}, {question.language}"].append(question)
    return groups


def _shared(entry: Mapping[str, Any]) -> Question:
    right = tuple(frozenset(one) for one in (entry["experts"], *entry["also_acceptable"]))
    before = tuple((one["text"], frozenset(one["asked"])) for one in entry.get("thread", ()))
    return Question(entry["lang"], entry["text"], right, before)


def _experts(names: str) -> Experts:
    return frozenset(name.strip() for name in names.split(",")) - {_NOBODY}


def _nearest(chosen: Experts, right: Sequence[Experts]) -> Experts:
    return max(right, key=lambda one: (2 * len(one & chosen) + 1) / (len(one) + len(chosen) + 1))


def _share(found: Iterable[bool]) -> float:
    all_ = list(found)
    return sum(all_) / len(all_) if all_ else 1.0


def _least(limit: float) -> Goal:
    return Goal(limit, of_ratio=False, at_least=True)
