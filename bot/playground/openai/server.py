"""The local OpenAI API as one server on loopback."""

from collections.abc import Sequence
from typing import Self

from aiohttp import web

from bot.json_types import Json
from bot.playground.background_tasks import BackgroundTasks
from bot.playground.loopback import LoopbackServer
from bot.playground.openai import models
from bot.playground.openai.assistants.assistants import Assistants
from bot.playground.openai.assistants.runs import Runs
from bot.playground.openai.assistants.threads import Thread, Threads
from bot.playground.openai.conversations.conversations import Conversations
from bot.playground.openai.conversations.store import Conversation, Manners, Store
from bot.playground.openai.decisions.decisions import Decisions
from bot.playground.openai.documents.containers import Containers
from bot.playground.openai.documents.files import Files
from bot.playground.openai.documents.vector_stores import VectorStores
from bot.playground.openai.endpoint import API_KEY, Endpoint, RecordedRequest
from bot.playground.openai.faults import Faults
from bot.playground.openai.latency import Latency
from bot.playground.openai.responses.responses import Responses
from bot.playground.openai.rule_model.rules import RuleBrain
from bot.playground.openai.stand_in.brain import Brain

_LARGEST = 50 * 1024 * 1024


class OpenAIPlayground(LoopbackServer):
    """``async with OpenAIPlayground() as openai``: conversations, responses, documents.

    The last *record* requests are remembered. With *assistants*, it also speaks the Assistants
    API, as OpenAI did until August 2026 and other servers do.
    """

    api_key = API_KEY

    def __init__(
        self,
        port: int = 0,
        *,
        brain: Brain | None = None,
        record: int | None = 100_000,
        assistants: bool = False,
    ) -> None:
        super().__init__(web.Application(client_max_size=_LARGEST), port, cancel_abandoned=True)
        self.store = Store()
        self.faults = Faults()
        self.files = Files()
        self.vector_stores = VectorStores(self.files)
        self.containers = Containers()
        self._tasks = BackgroundTasks()
        self._responses = Responses(
            self.store,
            brain or RuleBrain(),
            Latency(),
            self.vector_stores,
            self.containers,
            self._tasks,
        )
        self._threads, self._assistants = Threads(), Assistants()
        self._runs = Runs(
            self._threads,
            self._assistants,
            lambda: self._responses.brain,
            self.manners,
            self.vector_stores,
            self._tasks,
        )
        self._endpoint = Endpoint(self.faults, record)
        self._add_routes(assistants)

    def _add_routes(self, assistants: bool) -> None:
        router = self.app.router
        self._endpoint.serve(router, Conversations(self.store).routes)
        self._endpoint.serve(router, self._responses.routes)
        self._endpoint.serve(router, Decisions(lambda: self.brain).routes)
        for documents in (self.files, self.vector_stores, self.containers):
            self._endpoint.serve(router, documents.routes)
        self._endpoint.serve(router, models.ROUTES)
        for part in (self._assistants, self._threads, self._runs) if assistants else ():
            self._endpoint.serve(router, part.routes)
        self._endpoint.refuse_the_rest(router)

    @property
    def brain(self) -> Brain:
        """What writes the replies; may be replaced at any time."""
        return self._responses.brain

    @brain.setter
    def brain(self, brain: Brain) -> None:
        self._responses.brain = brain

    @property
    def latency(self) -> Latency:
        """How long the model takes; may be replaced at any time."""
        return self._responses.latency

    @latency.setter
    def latency(self, latency: Latency) -> None:
        self._responses.latency = latency

    @property
    def manners(self) -> Manners:
        """How the server behaves where OpenAI's way is unknown."""
        return self.store.manners

    @property
    def base_url(self) -> str:
        """What a client takes for OpenAI's API."""
        return f"{self.url}/v1"

    @property
    def conversations(self) -> dict[str, Conversation]:
        """The conversations by id."""
        return self.store.conversations

    @property
    def threads(self) -> dict[str, Thread]:
        """The Assistants API's threads by id."""
        return self._threads.threads

    @property
    def assistants(self) -> dict[str, Json]:
        """The assistants by id."""
        return self._assistants.assistants

    @property
    def requests(self) -> Sequence[RecordedRequest]:
        """The requests so far."""
        return list(self._endpoint.recorded)

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self.stack.push_async_callback(self._tasks.close)
        return self
