"""When the moves of channels are read."""

from bot.adapters.slack.api.channels import Channels
from bot.panel.messaging.channel_moves import ChannelMove, ChannelMoveStore


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
