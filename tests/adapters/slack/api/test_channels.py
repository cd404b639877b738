"""When the moves of channels are read."""

import asyncio

import pytest

from bot.adapters.slack.api.channels import Channels
from bot.adapters.slack.api.web_api import SlackApi
from bot.panel.messaging.channel_moves import ChannelMove, ChannelMoveStore
from bot.panel.messaging.rate_limiter import NoRateLimiter
from bot.playground.slack.workspace.company import ADA, PRIVATE
from tests.eventually import eventually


class CountingStore(ChannelMoveStore):
    """Counts how often it is read."""

    def __init__(self) -> None:
        self.moves: list[ChannelMove] = []
        self.reads = 0

    async def note(self, team_id: str, move: ChannelMove) -> None:
        self.moves.append(move)

    async def of_team(self, team_id: str) -> list[ChannelMove]:
        self.reads += 1
        return list(self.moves)


def click(channel: str) -> dict[str, object]:
    return {
        "type": "block_actions",
        "channel": {"id": channel},
        "container": {"channel_id": channel},
    }


async def test_payloads_of_channels_that_are_known_read_nothing() -> None:
    store = CountingStore()
    channels = Channels(store, "T1")
    await channels.read()
    for _ in range(10):
        await channels.incoming(click("C1"), anew=False)
        await channels.incoming({"type": "view_submission", "view": {"id": "V1"}}, anew=False)

    assert store.reads == 2


async def test_a_channel_that_was_never_seen_may_have_moved() -> None:
    store = CountingStore()
    channels = Channels(store, "T1")
    await channels.incoming(click("G1"), anew=False)
    await store.note("T1", ChannelMove("G1", "C2", 1.0))

    assert await channels.incoming(click("C2"), anew=False) == click("G1")


async def test_messages_always_read_them() -> None:
    store = CountingStore()
    channels = Channels(store, "T1")
    for _ in range(3):
        await channels.incoming({"event": {"channel": "C1"}})

    assert store.reads == 3


async def test_messages_that_arrive_together_read_them_once() -> None:
    store = CountingStore()
    channels = Channels(store, "T1")

    await asyncio.gather(*(channels.incoming({"event": {"channel": "C1"}}) for _ in range(5)))

    assert store.reads == 1


class SlowStore(CountingStore):
    """Answers the first time with what was there when it was asked, once it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()

    async def of_team(self, team_id: str) -> list[ChannelMove]:
        found = await super().of_team(team_id)
        if self.reads == 1:
            await self.may_answer.wait()
        return found


async def test_what_was_asked_before_a_message_arrived_does_not_count_for_it() -> None:
    store = SlowStore()
    channels = Channels(store, "T1")
    before = asyncio.create_task(channels.incoming({"event": {"channel": "C2"}}))
    await eventually(lambda: store.reads)
    await store.note("T1", ChannelMove("G1", "C2", 1.0))

    assert await channels.incoming({"event": {"channel": "C2"}}) == {"event": {"channel": "G1"}}
    store.may_answer.set()
    assert await before == {"event": {"channel": "G1"}}


@pytest.mark.parametrize(
    ("method", "args"),
    [
        ("chat.postMessage", {"channel": PRIVATE, "text": "Hello."}),
        ("assistant.threads.setStatus", {"channel_id": PRIVATE, "status": "thinks"}),
    ],
)
async def test_what_a_thread_is_told_waits_for_word_that_its_channel_moved(neighbour, method, args):
    store, new = CountingStore(), "C0MOVED"
    api = SlackApi(
        neighbour.api._web, NoRateLimiter(), channels=Channels(store, neighbour.identity.team_id)
    )
    ts = neighbour.slack.people.say(ADA, PRIVATE, "Hello?")
    neighbour.slack.people.share(PRIVATE, new)

    told = asyncio.create_task(api.rewrite(method, **args, thread_ts=ts))
    await eventually(lambda: store.reads > 1)  # it was refused, and they were read anew
    await store.note("T1", ChannelMove(PRIVATE, new, 1.0))

    assert (await told)["ok"]
