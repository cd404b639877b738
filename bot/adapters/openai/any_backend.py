"""All backends as one: conversations of others can be read and deleted, as far as they are here.

A thread keeps the ids that it got from the backend of its time. Which that was can be told by how
they begin. What is new goes to the backend in use.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

from bot.adapters.openai.backend_ids import CONVERSATION, OWN, THREAD
from bot.panel.errors import ConversationGone
from bot.panel.language_model.exchange import Item, Judged, ModelEvent, Prompt, StoredItem
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.links import Labels
from bot.panel.made_files import MadeFile
from bot.panel.model import ConversationId

BEGINNINGS = {"conversations": CONVERSATION, "stateless": OWN, "assistants": THREAD}


class AnyBackend(LanguageModel):
    """The backend *current*, and *others* by their names for what they have kept."""

    def __init__(self, current: LanguageModel, others: Mapping[str, LanguageModel]) -> None:
        self._current = current
        self._others = {BEGINNINGS[name]: model for name, model in others.items()}

    def respond(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        return self._current.respond(prompt)

    def respond_once(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        return self._current.respond_once(prompt)

    async def judge(self, prompt: Prompt) -> Judged:
        return await self._current.judge(prompt)

    async def append(self, conversation: ConversationId, items: Sequence[Item]) -> None:
        await self._current.append(conversation, items)

    async def since(self, conversation: ConversationId, ref: str) -> Sequence[Item] | None:
        return await self._home(conversation).since(conversation, ref)

    async def items(self, conversation: ConversationId) -> AsyncGenerator[StoredItem, None]:
        async for item in self._home(conversation).items(conversation):
            yield item

    async def content(self, conversation: ConversationId, file: MadeFile, most: int) -> bytes:
        return await self._home(conversation).content(conversation, file, most)

    async def is_whole(self, response: str) -> bool:
        return await self._current.is_whole(response)

    async def open(self, labels: Labels) -> ConversationId:
        return await self._current.open(labels)

    async def relabel(self, conversation: ConversationId, labels: Labels) -> None:
        await self._current.relabel(conversation, labels)

    async def labels(self, conversation: ConversationId) -> Labels | None:
        try:
            return await self._home(conversation).labels(conversation)
        except ConversationGone:
            return None

    async def delete(self, conversation: ConversationId) -> int | None:
        try:
            return await self._home(conversation).delete(conversation)
        except ConversationGone:
            return None

    async def remove(self, conversation: ConversationId, wanted: Callable[[str], bool]) -> int:
        return await self._home(conversation).remove(conversation, wanted)

    def is_current(self, conversation: ConversationId) -> bool:
        return self._current.is_current(conversation)

    def _home(self, conversation: ConversationId) -> LanguageModel:
        """Return who keeps *conversation*. Raises ConversationGone if that one is not here."""
        if self._current.is_current(conversation):
            return self._current
        for beginning, model in self._others.items():
            if conversation.startswith(beginning):
                return model
        raise ConversationGone(f"{conversation} belongs to another backend")


class Unkept(AnyBackend):
    """The backend *current* without conversations: each prompt has all there is."""

    def respond(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        return self._current.respond_once(prompt)

    async def since(self, conversation: ConversationId, ref: str) -> Sequence[Item] | None:
        return None
