"""Decisions: what is asked, and what becomes of answers that no server should give."""

from dataclasses import replace

import pytest
from openai.types.decision import Decision

from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.server.client import connect
from bot.panel.errors import NoDecisions
from bot.panel.language_model.exchange import Tool, UserSaid
from bot.panel.model import ConversationId
from bot.playground.openai.rule_model.rules import RuleBrain
from bot.playground.openai.server import OpenAIPlayground
from tests.adapters.openai.canned_api import Answer
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


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"answers": None},
        {"answers": []},
        {"answers": [predicate("money", 0.5)]},
        {"answers": [predicate("law", 0.5), predicate("law", 0.5)]},
        {"answers": [predicate("law", 1.5)]},
        {"answers": [predicate("law", "0.5")]},
        {"answers": [predicate("law", None)]},
        {"answers": [predicate("law", True)]},
        {"answers": [{"type": "choice", "name": "law", "choice": "yes"}]},
    ],
)
async def test_odd_answers_are_no_decisions(api, model, body):
    api.will(Answer(body=body))
    with pytest.raises(NoDecisions):
        await model.judge(asking("law"))


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_server_without_them_is_not_asked_again_for_a_while(api, model, status):
    api.will(Answer(status=status, body={"error": {"message": "no such route"}}))
    for _ in range(2):
        with pytest.raises(NoDecisions):
            await model.judge(asking("law"))
    assert len(api.seen) == 1


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
