"""What a conversation holds: its newest items, as far back as we ever look."""

from collections.abc import Sequence

from openai import AsyncOpenAI
from openai.types.conversations import ConversationItem

from bot.adapters.openai.items import from_api
from bot.panel.language_model import pairing
from bot.panel.language_model.exchange import ApprovalGiven, Item, ToolAnswered, UserSaid
from bot.panel.model import ConversationId

PAGE = 100  # items: the most that the API gives at once
LOOK_BACK = PAGE


async def newest(client: AsyncOpenAI, conversation: ConversationId) -> list[ConversationItem]:
    """Return the items of *conversation*, newest first."""
    items: list[ConversationItem] = []
    async for item in client.conversations.items.list(conversation, order="desc", limit=LOOK_BACK):
        items.append(item)
        if len(items) == LOOK_BACK:
            break
    return items


def since(newest_first: Sequence[ConversationItem], ref: str) -> list[Item] | None:
    """Return the newest user item whose text contains *ref* and all after it, oldest first."""
    items: list[Item] = []
    for item in map(from_api, newest_first):
        if item is not None:
            items.append(item)
        if isinstance(item, UserSaid) and ref in item.text:
            return items[::-1]
    return None


def holds(newest_first: Sequence[ConversationItem], items: Sequence[Item]) -> bool:
    """Return whether an earlier request with *items* was stored, as far as one can tell."""
    known = [said for item in newest_first[::-1] if (said := from_api(item))]
    questions = [item for item in items if isinstance(item, UserSaid)]
    answers = [item for item in items if isinstance(item, ToolAnswered | ApprovalGiven)]
    is_known = any(item in known for item in questions[-1:])
    return is_known or len(pairing.new_answers(answers, known)) < len(answers)
