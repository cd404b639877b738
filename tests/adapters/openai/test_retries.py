import pytest
from openai import AsyncOpenAI

from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.retries import RetryDelays
from bot.panel.errors import ModelUnavailable
from bot.panel.language_model.exchange import Responded, ToolAnswered, UserSaid
from bot.panel.model import CallId
from tests.adapters.openai import events
from tests.adapters.openai.canned_api import Answer, CannedApi, Stream
from tests.adapters.openai.prompts import PROMPT, prompt, told

BUSY = Answer(429, events.error("Rate limit reached", code="rate_limit_exceeded"))
LOCKED = Answer(400, events.error("locked", code="conversation_locked", param="conversation"))
NOTHING_NEW = Answer(body=events.page())
WHOLE = Stream((events.completed(events.message("Hi.")),))


def busy_for(seconds: str) -> Answer:
    return Answer(429, BUSY.body, {"retry-after": seconds})


async def test_a_busy_server_is_asked_again(model: ConversationsModel, api: CannedApi) -> None:
    api.will(BUSY, BUSY, WHOLE)
    assert isinstance((await told(model))[-1], Responded)


async def test_a_server_that_stays_busy_is_unavailable(
    model: ConversationsModel, api: CannedApi
) -> None:
    api.will(*[BUSY] * 5)
    with pytest.raises(ModelUnavailable):
        await told(model)


async def test_a_server_that_asks_us_to_wait_gets_it(
    client: AsyncOpenAI, api: CannedApi, delays: list[float]
) -> None:
    api.will(busy_for("3"), busy_for("0"), WHOLE)
    await told(ConversationsModel(client, salt="", delays=RetryDelays(busy=(0.5, 1))))
    assert 3 <= delays[0] <= 3 * 1.25
    assert 1 <= delays[1] <= 1 * 1.25


@pytest.mark.parametrize("answers", [[busy_for("21")], [busy_for("15"), busy_for("6")]])
async def test_a_longer_wait_than_we_grant_is_the_callers_matter(
    client: AsyncOpenAI, api: CannedApi, delays: list[float], answers: list[Answer]
) -> None:
    api.will(*answers)
    with pytest.raises(ModelUnavailable) as caught:
        await told(ConversationsModel(client, salt=""))
    assert caught.value.after == float(answers[-1].headers["retry-after"])
    assert len(delays) == len(answers) - 1


async def test_a_locked_conversation_is_waited_for(
    client: AsyncOpenAI, api: CannedApi, delays: list[float]
) -> None:
    api.will(LOCKED, NOTHING_NEW, LOCKED, NOTHING_NEW, WHOLE)
    assert isinstance((await told(ConversationsModel(client, salt="")))[-1], Responded)
    assert [round(pause) for pause in delays] in ([1, 2], [1, 3])


async def test_a_conversation_that_stays_locked_is_unavailable(
    model: ConversationsModel, api: CannedApi
) -> None:
    api.will(*[LOCKED, NOTHING_NEW] * 4, LOCKED)
    with pytest.raises(ModelUnavailable):
        await told(model)


async def test_a_message_that_arrived_behind_the_lock_is_not_sent_again(
    model: ConversationsModel, api: CannedApi
) -> None:
    stored = events.page(events.message("Hi."), events.message("Hi 17", role="user"))
    api.will(LOCKED, Answer(body=stored))
    with pytest.raises(ModelUnavailable):
        await told(model, PROMPT)
    assert [seen.method for seen in api.seen] == ["POST", "GET"]


async def test_an_output_that_arrived_behind_the_lock_is_not_sent_again(
    model: ConversationsModel, api: CannedApi
) -> None:
    answer = ToolAnswered(CallId("call_1"), "Yes.")
    api.will(LOCKED, Answer(body=events.page(events.output("call_1"))))
    with pytest.raises(ModelUnavailable):
        await told(model, prompt(items=(answer,)))


async def test_items_are_stored_in_spite_of_a_busy_server_and_a_lock(
    model: ConversationsModel, api: CannedApi
) -> None:
    api.will(BUSY, LOCKED, Answer(body=events.page()))
    await model.append(PROMPT.conversation, [UserSaid("Hi")])
    assert [seen.path for seen in api.seen] == ["/conversations/conv_1/items"] * 3
