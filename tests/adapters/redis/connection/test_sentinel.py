"""Work goes on when the primary dies and a Sentinel names another."""

import asyncio

import pytest

from bot.adapters.redis.connection.client import address, connect, prepare
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.panel.errors import StoreUnavailable
from bot.panel.model import Message, MessageTs, ThreadRef, UserId
from tests.adapters.redis.servers import watched_primary

THREAD = ThreadRef("T1", "C1", "1.0")


def message(text: str) -> Message:
    return Message(MessageTs(f"{text}.0"), UserId("U1"), text)


@pytest.fixture
def watched(tmp_path):
    with watched_primary(tmp_path) as servers:
        yield servers


async def test_work_goes_on_at_the_new_primary(watched):
    primary, sentinel = watched
    url = f"redis+sentinel://:s3cret@127.0.0.1:{sentinel.port},127.0.0.1:1/panel/0"
    redis = connect(url)
    queue = RedisTurnQueue(redis, Shards())
    await prepare(redis, url, Shards())
    await queue.put(THREAD, message("1"))
    claim = await queue.claim()
    await redis.execute_command("WAIT", 1, 5000)

    primary.kill()
    async with asyncio.timeout(20):
        while True:
            try:
                await queue.put(THREAD, message("2"))
                await queue.done(claim)
                following = await queue.claim()
                break
            except StoreUnavailable:
                await asyncio.sleep(0.1)

    assert [said.text for said in following.turn.messages] == ["2"]
    assert "s3cret" not in address(url)
    await redis.aclose()


async def test_an_unknown_name_is_told(watched):
    _, sentinel = watched
    url = f"redis+sentinel://:s3cret@127.0.0.1:{sentinel.port}/other"
    redis = connect(url)

    with pytest.raises(
        StoreUnavailable, match=r"Redis at redis\+sentinel://127.* cannot be reached"
    ):
        await prepare(redis, url, Shards())
    await redis.aclose()
