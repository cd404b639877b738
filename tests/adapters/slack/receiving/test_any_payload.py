"""Events of every shape: nothing raises an error, no words are lost, no machine is answered."""

import json
from collections.abc import Sequence

import pytest

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.receiving.message_listeners import MessageListeners
from bot.json_types import Json
from bot.panel.intake.intake import Intake
from bot.panel.model import Message, ThreadRef
from bot.playground.slack.workspace.company import ADA, BOT_ID, BOT_USER, GENERAL
from tests.fakes.audit_log import auditor
from tests.fakes.chore_store import FakeChoreStore
from tests.fakes.handle_store import FakeHandleStore
from tests.fakes.thread_store import FakeThreadStore
from tests.fakes.turn_queue import FakeTurnQueue
from tests.slack_shapes import Shapes

WORDS = "zebracrossing"
ME = Identity("T0ACME", BOT_ID, BOT_USER, "https://acme.slack.com/", frozenset())
MACHINES: Sequence[Json] = (
    {"bot_id": BOT_ID, "user": BOT_USER},
    {"bot_id": "B0MONITOR", "user": "U0MONITOR"},
    {"bot_id": "B0MONITOR", "subtype": "bot_message", "username": "Monitor", "user": None},
    {"bot_profile": {"id": "B0MONITOR", "app_id": "A0MONITOR"}},
    {"user": "USLACKBOT"},
    {"user": BOT_USER},
    {"subtype": "bot_message", "bot_id": None},
)


@pytest.fixture
def shapes(shared, request):
    """Many makers of events, each with a seed of its own."""
    count = 800 if request.config.getoption("--long") else 200
    return [Shapes(shared / "slack", seed) for seed in range(count)]


class RecordingQueue(FakeTurnQueue):
    """A queue that shows what was put into it."""

    def __init__(self) -> None:
        super().__init__()
        self.put_messages: list[Message] = []

    async def put(
        self, thread: ThreadRef, message: Message, *, alone: bool = False, moves: int | None = None
    ) -> bool:
        self.put_messages.append(message)
        return await super().put(thread, message, alone=alone, moves=moves)


async def queued(body: Json) -> list[Message]:
    """Take in *body* as it comes over the wire; return what is queued of it."""
    queue = RecordingQueue()
    listeners = MessageListeners(
        Intake(queue, FakeThreadStore(), auditor()), FakeHandleStore(), FakeChoreStore(), ME
    )
    await listeners.take_in(json.loads(json.dumps(body)))
    return queue.put_messages


async def test_no_event_raises_an_error(shapes):
    for shape in shapes:
        await queued(shape.body())


async def test_no_persons_words_are_lost(shapes):
    for shape in shapes:
        said = {"user": ADA, "channel": GENERAL, "ts": "2.0", "text": f"<@{BOT_USER}> {WORDS}"}
        body = shape.message(**said)

        (message,) = await queued(body)

        assert (message.text, message.mentioned, message.author) == (WORDS, True, ADA), body


async def test_no_words_in_blocks_are_lost(shapes):
    for shape in shapes:
        text = {"type": "text", "text": f" {WORDS}"}
        section = {
            "type": "rich_text_section",
            "elements": [{"type": "user", "user_id": BOT_USER}, text],
        }
        body = shape.message(user=ADA, channel=GENERAL, ts="2.0")
        odd = body["event"].get("blocks")
        others = odd if isinstance(odd, list) else [odd]
        body["event"]["blocks"] = [{"type": "rich_text", "elements": [None, section]}, *others]

        (message,) = await queued(body)

        assert WORDS in message.text + message.quoted, body
        assert message.mentioned, body


async def test_no_machine_is_answered(shapes):
    for number, shape in enumerate(shapes):
        said = {"user": ADA, "channel": GENERAL, "ts": "2.0", "text": f"<@{BOT_USER}> {WORDS}"}
        body = shape.message(**said | MACHINES[number % len(MACHINES)])

        assert await queued(body) == [], body
