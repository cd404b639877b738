"""What Redis's client does on a bad day, as the rest of the bot sees it."""

import asyncio

from bot.adapters.redis.connection.errors import store_errors
from bot.adapters.redis.connection.scripting import Connection


async def test_a_cancellation_is_never_swallowed(redis: Connection):
    async def ask() -> None:
        with store_errors():
            await redis.get("something")

    for steps in range(60):
        asking = asyncio.create_task(ask())
        for _ in range(steps):
            await asyncio.sleep(0)
        if asking.cancel():
            await asyncio.wait([asking])
            assert asking.cancelled(), f"swallowed after {steps} steps"


async def test_who_is_cancelled_already_may_still_clean_up(redis: Connection):
    async def work() -> str | None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            with store_errors():
                await redis.set("something", "said")
                return str(await redis.get("something"))
        return None

    working = asyncio.create_task(work())
    await asyncio.sleep(0)
    working.cancel()

    assert await working == "said"
