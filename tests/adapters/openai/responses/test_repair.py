import pytest

from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.json_types import Json
from bot.panel.errors import ConversationGone, ModelRefused, ModelUnavailable
from bot.panel.language_model.exchange import (
    ABORTED,
    ApprovalGiven,
    Item,
    Responded,
    ToolAnswered,
    UserSaid,
)
from bot.panel.model import CallId, RequestId
from tests.adapters.openai import events
from tests.adapters.openai.canned_api import Answer, CannedApi, Stream
from tests.adapters.openai.prompts import prompt, told

WHOLE = Stream((events.completed(events.message("Hi.")),))
DELETED = Answer(body={"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {}})


def complaint(call_id: str) -> Answer:
    return Answer(400, events.error(f"No tool output found for function call {call_id}."))


def listing(*oldest_first: Json) -> Answer:
    return Answer(body=events.page(*reversed(oldest_first)))


def aborted(*call_ids: str) -> list[Json]:
    return [
        {"type": "function_call_output", "call_id": call_id, "output": ABORTED}
        for call_id in call_ids
    ]


def inputs(api: CannedApi) -> list[Json]:
    """The outputs that the last request brought."""
    items: list[Json] = api.seen[-1].body["input"]
    return [item for item in items if item["type"] == "function_call_output"]


def deleted(api: CannedApi) -> list[str]:
    return [seen.path.rsplit("/", 1)[-1] for seen in api.seen if seen.method == "DELETE"]


async def test_unanswered_calls_are_answered_all_at_once(
    model: ConversationsModel, api: CannedApi
) -> None:
    calls = [events.call(f"call_{number}") for number in (1, 2, 3)]
    api.will(complaint("call_1"), listing(*calls, events.output("call_2")), WHOLE)
    assert isinstance((await told(model))[-1], Responded)
    assert inputs(api) == aborted("call_1", "call_3")


async def test_calls_that_the_list_does_not_show_yet_are_answered_as_they_are_named(
    model: ConversationsModel, api: CannedApi
) -> None:
    api.will(complaint("call_1"), listing(), complaint("call_2"), WHOLE)
    await told(model)
    assert inputs(api) == aborted("call_1", "call_2")


async def test_calls_that_the_prompt_answers_are_not_aborted(
    model: ConversationsModel, api: CannedApi
) -> None:
    items: tuple[Item, ...] = (ToolAnswered(CallId("call_1"), "Yes."), UserSaid("Hi 17"))
    both = listing(events.call("call_1"), events.call("call_2"))
    api.will(complaint("call_2"), both, WHOLE)
    await told(model, prompt(items=items))
    own = {"type": "function_call_output", "call_id": "call_1", "output": "Yes."}
    assert inputs(api) == [*aborted("call_2"), own]


async def test_calls_are_not_aborted_that_an_earlier_try_of_the_request_led_to(
    model: ConversationsModel, api: CannedApi
) -> None:
    asked = events.message("Hi 17", role="user")
    api.will(complaint("call_1"), listing(asked, events.call("call_1")))
    with pytest.raises(ModelUnavailable, match="earlier try"):
        await told(model)
    assert len(api.seen) == 2  # nothing was sent or deleted after the look


async def test_a_call_that_takes_no_answer_is_deleted_with_its_reasoning(
    model: ConversationsModel, api: CannedApi
) -> None:
    history = listing(events.reasoning("rs_1"), events.call("call_1"), events.call("call_2"))
    api.will(complaint("call_1"), history, complaint("call_1"), history, *[DELETED] * 3, WHOLE)
    await told(model)
    assert deleted(api) == ["fc_call_1", "fc_call_2", "rs_1"]
    assert inputs(api) == []


async def test_reasoning_stays_where_another_call_needs_it(
    model: ConversationsModel, api: CannedApi
) -> None:
    history = listing(
        *(events.reasoning("rs_1"), events.call("call_1"), events.call("call_2")),
        events.output("call_2"),
    )
    api.will(complaint("call_1"), history, complaint("call_1"), history, DELETED, WHOLE)
    await told(model)
    assert deleted(api) == ["fc_call_1"]


async def test_a_call_is_unanswered_though_its_id_was_answered_in_an_earlier_turn(
    model: ConversationsModel, api: CannedApi
) -> None:
    history = listing(
        *(events.call("call_0", id_="fc_1"), events.output("call_0")),
        *(events.call("call_0", id_="fc_2"), events.call("call_1", id_="fc_3")),
    )
    api.will(complaint("call_1"), history, WHOLE)
    await told(model)
    assert inputs(api) == aborted("call_0", "call_1")


async def test_an_older_call_with_the_id_of_one_that_the_prompt_answers_is_deleted(
    model: ConversationsModel, api: CannedApi
) -> None:
    items: tuple[Item, ...] = (ToolAnswered(CallId("call_0"), "Yes."),)
    asked = events.message("And this?", role="user")
    calls = events.call("call_0", id_="fc_1"), events.call("call_0", id_="fc_2")
    api.will(complaint("call_0"), listing(calls[0], asked, calls[1]), DELETED, WHOLE)
    await told(model, prompt(items=items))
    assert deleted(api) == ["fc_1"]


async def test_an_item_that_is_gone_already_does_not_stop_the_repair(
    model: ConversationsModel, api: CannedApi
) -> None:
    history = listing(events.call("call_1"))
    gone = Answer(404, events.error("Item not found"))
    api.will(complaint("call_1"), history, complaint("call_1"), history, gone, WHOLE)
    assert isinstance((await told(model))[-1], Responded)


async def test_a_conversation_beyond_repair_is_given_up(
    model: ConversationsModel, api: CannedApi
) -> None:
    history = listing(events.call("call_1"))
    api.will(complaint("call_1"), history, complaint("call_1"), history, DELETED)
    api.will(complaint("call_1"))
    with pytest.raises(ConversationGone):
        await told(model)


def wish(name: str) -> Json:
    told = {"server_label": "shop", "name": "open_ticket", "arguments": "{}"}
    return {"type": "mcp_approval_request", "id": name, **told}


def decision(name: str) -> Json:
    told = {"type": "mcp_approval_response", "id": f"mcpa_{name}", "approve": True}
    return {**told, "approval_request_id": name}


def declined(api: CannedApi) -> list[str]:
    """The requests for approval that the last request declined."""
    items: list[Json] = api.seen[-1].body["input"]
    answers = [item for item in items if item["type"] == "mcp_approval_response"]
    return [item["approval_request_id"] for item in answers if not item["approve"]]


@pytest.mark.parametrize("words", ["MCP approval requests do not have an approval: 1", "Nope."])
async def test_wishes_that_nobody_decided_on_are_declined_whatever_the_server_calls_them(
    model: ConversationsModel, api: CannedApi, words: str
) -> None:
    known = [wish("mcpr_1"), decision("mcpr_1"), wish("mcpr_2"), wish("mcpr_3")]
    api.will(Answer(400, events.error(words)), listing(*known), WHOLE)
    assert isinstance((await told(model))[-1], Responded)
    assert declined(api) == ["mcpr_2", "mcpr_3"]


async def test_a_wish_is_undecided_though_its_id_was_decided_on_before(
    model: ConversationsModel, api: CannedApi
) -> None:
    known = [wish("mcpr_0"), decision("mcpr_0"), wish("mcpr_0")]
    api.will(Answer(400, events.error("Nope.")), listing(*known), WHOLE)
    await told(model)
    assert declined(api) == ["mcpr_0"]


async def test_wishes_that_the_prompt_decides_on_are_not_declined(
    model: ConversationsModel, api: CannedApi
) -> None:
    own = ApprovalGiven(RequestId("mcpr_1"), True, "Ann approves of it.")
    known = [wish("mcpr_1"), wish("mcpr_2")]
    api.will(Answer(400, events.error("Nope.")), listing(*known), WHOLE)
    await told(model, prompt(items=(own,)))
    assert declined(api) == ["mcpr_2"]


@pytest.mark.parametrize("look", [listing(), Answer(500)])
async def test_a_complaint_that_has_another_reason_stands(
    model: ConversationsModel, api: CannedApi, look: Answer
) -> None:
    api.will(Answer(400, events.error("Nope.")), look)
    with pytest.raises(ModelRefused):
        await told(model)
    assert len(api.seen) == 2


async def test_declining_is_tried_once(model: ConversationsModel, api: CannedApi) -> None:
    complaint = Answer(400, events.error("Nope."))
    api.will(complaint, listing(wish("mcpr_1")), complaint)
    with pytest.raises(ModelRefused):
        await told(model)
