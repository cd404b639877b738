"""Decisions: a model judges statements, many in one request, and says how likely each is true.

A server that has none, however it says so, is remembered for a while, so that not every question
asks it in vain. One that is overloaded, or answers oddly, is asked again.
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
from bot.panel.errors import (
    ModelFault,
    ModelOverloaded,
    ModelRefused,
    ModelUnavailable,
    NoDecisions,
    leading,
)
from bot.panel.language_model.exchange import Judged, Prompt, Tool
from bot.panel.usage import NO_USAGE, Usage, of_request

log = logging.getLogger(__name__)

MOST_QUESTIONS = 400  # in one request
WITHIN = 10.0  # seconds: what takes longer than the router is no shortcut
_MISSING_FOR = 600.0  # seconds
_NOT_THERE = (404, 405, 410, 501)


class Decisions:
    """Asks one server for decisions; gives up after *within* seconds."""

    def __init__(self, api: ResponsesApi, *, within: float = WITHIN) -> None:
        self._api = api
        self._within = within
        self._missing_until = -math.inf

    async def judge(self, prompt: Prompt) -> Judged:
        """Return how likely each of *prompt*'s tools is wanted: see LanguageModel.judge."""
        if runtime.monotonic() < self._missing_until:
            raise NoDecisions("the server had no decisions a while ago")
        try:
            async with asyncio.timeout(self._within):
                # Before Python 3.13, a group that fails leaves its task marked as cancelled.
                return await asyncio.create_task(self._judge_all(prompt))
        except TimeoutError:
            raise ModelUnavailable(f"no decisions within {self._within:g} s") from None

    async def _judge_all(self, prompt: Prompt) -> Judged:
        starts = range(0, len(prompt.tools), MOST_QUESTIONS)
        parts = [prompt.tools[start : start + MOST_QUESTIONS] for start in starts]
        try:
            async with asyncio.TaskGroup() as tasks:
                asked = [tasks.create_task(self._judge(prompt, part)) for part in parts]
        except BaseExceptionGroup as errors:  # callers look for the model's errors
            raise leading(errors) from None
        judged = [task.result() for task in asked]
        likelihoods = {name: one for each in judged for name, one in each.likelihoods.items()}
        return Judged(likelihoods, sum((each.usage for each in judged), NO_USAGE))

    async def _judge(self, prompt: Prompt, tools: Sequence[Tool]) -> Judged:
        answer = Sent(await self._decide(_request(prompt, tools)), "decision")
        if not isinstance(answer.raw("answers"), list):
            raise self._missing("the server answers something else than decisions")
        return Judged(_likelihoods(answer, tools), _without_output(usage_of(answer)))

    async def _decide(self, request: Mapping[str, object]) -> object:
        """Return what is answered to *request*. Raises NoDecisions where nobody could decide it."""
        try:
            async with errors.translated():
                try:
                    return await self._api.decide(request)
                except APIStatusError as error:
                    if error.status_code in _NOT_THERE:
                        raise self._missing(f"HTTP {error.status_code} for decisions") from None
                    raise
                except ModelOverloaded:
                    raise
                except (ModelUnavailable, ValueError):  # a good status, and a page or a complaint
                    raise self._missing("the server takes decisions for something else") from None
        except ModelRefused as error:
            if error.fault is ModelFault.MODEL:
                raise self._missing(str(error)) from None
            raise

    def _missing(self, what: str) -> NoDecisions:
        """Return the error, and ask for no decisions for a while."""
        self._missing_until = runtime.monotonic() + _MISSING_FOR
        log.info("decisions.missing", extra={"reason": what})
        return NoDecisions(what)


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
    """Return what the server judged, in the order of questions. Raises NoDecisions if unclear."""
    answers = answer.parts("answers")
    names = [tool.name for tool in tools]
    told = [one.optional_text("name") or name for one, name in zip(answers, names, strict=False)]
    if len(answers) != len(tools) or sorted(told) != sorted(names):
        raise NoDecisions(f"the server answers {len(answers)} of {len(tools)} questions")
    found = dict[str, float]()
    for name, one in zip(told, answers, strict=True):
        if one.optional_text("type") == "refusal":
            continue
        if (probability := _probability(one.raw("probability"))) is None:
            raise NoDecisions("the server gives something else than probabilities")
        found[name] = probability
    return found


def _probability(told: object) -> float | None:
    """Return a number from 0 to 1, which some servers write as text; None if it is none."""
    if isinstance(told, bool) or not isinstance(told, int | float | str):
        return None
    try:
        number = float(told)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number <= 1 else None


def _without_output(usage: Usage) -> Usage:
    return of_request(Usage(usage.input, usage.cached), written=usage.extras.written)
