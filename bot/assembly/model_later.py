"""The model's side of a process that receives before it has imported OpenAI's library.

That takes longer than all else at its start, and is needed for no event.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from bot.panel.language_model.conversation_store import ConversationStore
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.roster.documents.knowledge import KnowledgeBase
from bot.settings.config import Config

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_MODULE = "bot.assembly.model_server"


class _Later:
    """Stands for what is only made when it is first used."""

    def __init__(self, made: Callable[[], object]) -> None:
        self._made = made

    def __getattr__(self, name: str) -> object:
        return getattr(self._made(), name)


class ModelLater:
    """The model, and the store of documents; whichever is used first opens both."""

    def __init__(self, config: Config, store: ConversationStore) -> None:
        self._config = config
        self._store = store
        self.model = cast("LanguageModel", _Later(lambda: self._opened[1]))
        self.knowledge = cast("KnowledgeBase", _Later(lambda: self._opened[2]))

    async def open(self) -> None:
        """Open them; nothing is sent yet. Raises Refused where the backend has ended."""
        await asyncio.to_thread(import_module, _MODULE)
        _ = self._opened

    async def close(self) -> None:
        """Close what was opened."""
        if "_opened" in self.__dict__:
            await self._opened[0].close()

    @cached_property
    def _opened(self) -> tuple["AsyncOpenAI", LanguageModel, KnowledgeBase]:
        server: Any = import_module(_MODULE)
        client = server.client_of(self._config)
        model = server.model_of(self._config, client, self._store)
        return client, model, server.knowledge_of(client)


@asynccontextmanager
async def open_later(config: Config, store: ConversationStore) -> AsyncIterator[ModelLater]:
    """Return what opens them; close them at the end."""
    later = ModelLater(config, store)
    try:
        yield later
    finally:
        await later.close()
