"""A mention is queued without a look at which channels have moved, provided that none has."""

import pytest

from bot.adapters.slack.api.channels import Channels
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.receiving.message_listeners import MessageListeners
from bot.json_types import Json
from bot.panel.intake.intake import Intake
from bot.panel.messaging.channel_moves import ChannelMove
from bot.panel.messaging.rate_limiter import NoRateLimiter
from bot.playground.slack.workspace.company import ADA, BOT_USER
from tests.adapters.slack.api.test_channels import CountingStore
from tests.fakes.audit_log import auditor
from tests.fakes.chore_store import FakeChoreStore
from tests.fakes.handle_store import FakeHandleStore
from tests.fakes.thread_store import FakeThreadStore
from tests.fakes.turn_queue import FakeTurnQueue


class Receiving:
    """Listeners, and the moves that all processes know."""

    def __init__(self, neighbour) -> None:
        self.store, self.queue = CountingStore(), FakeTurnQueue()
        self.threads = FakeThreadStore(self.queue)
        channels = Channels(self.store, neighbour.identity.team_id)
        api = SlackApi(neighbour.api._web, NoRateLimiter(), channels=channels)
        self._listeners = MessageListeners(
            Intake(self.queue, self.threads, auditor()),
            FakeHandleStore(),
            FakeChoreStore(),
            neighbour.identity,
            api=api,
        )

    async def move(self, old: str, new: str) -> None:
        """Let another process note that a channel has moved."""
        await self.store.note("T1", ChannelMove(old, new, 1.0))
        self.queue.moves += 1

    async def say(self, text: str, channel: str, ts: str, **more: object) -> None:
        said = {"user": ADA, "channel": channel, "ts": ts, "text": text, **more}
        body: Json = {"type": "event_callback", "event": {"type": "message", **said}}
        await self._listeners.take_in(body)

    async def asked(self) -> tuple[str, str]:
        """Return where the next question belongs: its channel and thread."""
        thread = (await self.queue.claim()).turn.thread
        return thread.channel_id, thread.thread_ts


@pytest.fixture
def receiving(neighbour):
    return Receiving(neighbour)


async def test_mentions_where_nothing_has_moved_read_no_moves(receiving):
    for ts in ("1.0", "2.0", "3.0"):
        await receiving.say(f"<@{BOT_USER}> hello", "C2", ts)

    assert receiving.store.reads == 1  # the channel was new
    assert [await receiving.asked() for _ in range(3)] == [("C2", f"{n}.0") for n in (1, 2, 3)]


async def test_a_mention_belongs_to_the_first_id_as_soon_as_the_move_is_known(receiving):
    await receiving.say(f"<@{BOT_USER}> hello", "C2", "1.0")
    await receiving.move("G1", "C2")

    await receiving.say(f"<@{BOT_USER}> hello", "C2", "2.0")
    await receiving.say(f"<@{BOT_USER}> hello", "C2", "3.0")

    asked = [await receiving.asked() for _ in range(3)]
    assert asked == [("C2", "1.0"), ("G1", "2.0"), ("G1", "3.0")]
    assert receiving.store.reads == 2


@pytest.mark.parametrize("text", ["stop", f"<@{BOT_USER}> stop"])
async def test_a_stop_is_for_the_thread_of_the_first_id(receiving, text):
    await receiving.say(f"<@{BOT_USER}> hello", "G1", "1.0")
    await receiving.say(f"<@{BOT_USER}> hello", "C2", "9.0")
    await receiving.move("G1", "C2")

    running = await receiving.queue.claim()

    await receiving.say(text, "C2", "2.0", thread_ts="1.0")

    assert await receiving.queue.stop_requests() == {running.turn.thread: ADA}
    assert running.turn.thread.channel_id == "G1"


async def test_a_reply_is_for_the_thread_of_the_first_id(receiving):
    await receiving.say(f"<@{BOT_USER}> hello", "G1", "1.0")
    await receiving.say(f"<@{BOT_USER}> hello", "C2", "9.0")
    await receiving.move("G1", "C2")

    await receiving.say("and then?", "C2", "2.0", thread_ts="1.0")

    claim = await receiving.queue.claim()
    assert [one.text for one in claim.turn.messages] == ["hello", "and then?"]
