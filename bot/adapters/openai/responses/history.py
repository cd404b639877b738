"""What a conversation holds: its newest items, as far back as we ever look."""

from collections.abc import Sequence
from contextlib import aclosing
from functools import partial

from bot.adapters.openai.reading.items import ItemReader, read_items
from bot.adapters.openai.reading.sent import Sent, pages, sent_all
from bot.adapters.openai.responses.api import PAGE, ResponsesApi
from bot.panel.errors import ModelUnavailable
from bot.panel.language_model.conversations import pairing, repetition
from bot.panel.language_model.exchange import ApprovalGiven, Item, ToolAnswered, ToolUsed, UserSaid
from bot.panel.model import ConversationId

LOOK_BACK = PAGE


async def newest(api: ResponsesApi, conversation: ConversationId) -> list[Sent]:
    """Return the newest items of *conversation*, newest first."""
    items: list[Sent] = []
    async with aclosing(pages(partial(api.items, conversation))) as listed:
        async for page in listed:
            items += page
            if len(items) >= LOOK_BACK:
                break
    return items[:LOOK_BACK]


def since(newest_first: Sequence[object], ref: str) -> list[Item] | None:
    """Return the newest user item whose text contains *ref* and all after it, oldest first."""
    items: list[Item] = []
    for item in reversed(read_items(newest_first[::-1])):
        if not isinstance(item, ToolUsed):
            items.append(item)
        if isinstance(item, UserSaid) and ref in item.text:
            return items[::-1]
    return None


def repeated(newest_first: Sequence[object], ref: str) -> list[str]:
    """Return the ids of items that are there twice, from the question *ref* on."""
    reader, items = ItemReader(), [*sent_all(newest_first[::-1], "item")]
    known = [next(reversed([*reader.read(item)]), None) for item in items]
    return [items[place].optional_text("id") for place in repetition.repeated(known, ref)]


def holds(newest_first: Sequence[object], items: Sequence[Item]) -> bool:
    """Return whether an earlier request with *items* was stored, as far as one can tell."""
    known = read_items(newest_first[::-1])
    questions = [item for item in items if isinstance(item, UserSaid)]
    answers = [item for item in items if isinstance(item, ToolAnswered | ApprovalGiven)]
    is_known = any(item in known for item in questions[-1:])
    return is_known or len(pairing.new_answers(answers, known)) < len(answers)


def check_new(newest_first: Sequence[object], items: Sequence[Item]) -> None:
    """Raise ModelUnavailable if *items* were stored by an earlier request: it is to be read."""
    if holds(newest_first, items):
        raise ModelUnavailable("an earlier try was stored meanwhile", after=0)
