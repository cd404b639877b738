"""Decisions: a model judges statements, many in one request, and says how likely each is true.

A server that has none is remembered for a while, so that not every question asks it in vain.
"""

import asyncio
import logging
import math
from collections.abc import Mapping, Sequence

from openai import APIStatusError

from bot import runtime
from bot.adapters.openai import errors
from bot.adapters.openai.items import to_api
from bot.adapters.openai.reading.sent import Sent
from bot.adapters.openai.reading.usage import usage_of
from bot.adapters.openai.responses.api import ResponsesApi
from bot.panel.errors import NoDecisions
from bot.panel.language_model.exchange import Judged, Prompt, Tool
from bot.panel.usage import NO_USAGE, Usage, of_request

log = logging.getLogger(__name__)

MOST_QUESTIONS = 400  # in one request
_MISSING_FOR = 600.0  # seconds
_NOT_THERE = (404, 405, 501)


class Decisions:
    """Asks one server for decisions."""

    def __init__(self, api: ResponsesApi) -> None:
        self._api = api
        self._missing_until = -math.inf

    async def judge(self, prompt: Prompt) -> Judged:
        """Return how likely each of *prompt*'s tools is wanted: see LanguageModel.judge."""
        if runtime.monotonic() < self._missing_until:
            raise NoDecisions("the server had no decisions a while ago")
        starts = range(0, len(prompt.tools), MOST_QUESTIONS)
        parts = [prompt.tools[start : start + MOST_QUESTIONS] for start in starts]
        judged = await asyncio.gather(*(self._judge(prompt, part) for part in parts))
        likelihoods = {name: one for each in judged for name, one in each.likelihoods.items()}
        return Judged(likelihoods, sum((each.usage for each in judged), NO_USAGE))

    async def _judge(self, prompt: Prompt, tools: Sequence[Tool]) -> Judged:
        async with errors.translated():
            try:
                told = await self._api.decide(_request(prompt, tools))
            except APIStatusError as error:
                if error.status_code not in _NOT_THERE:
                    raise
                self._missing_until = runtime.monotonic() + _MISSING_FOR
                log.info("decisions.missing", extra={"status": error.status_code})
                raise NoDecisions(f"HTTP {error.status_code} for decisions") from None
        answer = Sent(told, "decision")
        return Judged(_likelihoods(answer, tools), _without_output(usage_of(answer)))


def _request(prompt: Prompt, tools: Sequence[Tool]) -> Mapping[str, object]:
    request: dict[str, object] = {
        "model": prompt.model,
        "input": [
            {"type": "message", "role": "developer", "content": prompt.instructions},
            *map(to_api, prompt.items),
        ],
        "questions": [
            {"type": "predicate", "name": tool.name, "instructions": tool.description}
            for tool in tools
        ],
    }
    return {**request, "prompt_cache_key": prompt.cache_key} if prompt.cache_key else request


def _likelihoods(answer: Sent, tools: Sequence[Tool]) -> Mapping[str, float]:
    """Return what the server judged, by name; refusals are left out.

    Answers are in the order of the questions. Raises NoDecisions if they cannot be told apart.
    """
    answers = answer.parts("answers")
    names = [tool.name for tool in tools]
    told = [one.optional_text("name") or name for one, name in zip(answers, names, strict=False)]
    if len(answers) != len(tools) or sorted(told) != sorted(names):
        raise NoDecisions(f"the server answers {len(answers)} of {len(tools)} questions")
    found = dict[str, float]()
    for name, one in zip(told, answers, strict=True):
        if one.optional_text("type") == "refusal":
            continue
        match one.raw("probability"):
            case int() | float() as said if not isinstance(said, bool) and 0 <= said <= 1:
                found[name] = float(said)
            case _:
                raise NoDecisions("the server gives something else than probabilities")
    return found


def _without_output(usage: Usage) -> Usage:
    """Return *usage* without what is written, which costs nothing."""
    return of_request(Usage(usage.input, usage.cached), written=usage.extras.written)
