"""What the simulated model says: its answers name the questions, so that they can be counted."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from random import Random

from bot.panel.language_model.exchange import Prompt, StoredItem, ToolCalled, UserSaid
from bot.panel.made_files import MadeFile
from bot.panel.model import CallId, RequestId
from bot.panel.tools import ApprovalWanted
from tests.reckoning.questions import Asked, Wish, asked_in, listed, made_by

COLLEAGUE = "design"  # who is on the panel for nobody else
ASKS_EVERY = 3  # question: whom legal asks it about first
STRANGE_EVERY = 7  # question: of those the router calls somebody who is not on the panel
UNSURE_EVERY = 4  # question: the router does not know whom to ask
Step = str | ToolCalled | ApprovalWanted | MadeFile


def reply(prompt: Prompt, stored: Sequence[StoredItem], new_id: Callable[[], str]) -> list[Step]:
    """Answer as the router, or as the expert whose conversation this is."""
    known = [item.text for item in (*stored, *prompt.items) if isinstance(item, UserSaid)]
    questions = asked_in(known[-1]) if known else []
    if prompt.cache_key.startswith("router:"):
        return _route(prompt, questions, new_id)
    name = prompt.cache_key.removeprefix("expert:").rpartition("/")[2]
    own = [one for one in questions if name in one.experts] or questions  # a colleague's
    if prompt.tools and prompt.may_call and any(one.number % ASKS_EVERY == 0 for one in own):
        return [_call(COLLEAGUE, new_id)]
    titles = [made_by(name, one.number) for one in own if one.wish is Wish.TICKET]
    if titles and prompt.server_tools and not _has_asked_for_approval(stored, prompt):
        return [_ticket(title, new_id) for title in titles]
    asked = [one for one in own if one.wish is Wish.FILE and name in one.experts]
    files = [MadeFile(new_id(), file_of(name, one.number)) for one in asked]
    return [f"{name} answers {listed(own)} at some length here", *files]


def wanted(prompt: Prompt) -> tuple[Asked, ...]:
    """Return the questions that a prompt to judge, or to sample, is about."""
    texts = [item.text for item in prompt.items if isinstance(item, UserSaid)]
    return tuple(asked_in(texts[-1])) if texts else ()


def likelihoods(prompt: Prompt) -> Mapping[str, float] | None:
    """Return how likely each tool is wanted; None where the server does not say."""
    questions = wanted(prompt)
    if any(one.number % 2 for one in questions):
        return None
    value = 0.3 if is_unsure(questions) else 0.9
    named = {f"consult_{name}": value for one in questions for name in one.experts}
    return named or {"nobody": 0.9}


def is_unsure(questions: Sequence[Asked]) -> bool:
    """Whether the router does not know whom to ask."""
    return any(one.number % UNSURE_EVERY < 2 for one in questions)  # by decisions, or by samples


def sample(prompt: Prompt, random: Random) -> list[str]:
    """Return the tools that a sample of the router calls: two that are unsure may differ."""
    questions = wanted(prompt)
    names = dict.fromkeys(f"consult_{name}" for one in questions for name in one.experts)
    return [] if is_unsure(questions) and random.random() < 0.5 else [*names]


def file_of(expert: str, number: int) -> str:
    """Return the name of the file that *expert* makes for a question."""
    return f"{made_by(expert, number)}.csv"


def _route(prompt: Prompt, questions: Sequence[Asked], new_id: Callable[[], str]) -> list[Step]:
    if not prompt.may_call:
        return [f"In sum: {listed(questions)}"]
    names = dict.fromkeys(name for one in questions for name in one.experts)
    if names and any(one.number % STRANGE_EVERY == 0 for one in questions):
        names["stranger"] = None
    return [_call(name, new_id) for name in names] or [f"The router answers {listed(questions)}"]


def _has_asked_for_approval(stored: Sequence[StoredItem], prompt: Prompt) -> bool:
    """Whether the expert has asked for a tool since it was asked itself."""
    asked = False
    for item in (*stored, *prompt.items):
        asked = (asked and not isinstance(item, UserSaid)) or isinstance(item, ApprovalWanted)
    return asked


def _ticket(title: str, new_id: Callable[[], str]) -> ApprovalWanted:
    return ApprovalWanted(RequestId(new_id()), "shop", "open_ticket", json.dumps({"title": title}))


def _call(name: str, new_id: Callable[[], str]) -> ToolCalled:
    brief = {"reason": "It was named.", "brief": "Please answer."}
    return ToolCalled(CallId(new_id()), f"consult_{name}", brief)


def pieces(text: str, random: Random) -> list[str]:
    """Return *text* in the pieces in which it is written."""
    words = re.findall(r"\S+\s*", text)
    cuts = sorted(random.sample(range(1, len(words)), min(3, len(words) - 1)))
    starts, ends = [0, *cuts], [*cuts, len(words)]
    return ["".join(words[start:end]) for start, end in zip(starts, ends, strict=True)]


def said_in(steps: Sequence[Step]) -> str:
    """Return the text of a response."""
    return "".join(step for step in steps if isinstance(step, str))
