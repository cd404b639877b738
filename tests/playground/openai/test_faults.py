import pytest
from openai import (
    APIConnectionError,
    APITimeoutError,
    AsyncOpenAI,
    InternalServerError,
    NotFoundError,
    RateLimitError,
)
from openai.types.conversations import Conversation

from bot.playground.openai.faults import Faults
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.openai.stand_in.brain import Status
from tests import openai_faults as faults
from tests.playground.openai.asking import ask, stored, types
from tests.scripted_brain import ScriptedBrain, by_instructions, by_message

RESPOND = "POST /v1/responses"


async def test_a_busy_server_says_how_long_to_wait(
    client: AsyncOpenAI, server: OpenAIPlayground
) -> None:
    server.faults.on(RESPOND, faults.status(429, retry_after=1.5))
    with pytest.raises(RateLimitError) as caught:
        await ask(client)
    assert (caught.value.code, caught.value.type) == ("rate_limit_exceeded", "requests")
    assert caught.value.response.headers["retry-after"] == "1.5"
    assert (await ask(client)).output_text == "Hello."


async def test_an_empty_account_is_a_429_of_its_own(
    client: AsyncOpenAI, server: OpenAIPlayground
) -> None:
    server.faults.on(RESPOND, faults.quota_exhausted())
    with pytest.raises(RateLimitError) as caught:
        await ask(client)
    assert (caught.value.code, caught.value.type) == ("insufficient_quota", "insufficient_quota")
    assert "retry-after" not in caught.value.response.headers


@pytest.mark.parametrize("after_effect", [False, True])
async def test_an_error_comes_before_the_effect_or_after_it(
    client: AsyncOpenAI, server: OpenAIPlayground, conversation: Conversation, after_effect: bool
) -> None:
    server.faults.on(RESPOND, faults.status(503, after_effect=after_effect))
    with pytest.raises(InternalServerError):
        await types(client, conversation=conversation.id)
    assert len(await stored(client, conversation.id)) == (2 if after_effect else 0)


@pytest.mark.parametrize("after_effect", [False, True])
async def test_so_does_a_broken_connection(
    client: AsyncOpenAI, server: OpenAIPlayground, conversation: Conversation, after_effect: bool
) -> None:
    server.faults.on(RESPOND, faults.reset(after_effect=after_effect))
    with pytest.raises(APIConnectionError):
        await ask(client, conversation=conversation.id)
    assert len(await stored(client, conversation.id)) == (2 if after_effect else 0)


async def test_a_silent_server_makes_the_client_give_up(
    client: AsyncOpenAI, server: OpenAIPlayground
) -> None:
    server.faults.on("GET /v1/models", faults.silence())
    with pytest.raises(APITimeoutError):
        await client.models.list(timeout=0.2)


@pytest.mark.parametrize("clean", [False, True])
async def test_any_stream_can_be_cut_and_is_written_on(
    client: AsyncOpenAI, server: OpenAIPlayground, conversation: Conversation, clean: bool
) -> None:
    server.faults.on(RESPOND, faults.cut(3, clean=clean))
    if clean:
        told = await types(client, conversation=conversation.id)
        assert told == ["response.created", "response.in_progress", "response.output_item.added"]
    else:
        with pytest.raises(APIConnectionError):
            await types(client, conversation=conversation.id)
    assert len(await stored(client, conversation.id)) == 2


async def test_what_a_cut_response_leaves_is_left_once(
    client: AsyncOpenAI, server: OpenAIPlayground, conversation: Conversation
) -> None:
    server.manners.goes_on_alone = False
    server.manners.unfinished_leaves = "input"
    server.faults.on(RESPOND, faults.cut(3))
    with pytest.raises(APIConnectionError):
        await types(client, conversation=conversation.id)
    assert len(await stored(client, conversation.id)) == 2


async def test_a_fault_can_wait_for_the_request_it_is_meant_for(
    client: AsyncOpenAI, server: OpenAIPlayground
) -> None:
    server.faults.on(RESPOND, faults.status(500), times=2, when=lambda body: body["input"] == "Two")
    await ask(client, "One")
    for _ in range(2):
        with pytest.raises(InternalServerError):
            await ask(client, "Two")
    await ask(client, "Two")
    assert [request.status for request in server.requests] == [200, 500, 500, 200]


def drawn(seed: int) -> list[str]:
    by_chance = Faults(seed)
    by_chance.rate(RESPOND, faults.status(500), 0.3)
    by_chance.rate(RESPOND, faults.reset(), 0.2)
    found = [by_chance.next(RESPOND, {}) for _ in range(1000)]
    return [fault.kind if fault else "none" for fault in found]


def test_chance_is_repeatable_and_keeps_to_its_shares() -> None:
    assert drawn(1) == drawn(1) != drawn(2)
    assert drawn(1).count("status") == pytest.approx(300, abs=60)
    assert drawn(1).count("reset") == pytest.approx(200, abs=60)
    calm = Faults()
    calm.rate(RESPOND, faults.reset(), 1.0)
    calm.clear()
    assert calm.next(RESPOND, {}) is None


async def test_a_script_may_answer_with_a_status(
    client: AsyncOpenAI, brain: ScriptedBrain, conversation: Conversation
) -> None:
    brain.then(Status(429, retry_after=2))
    with pytest.raises(RateLimitError):
        await ask(client, conversation=conversation.id)
    assert (await ask(client, conversation=conversation.id)).output_text == "Hello."
    with pytest.raises(ValueError, match="comes first"):
        brain.then("Well", Status(500))


async def test_a_script_replies_by_what_the_request_looks_like(
    client: AsyncOpenAI, brain: ScriptedBrain
) -> None:
    brain.when(by_instructions("Legal"), "Legal's.", times=None)
    brain.when(by_message("cost"), "Much.")
    brain.then("First.")
    said = [
        (await ask(client, text, instructions=told)).output_text
        for text, told in (("a", "Legal"), ("b", ""), ("cost", ""), ("cost", ""), ("c", "Legal"))
    ]
    assert said == ["Legal's.", "First.", "Much.", "Hello.", "Legal's."]


async def test_a_script_knows_what_nobody_asked_for() -> None:
    brain = ScriptedBrain()
    brain.then("Never heard.")
    with pytest.raises(AssertionError, match="Never heard"):
        brain.assert_all_used()


async def test_a_proxys_page_may_stand_before_any_answer(
    client: AsyncOpenAI, server: OpenAIPlayground
) -> None:
    server.faults.on("GET /v1/models", faults.page())
    with pytest.raises(NotFoundError) as caught:
        await client.models.list()
    assert caught.value.response.headers["content-type"].startswith("text/html")
    assert "nginx" in str(caught.value.body)
