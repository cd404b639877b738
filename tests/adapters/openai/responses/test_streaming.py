import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from openai import AsyncOpenAI

from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.server.client import connect
from bot.json_types import Json
from bot.panel.errors import ModelFault, ModelRefused, ModelUnavailable
from bot.panel.language_model.exchange import Responded, TextWritten, ToolCalled
from bot.panel.model import CallId
from bot.panel.usage import Usage
from tests.adapters.openai import events
from tests.adapters.openai.canned_api import CannedApi, End, Stream
from tests.adapters.openai.prompts import PROMPT, told

USED = Usage(input=120, cached=100, output=30)
CALL = events.call("call_1", reason="law", brief="May we?")
CALLED = ToolCalled(CallId("call_1"), "ask_legal", {"reason": "law", "brief": "May we?"})


@pytest.fixture
async def impatient(api: CannedApi) -> AsyncIterator[AsyncOpenAI]:
    async with connect("sk-test", api.base_url, silence=0.1) as connected:
        yield connected


async def test_text_comes_in_pieces_and_then_whole(
    model: ConversationsModel, api: CannedApi
) -> None:
    api.will(
        Stream((events.delta("Hel"), events.delta("lo"), events.completed(events.message("Hello"))))
    )
    assert await told(model) == [
        TextWritten("Hel"),
        TextWritten("lo"),
        Responded("Hello", USED),
    ]


async def test_several_messages_are_paragraphs_of_one_text(
    model: ConversationsModel, api: CannedApi
) -> None:
    both = events.message("One."), events.message("Two.", id_="msg_2")
    api.will(Stream((events.completed(*both),)))
    assert await told(model) == [Responded("One.\n\nTwo.", USED)]


async def test_the_pieces_of_several_messages_make_the_same_text(
    model: ConversationsModel, api: CannedApi
) -> None:
    one, two = events.message("One."), events.message("Two.", id_="msg_2")
    begun = (events.item_added(one), events.delta("One."), events.item_added(two, 1))
    api.will(Stream((*begun, events.delta("Two.", 1), events.completed(one, two))))

    *pieces, whole = await told(model)

    assert "".join(piece.delta for piece in pieces if isinstance(piece, TextWritten)) == whole.text


async def test_a_refusal_is_what_the_model_said(model: ConversationsModel, api: CannedApi) -> None:
    api.will(Stream((events.completed(events.refusal("I'd rather not.")),)))
    assert await told(model) == [Responded("I'd rather not.", USED)]


async def test_the_pieces_count_where_the_end_repeats_nothing(
    model: ConversationsModel, api: CannedApi
) -> None:
    end = events.completed(usage=None)
    api.will(Stream((events.delta("Hel"), events.delta("lo"), end)))
    assert (await told(model))[-1] == Responded("Hello")


async def test_usage_without_details_counts_as_nothing_cached(
    model: ConversationsModel, api: CannedApi
) -> None:
    usage = {"input_tokens": 5, "output_tokens": 2, "total_tokens": 7}
    api.will(Stream((events.completed(usage=usage),)))
    assert await told(model) == [Responded("", Usage(5, 0, 2))]


@pytest.mark.parametrize(
    "chunks",
    [
        (events.item_added(CALL), events.arguments_done(CALL), events.item_done(CALL)),
        (events.item_added(CALL), events.arguments_done(CALL)),
        (events.arguments_done(CALL), events.item_done(CALL)),
        (events.item_done(CALL),),
        (),
    ],
)
async def test_a_call_is_told_once_whichever_events_tell_it(
    model: ConversationsModel, api: CannedApi, chunks: tuple[Json, ...]
) -> None:
    api.will(Stream((*chunks, events.completed(CALL))))
    assert await told(model) == [CALLED, Responded("", USED)]


@pytest.mark.parametrize(
    "chunks",
    [(events.item_added(CALL), events.arguments_done(CALL)), (events.item_done(CALL),)],
)
async def test_a_call_is_told_while_the_model_still_writes(
    model: ConversationsModel, api: CannedApi, chunks: tuple[Json, ...]
) -> None:
    api.will(Stream(chunks, end="silent"))
    async with aclosing(model.respond(PROMPT)) as responding:
        assert await anext(responding) == CALLED


async def test_calls_that_are_written_by_turns_are_not_mixed_up(
    model: ConversationsModel, api: CannedApi
) -> None:
    other = events.call("call_2", "ask_finance", reason="money", brief="How much?")
    chunks = [
        *(events.item_added(CALL, 0), events.item_added(other, 1)),
        *(events.arguments_done(other, 1), events.arguments_done(CALL, 0)),
    ]
    api.will(Stream((*chunks, events.completed(CALL, other))))
    calls = [event for event in await told(model) if isinstance(event, ToolCalled)]
    assert [(call.call_id, call.tool) for call in calls] == [
        ("call_2", "ask_finance"),
        ("call_1", "ask_legal"),
    ]


