"""The model's side of a process that receives, which imports OpenAI's library when it is needed.

That takes longer than all else at its start and 20 MB, and is needed for no event: only for some
of what people press and command.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from bot.json_types import Json
from bot.panel.language_model.conversations.conversation_store import ConversationStore
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.roster.documents.knowledge import KnowledgeBase
from bot.settings.config import Config

if TYPE_CHECKING:
    from bot.adapters.openai.server.client import Client

_MODULE = "bot.assembly.models.model_server"


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
        self._wanted = asyncio.Event()
        if config.backend == "assistants":  # the only one that may be refused: better at the start
            self._wanted.set()
        self.model = cast("LanguageModel", _Later(lambda: self._opened[1]))
        self.knowledge = cast("KnowledgeBase", _Later(lambda: self._opened[2]))

    async def expect(self, body: Json, next_: Callable[[], Awaitable[None]]) -> None:
        """Be a middleware of Bolt's: what people press or command may soon need them."""
        if "event" not in body:
            self._wanted.set()
        await next_()

    async def open(self) -> None:
        """Open them once they may be needed, without keeping others waiting; nothing is sent yet.

        Raises Refused where the backend has ended.
        """
        await self._wanted.wait()
        await asyncio.to_thread(import_module, _MODULE)
        _ = self._opened

    async def close(self) -> None:
        if "_opened" in self.__dict__:
            await self._opened[0].close()

    @cached_property
    def _opened(self) -> tuple["Client", LanguageModel, KnowledgeBase]:
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
