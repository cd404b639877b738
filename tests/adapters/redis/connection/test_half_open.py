"""A primary that no longer answers, or is none any more, while its connections stay open."""

import asyncio
import signal
from pathlib import Path
from time import monotonic

from redis import Redis

from bot.adapters.redis.connection.client import connect
from bot.adapters.redis.connection.errors import store_errors
from bot.panel.errors import StoreUnavailable
from tests.adapters.redis.proxies import Proxy
from tests.adapters.redis.servers import Server, running, until, watched_primary


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


async def test_a_replica_that_has_lost_its_primary_is_left(tmp_path: Path):
    settings = {"replica-serve-stale-data": "no"}
    former, promoted = (Server(tmp_path / name, settings=settings) for name in ("former", "new"))
    with running(former, promoted):
        for server in (former, promoted):
            until(lambda server=server: bool(server.info()))
        proxy = Proxy(former.port)  # as an address that leads to whoever is the primary
        async with proxy.running():
            redis = connect(f"redis://127.0.0.1:{proxy.port}")
            await redis.set("key", "value")
            proxy.target = promoted.port
            with Redis(port=former.port) as node:
                node.replicaof("127.0.0.1", "1")
            assert await redis.eval("return 1", 0) == 1
            await redis.aclose()
