"""Mending a conversation whose last response ended in calls that nobody answered."""

import re

from openai import APIStatusError, AsyncOpenAI, BadRequestError

from bot.adapters.openai import errors
from bot.adapters.openai.items import from_api, to_api
from bot.panel.exchange import ToolAnswered, ToolCalled
from bot.panel.model import CallId, ConversationId

ABORTED = '{"status":"aborted"}'
_LOOK_BACK = 100
_UNANSWERED = re.compile(r"No tool output found for function call (?P<call_id>[\w-]+)")


def unanswered_call(error: APIStatusError) -> CallId | None:
    """Return the call that the server says is still waiting for its output."""
    match = _UNANSWERED.search(errors.message_of(error))
    return CallId(match["call_id"]) if match else None


async def answer_orphans(client: AsyncOpenAI, conversation: ConversationId, named: CallId) -> None:
    """Answer every call without an output as aborted; delete those that take no answer.

    *named* is the call that the server complains of; the list may not show it yet.
    """
    calls: dict[CallId, str | None] = {named: None}
    answered: set[CallId] = set()
    reasoning: dict[CallId, str | None] = {}
    before: str | None = None
    page = client.conversations.items.list(conversation, order="desc", limit=_LOOK_BACK)
    newest_first = [item async for item in page][:_LOOK_BACK]
    for item in reversed(newest_first):
        known = from_api(item)
        match known:
            case ToolCalled(call_id=call_id):
                calls[call_id] = item.id
                reasoning[call_id] = before
            case ToolAnswered(call_id=call_id):
                answered.add(call_id)
            case _:
                pass
        before = item.id if item.type == "reasoning" else None
    for call_id, item_id in calls.items():
        if call_id not in answered:
            await _settle(client, conversation, call_id, (item_id, reasoning.get(call_id)))


async def _settle(
    client: AsyncOpenAI,
    conversation: ConversationId,
    call_id: CallId,
    instead: tuple[str | None, str | None],
) -> None:
    output = to_api(ToolAnswered(call_id, ABORTED))
    try:
        await client.conversations.items.create(conversation, items=[output])
    except BadRequestError:
        for item_id in filter(None, instead):
            await client.conversations.items.delete(item_id, conversation_id=conversation)
