"""A primary that no longer answers, while its connections stay open."""

import asyncio
import signal
from pathlib import Path
from time import monotonic

from bot.adapters.redis.connection.client import connect
from bot.adapters.redis.connection.errors import store_errors
from bot.panel.errors import StoreUnavailable
from tests.adapters.redis.servers import watched_primary


async def test_a_command_finds_the_new_primary_after_one_timeout(tmp_path: Path):
    with watched_primary(tmp_path) as (primary, sentinel):
        url = f"redis+sentinel://:s3cret@127.0.0.1:{sentinel.port}/panel?socket_timeout=1"
        redis = connect(url)
        pops = [asyncio.create_task(redis.blpop(["none"], timeout=0.5)) for _ in range(4)]
        await redis.set("key", "value")
        await asyncio.gather(*pops)  # now there are several idle connections

        primary.send_signal(signal.SIGSTOP)
        before = monotonic()
        while True:
            try:
                with store_errors():
                    await redis.set("key", "another")
            except StoreUnavailable:
                await asyncio.sleep(0.1)
            else:
                break
        took = monotonic() - before
        await redis.aclose()

    assert took < 4
