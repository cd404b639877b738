"""Trying decisions: whether a first look works, and how they behave where no document says so."""

from collections.abc import Iterable
from typing import Any

from openai import APIStatusError, AsyncOpenAI

from bot.adapters.openai.checks.probe_bench import ProbeBench, refusal
from bot.adapters.openai.reading.sent import Sent
from bot.adapters.openai.responses.api import ResponsesApi
from bot.adapters.openai.responses.decisions import Decisions
from bot.adapters.openai.server.client import Client
from bot.addresses import without_password
from bot.panel.checks.findings import Finding, good, warning
from bot.panel.errors import ModelRefused, ModelUnavailable, NoDecisions
from bot.panel.language_model.exchange import Prompt, Tool, UserSaid
from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.model import ConversationId, Effort

_MODEL = ModelChoice().decisions
_STATEMENT = "The message asks about the weather."
_MESSAGE = "Will it rain tomorrow?"
_QUESTIONS: tuple[dict[str, Any], ...] = (
    {"type": "predicate", "name": "weather", "instructions": _STATEMENT},
    {
        "type": "choice",
        "name": "topic",
        "instructions": "What is the message about?",
        "choices": [{"value": "weather"}, {"value": "money"}],
    },
    {
        "type": "score",
        "name": "urgency",
        "instructions": "How urgent is the message?",
        "levels": [{"label": "not at all"}, {"label": "very"}],
    },
    {
        "type": "predicate",
        "name": "woman",
        "instructions": "A woman has written the message.",  # it may be declined
    },
)
_TOKENS = ("input_tokens", "output_tokens")


async def examine(client: Client) -> Finding:
    """Return whether the server judges a statement as a first look needs it: some dozen tokens."""
    asked = Prompt(
        ConversationId(""),
        _MODEL,
        Effort.NONE,
        "This tries the connection.",
        (UserSaid(_MESSAGE),),
        tools=(Tool("weather", _STATEMENT, {}),),
    )
    try:
        judged = await Decisions(ResponsesApi(client.json)).judge(asked)
    except NoDecisions as error:
        what = f"{without_password(client.base_url)} has no decisions: {error}"
        return warning(
            what, "Set PANELBOT_ROUTER=responses; PANELBOT_UNSURE_BY=agreement needs none."
        )
    except (ModelRefused, ModelUnavailable) as error:
        what = f"Whether the server has decisions is unknown: {error}"
        return warning(what, "Run panelbot check again later.")
    if not judged.likelihoods:
        what = f"{_MODEL} declines to judge a harmless statement"
        return warning(what, "Set PANELBOT_ROUTER=responses if it goes on.")
    return good(f"PANELBOT_ROUTER: {_MODEL} judges how likely a statement is")


async def decisions(bench: ProbeBench) -> str:
    """Return how the server answers each kind of question, and one that it may decline."""
    try:
        told = await _ask(bench.client, _QUESTIONS)
    except APIStatusError as error:
        try:
            told = await _ask(bench.client, _QUESTIONS[:1])
        except APIStatusError as other:
            return f"There are none: {refusal(other)}."
        return f"{_in_words(told)} Other kinds are refused: {refusal(error)}."
    return _in_words(told)


async def _ask(client: AsyncOpenAI, questions: Iterable[dict[str, Any]]) -> Sent:
    body = {"model": _MODEL, "input": _MESSAGE, "questions": [*questions]}
    return Sent(await client.post("/decisions", cast_to=object, body=body), "decision")


def _in_words(told: Sent) -> str:
    if not (answers := told.parts("answers")):
        return "It is answered, but with something else than decisions."
    usage = told.part("usage")
    used = ", ".join(f"{usage.number(name)} {name}" for name in _TOKENS)
    return f"{'; '.join(map(_answer, answers))}. {used}."


def _answer(answer: Sent) -> str:
    name, kind = answer.optional_text("name") or "unnamed", answer.optional_text("type")
    options = answer.parts("probabilities")
    likely = [one.raw("probability") for one in options] or [answer.raw("probability")]
    numbers = [one for one in likely if isinstance(one, int | float)]
    if not numbers:
        return f"{name}: {kind} without a probability"
    shown = ", ".join(f"{one:.3g}" for one in numbers)
    values = [one.raw("value") for one in options if isinstance(one.raw("value"), int)]
    numbered = f" of the values {', '.join(map(str, values))}" if values else ""
    return f"{name}: {kind} {shown}{numbered}"
