"""Calls whose ids a server repeats, doubles or leaves out, over a whole turn and the next one."""

import pytest

from bot.adapters.openai.reading.call_ids import CallIds, OwnCallIds, as_sent
from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.server.client import connect
from bot.panel.language_model.conversations import pairing
from bot.panel.language_model.exchange import Responded, ToolAnswered, ToolCalled, UserSaid
from bot.panel.links import RouterLabels
from bot.panel.model import ThreadRef
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.openai.stand_in.brain import Call
from tests.adapters.openai.conftest import AT_ONCE
from tests.adapters.openai.prompts import ASK_LEGAL, prompt, told
from tests.scripted_brain import ScriptedBrain

LABELS = RouterLabels(ThreadRef("T1", "C1", "1.0"))
MANNERS = ["own", "counted", "by name", "doubled", "null", "missing"]


@pytest.mark.parametrize("manner", MANNERS)
async def test_each_call_is_answered_and_found_again(manner: str) -> None:
    brain = ScriptedBrain()
    async with (
        OpenAIPlayground(brain=brain) as server,
        connect(server.api_key, server.base_url) as client,
    ):
        server.manners.call_ids, server.manners.numbers_items = manner, False  # type: ignore[assignment]
        model = ConversationsModel(client, salt="", delays=AT_ONCE)
        conversation = await model.open(LABELS)
        for turn in ("17", "18"):
            brain.then(Call("ask_legal", {"brief": "One?"}), Call("ask_legal", {"brief": "Two?"}))
            brain.then("Both agree.")
            asked = prompt(conversation=conversation, tools=(ASK_LEGAL,))
            question = prompt(**_same(asked), items=(UserSaid(f"Hi {turn}"),))
            calls = [e for e in await told(model, question) if isinstance(e, ToolCalled)]
            assert len({call.call_id for call in calls}) == 2
            outputs = tuple(ToolAnswered(c.call_id, c.arguments["brief"]) for c in calls)
            (*_, last) = await told(model, prompt(**_same(asked), items=outputs))
            assert isinstance(last, Responded)

            stored = await model.since(conversation, turn) or ()
            assert [item for item in stored if isinstance(item, ToolCalled)] == calls
            assert [item for item in stored if isinstance(item, ToolAnswered)] == [*outputs]
            assert len(pairing.answers(stored)) == 2


def _same(asked):
    return {"conversation": asked.conversation, "tools": asked.tools}


def test_ids_are_given_once_in_a_response_and_again_in_the_next() -> None:
    ids = CallIds()
    assert [ids.of_call("call_0") for _ in range(3)] == ["call_0", "call_0~2", "call_0~3"]
    assert [ids.of_output("call_0") for _ in range(3)] == ["call_0", "call_0~2", "call_0~3"]
    assert ids.of_call("call_0") == "call_0"
    assert ids.of_output("call_0") == "call_0"
    assert [as_sent(ids.of_call(id_)) for id_ in ("a~2", "a", "a~2")] == ["a~2", "a", "a~2"]
    assert [ids.of_call(""), ids.of_call("", "fc_1")] == ["panelbot_call_4", "fc_1"]


def test_ids_of_our_own_conversations_are_never_given_twice() -> None:
    ids = OwnCallIds({"call_0"})
    given = [ids.of_call(id_) for id_ in ("call_0", "call_0", "call_1", "")]
    assert given == ["call_0_2", "call_0_3", "call_1", "panelbot_call_4"]
    assert [as_sent(id_) for id_ in given] == given
