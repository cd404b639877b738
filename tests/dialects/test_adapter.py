"""What our adapter makes of each dialect: one row, one test for each backend."""

from contextlib import AsyncExitStack, aclosing

import pytest
from openai import AsyncOpenAI

from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.responses.stateless import StatelessModel
from bot.adapters.openai.retries import RetryDelays
from bot.adapters.openai.server.client import connect
from bot.adapters.redis.connection.scripting import Connection
from bot.adapters.redis.stores.conversation_store import RedisConversationStore
from bot.panel.errors import ModelRefused, PanelError
from bot.panel.language_model.exchange import (
    Item,
    ModelEvent,
    Prompt,
    Responded,
    TextWritten,
    Tool,
    ToolCalled,
    UserSaid,
)
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.links import RouterLabels
from bot.panel.model import ConversationId, Effort, ThreadRef
from tests.dialects.rows import Outcome, Row
from tests.dialects.server import DialectServer
from tests.dialects.tables import ROWS

AT_ONCE = RetryDelays(locked=(0, 0), busy=(0, 0))
PARAMETERS = {"reason": "why", "brief": "what"}
TOOLS = tuple(Tool(f"consult_{name}", f"Ask {name}.", PARAMETERS) for name in ("legal", "finance"))
CASES = [
    pytest.param(row, backend, id=f"{row.dialect.name}: {row.id} [{backend}]")
    for row in ROWS
    for backend in row.backends
]


@pytest.mark.parametrize(("row", "backend"), CASES)
async def test_row(row: Row, backend: str, redis: Connection) -> None:
    server = DialectServer(row.dialect, {"": row.answers})
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(server.running())
        client = await stack.enter_async_context(connect("sk-test", server.base_url, silence=5))
        model = _model(backend, client, redis)
        server.conversations["conv_1"] = []
        labels = RouterLabels(ThreadRef("T1", "C1", "1.0"))
        is_own = backend == "stateless"
        conversation = await model.open(labels) if is_own else ConversationId("conv_1")
        for number, outcome in enumerate(row.outcomes):
            said = row.turns[number] if row.turns else (UserSaid(f"Question {number}?"),)
            await _turn(model, conversation, said, outcome)
    if row.requests is not None:
        assert len(server.asked) == row.requests
    assert server.asked[-1].keys() >= set(row.asked_last)


def _model(backend: str, client: AsyncOpenAI, redis: Connection) -> LanguageModel:
    if backend == "stateless":
        store = RedisConversationStore(redis)
        return StatelessModel(client, store, salt="salt", delays=AT_ONCE)
    return ConversationsModel(client, salt="salt", compact=100_000, delays=AT_ONCE)


async def _turn(
    model: LanguageModel, conversation: ConversationId, said: tuple[Item, ...], expected: Outcome
) -> None:
    asked = Prompt(
        conversation,
        "some-model",
        Effort.LOW,
        "Be kind.",
        tuple(said),
        tools=TOOLS,
        cache_key="router",
        user="U1",
    )
    events: list[ModelEvent] = []
    error: PanelError | None = None
    try:
        async with aclosing(model.respond(asked)) as responding:
            async for event in responding:
                events.append(event)  # noqa: PERF401 - what came before an error counts
    except PanelError as raised:
        error = raised
    _compare(events, error, expected)


def _compare(events: list[ModelEvent], error: PanelError | None, expected: Outcome) -> None:
    if expected.error is None and expected.fault is None:
        assert error is None, f"{type(error).__name__}: {error}"
        assert isinstance(events[-1], Responded)
    if expected.error is not None:
        assert type(error) is expected.error
    if expected.fault is not None:
        assert isinstance(error, ModelRefused)
        assert error.fault is expected.fault
    if expected.text is not None:
        assert _text(events) == expected.text
    if expected.calls is not None:
        called = [event for event in events if isinstance(event, ToolCalled)]
        assert [(c.tool, dict(c.arguments)) for c in called] == list(expected.calls)
        assert len({c.call_id for c in called}) == len(called)
    if expected.check:
        expected.check(events)


def _text(events: list[ModelEvent]) -> str:
    last = events[-1] if events else None
    if isinstance(last, Responded):
        return last.text
    return "".join(event.delta for event in events if isinstance(event, TextWritten))