@pytest.mark.parametrize("arguments", ["", "{", "[1]", "null"])
async def test_arguments_that_are_no_object_are_left_out(
    model: ConversationsModel, api: CannedApi, arguments: str
) -> None:
    api.will(Stream((events.completed(CALL | {"arguments": arguments}),)))
    assert (await told(model))[0] == ToolCalled(CallId("call_1"), "ask_legal", {})


@pytest.mark.parametrize(
    ("chunk", "end"),
    [
        (events.delta("Hel"), "whole"),
        (events.delta("Hel"), "cut"),
        (b'data: {"type": "response.outp\n\n', "whole"),
        (b"data: 42\n\n", "whole"),
        (b'data: {"type": "response.output_item.done"}\n\n', "whole"),
        (b'data: {"type": "response.completed", "response": null}\n\n', "whole"),
        (b"data: \xff\xfe\n\n", "whole"),
        (b"data: [DONE]\n\n", "whole"),
        (b"", "whole"),
        (b"<html>Bad gateway</html>", "whole"),
    ],
)
async def test_a_stream_without_its_end_is_worth_another_try(
    model: ConversationsModel, api: CannedApi, chunk: Json | bytes, end: End
) -> None:
    api.will(Stream((chunk,), end))
    with pytest.raises(ModelUnavailable):
        await told(model)


async def test_silence_is_worth_another_try(api: CannedApi, impatient: AsyncOpenAI) -> None:
    api.will(Stream((events.delta("Hel"),), end="silent"))
    with pytest.raises(ModelUnavailable):
        await told(ConversationsModel(impatient, salt="salt"))


async def test_what_follows_the_end_is_not_waited_for(
    model: ConversationsModel, api: CannedApi
) -> None:
    api.will(Stream((events.completed(events.message("Done.")),), end="silent"))
    assert await told(model) == [Responded("Done.", USED)]


async def test_leaving_early_hangs_up(model: ConversationsModel, api: CannedApi) -> None:
    api.will(Stream((events.delta("Hel"),), end="silent"))
    async with aclosing(model.respond(PROMPT)) as responding:
        await anext(responding)
    async with asyncio.timeout(5):
        await api.hung_up.wait()


async def test_being_cancelled_hangs_up(model: ConversationsModel, api: CannedApi) -> None:
    api.will(Stream((events.delta("Hel"),), end="silent"))
    begun = asyncio.Event()

    async def read() -> None:
        async with aclosing(model.respond(PROMPT)) as responding:
            async for _ in responding:
                begun.set()

    task = asyncio.create_task(read())
    async with asyncio.timeout(5):
        await begun.wait()
        task.cancel()
        await api.hung_up.wait()


@pytest.mark.parametrize(
    ("end", "fault"),
    [
        (events.incomplete("max_output_tokens"), ModelFault.CUT_SHORT),
        (events.incomplete(None), ModelFault.CUT_SHORT),
        (events.incomplete("content_filter"), ModelFault.FILTERED_QUESTION),
        (events.failed("invalid_prompt"), ModelFault.FILTERED),
        (events.failed("bio_policy"), ModelFault.FILTERED),
        ({"type": "error", "code": "insufficient_quota", "message": ""}, ModelFault.QUOTA),
        ({"type": "error", "error": {"code": "context_length_exceeded"}}, ModelFault.TOO_LONG),
    ],
)
async def test_an_end_that_another_try_would_not_change_is_refusal(
    model: ConversationsModel, api: CannedApi, end: Json, fault: ModelFault
) -> None:
    written = () if fault is ModelFault.CUT_SHORT else (events.delta("Hel"),)
    api.will(Stream((*written, end)))
    with pytest.raises(ModelRefused) as caught:
        await told(model)
    assert caught.value.fault is fault


@pytest.mark.parametrize(
    "end",
    [
        events.failed("server_error"),
        events.failed("rate_limit_exceeded"),
        events.failed("something_new"),
        events.failed(None),
        {"type": "error", "code": "server_error", "message": ""},
        {"type": "error", "code": None, "message": "the model answered with 429"},
        {"type": "error", "error": {"type": "server_error", "message": ""}},
    ],
)
async def test_an_end_that_may_be_bad_luck_is_worth_another_try(
    model: ConversationsModel, api: CannedApi, end: Json
) -> None:
    api.will(Stream((events.delta("Hel"), end)))
    with pytest.raises(ModelUnavailable):
        await told(model)
