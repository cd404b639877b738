"""How much a model reads of a large panel, and how much of that a prompt cache has already."""

import json
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any

from bot.adapters.openai import one_tool
from bot.adapters.openai.responses.request_builder import RequestBuilder
from bot.adapters.openai.server.server_limits import ServerLimits
from bot.panel.language_model import instructions, prompts
from bot.panel.language_model.exchange import Prompt, UserSaid
from bot.panel.model import ConversationId, Effort, Expert, ExpertName, Panel
from bot.playground.openai import tokens
from tests.benchmarks.figures import Effort as Rounds
from tests.benchmarks.figures import Figure

NAME = "large panels"
SIZES = (10, 65, 100, 128, 200, 500)
SINGLE, ONE = "a tool for each", "one tool"
PURPOSE = "contracts, licences and liability in the field of number {}, and what people ask of it"

Sent = dict[str, Any]
Form = Callable[[Prompt], Sent]


async def measure(effort: Rounds) -> list[Figure]:
    """Compare both forms at each size, whichever the bot takes."""
    figures: list[Figure] = []
    for size in SIZES:
        after = _prompt(size + 1)
        before = replace(after, tools=after.tools[: size // 2] + after.tools[size // 2 + 1 :])
        single, one = _read(_single(before)), _read(_one(before))
        name = f"{size} experts"
        figures += [
            Figure(NAME, f"{name}: read at first", one, "tokens", single, SINGLE),
            Figure(NAME, f"{name}: not cached, next turn", *_next(_one, _single, before)),
            Figure(
                NAME,
                f"{name}: not cached, one more in the middle",
                _read(_one(after)) - _shared(_one(before), _one(after)),
                "tokens",
                _read(_single(after)) - _shared(_single(before), _single(after)),
                SINGLE,
            ),
            Figure(NAME, f"{name}: making the request", *_times(before, effort.rounds)),
        ]
    return figures


def _prompt(size: int) -> Prompt:
    experts = (
        Expert(ExpertName(f"field-{n:03}"), f"Field {n} Counsel", ":scales:", PURPOSE.format(n), "")
        for n in range(size)
    )
    return Prompt(
        ConversationId("conv_1"),
        "gpt-6-luna",
        Effort.LOW,
        instructions.ROUTER_INSTRUCTIONS,
        (UserSaid("What may we do with this library, and what does it cost us? " * 4),),
        prompts.tools(Panel((*experts,))),
    )


def _single(prompt: Prompt) -> Sent:
    """Return the request with a tool for each expert, even where the bot makes no such one."""
    sent = RequestBuilder("", _AsTheyAre()).build(prompt)
    return {"tools": sent["tools"], "instructions": sent["instructions"]}


def _one(prompt: Prompt) -> Sent:
    """Return the request with one tool, even where the bot makes no such one."""
    sent = RequestBuilder("", _AsTheyAre()).build(one_tool.offered(prompt, most=0))
    return {"tools": sent["tools"], "instructions": sent["instructions"]}


class _AsTheyAre(ServerLimits):
    def offered(self, prompt: Prompt, most: int = 0) -> Prompt:
        return prompt


def _text(sent: Sent) -> str:
    """Return what the model reads, in the order in which a cache compares it."""
    return json.dumps(sent["tools"]) + sent["instructions"]


def _read(sent: Sent) -> int:
    return tokens.count(_text(sent))


def _shared(before: Sent, after: Sent) -> int:
    """Return how many tokens both begin with."""
    pairs = zip(_text(before), _text(after), strict=False)
    same = next((n for n, (a, b) in enumerate(pairs) if a != b), len(_text(before)))
    return tokens.count(_text(before)[:same])


def _next(one: Form, single: Form, prompt: Prompt) -> tuple[float, str, float, str]:
    """Return what is new in the next turn of a thread: the message, and nothing of the panel."""
    question = UserSaid("And what if we sell it?")
    later = replace(prompt, items=(question,))
    new = tokens.count(question.text)
    changed = [_read(form(later)) - _shared(form(prompt), form(later)) for form in (one, single)]
    return new + changed[0], "tokens", new + changed[1], SINGLE


def _times(prompt: Prompt, rounds: int) -> tuple[float, str, float, str]:
    return _seconds(_one, prompt, rounds), "s", _seconds(_single, prompt, rounds), SINGLE


def _seconds(form: Form, prompt: Prompt, rounds: int) -> float:
    times = []
    for _ in range(rounds):
        begun = perf_counter()
        json.dumps(form(prompt))
        times.append(perf_counter() - begun)
    return sorted(times)[rounds // 2]
