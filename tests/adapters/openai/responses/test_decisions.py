"""Decisions: what is asked and when they are given up. Odd answers: tests/dialects/decisions.py."""

from dataclasses import replace

import pytest
from openai.types.decision import Decision

from bot.adapters.openai.responses.api import ResponsesApi
from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.responses.decisions import Decisions
from bot.adapters.openai.server.client import connect
from bot.panel.errors import ModelRefused, ModelUnavailable
from bot.panel.language_model.exchange import Tool, UserSaid
from bot.panel.model import ConversationId
from bot.playground.openai.rule_model.rules import RuleBrain
from bot.playground.openai.server import OpenAIPlayground
from tests.adapters.openai.canned_api import Answer, Stream
from tests.adapters.openai.prompts import prompt

USAGE = {"input_tokens": 9, "output_tokens": 5, "input_tokens_details": {"cached_tokens": 4}}


def asking(*names: str):
    tools = tuple(Tool(name, f"It is about {name}.", {}) for name in names)
    given = prompt(conversation=ConversationId(""), items=(UserSaid("May we?"),))
    return replace(given, tools=tools, model="gpt-6-luna")


def predicate(name: str | None, probability: object) -> dict[str, object]:
    return {"type": "predicate", "name": name, "probability": probability}


async def test_probabilities_come_by_name_and_output_is_free(api, model):
    answers = [predicate("law", 0.75), {"type": "refusal", "name": "money"}, predicate(None, 0)]
    api.will(Answer(body={"model": "m", "answers": answers, "usage": USAGE}))
    judged = await model.judge(asking("law", "money", "nobody"))
    assert judged.likelihoods == {"law": 0.75, "nobody": 0.0}
    assert (judged.usage.input, judged.usage.cached, judged.usage.output) == (9, 4, 0)
    (seen,) = api.seen
    assert seen.path == "/decisions"
    assert seen.body["questions"][0] == {
        "type": "predicate",
        "name": "law",
        "instructions": "It is about law.",
    }


async def test_the_first_of_several_requests_that_fails_ends_the_others(api, model):
    api.will(Stream((), "silent"), Answer(400, {"error": {"message": "No."}}))
    with pytest.raises(ModelRefused, match=r"No\."):
        await model.judge(asking(*(f"t{number}" for number in range(401))))
    await api.hung_up.wait()


async def test_a_server_that_says_nothing_is_not_waited_for(api, client):
    api.will(Stream((), "silent"))
    with pytest.raises(ModelUnavailable, match="within"):
        await Decisions(ResponsesApi(client.json), within=0.01).judge(asking("law"))


async def test_more_than_400_statements_take_several_requests():
    async with (
        OpenAIPlayground(brain=RuleBrain()) as server,
        connect(server.api_key, server.base_url, silence=5) as client,
    ):
        model = ConversationsModel(client, salt="salt")
        judged = await model.judge(asking(*(f"t{number}" for number in range(450))))
        assert len(judged.likelihoods) == 450


async def test_the_local_server_answers_in_the_shape_of_openais_client():
    async with (
        OpenAIPlayground(brain=RuleBrain()) as server,
        connect(server.api_key, server.base_url, silence=5) as client,
    ):
        questions = [{"type": "predicate", "name": "law", "instructions": "It is about the law."}]
        told = await client.decisions.create(
            input="Is it lawful?", model="gpt-6-luna", questions=questions
        )
        Decision.model_validate(told.to_dict(), strict=True)
