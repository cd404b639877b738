"""Commands that do not go out at once are waited for, as long as the timeout says."""

import asyncio

import pytest
from redis.exceptions import TimeoutError  # noqa: A004 - it is what redis-py calls it

from bot.adapters.redis.connection.sending import DirectConnection

LARGE = "x" * 20_000_000  # more than the buffers of both sides


async def test_a_large_command_arrives_whole(redis):
    await redis.set("large", LARGE)

    assert await redis.strlen("large") == len(LARGE)


async def test_commands_that_are_sent_together_arrive_in_order(redis):
    await asyncio.gather(*(redis.rpush("list", number, LARGE[:100_000]) for number in range(50)))

    assert (await redis.lrange("list", 0, -1))[::2] == [str(number) for number in range(50)]


async def test_a_server_that_takes_nothing_is_given_up():
    over, closed = asyncio.Event(), asyncio.Event()

    async def greet(reader, writer):
        await reader.read(1000)
        writer.write(b"+OK\r\n" * 2)  # to what the client says of itself
        await over.wait()
        writer.transport.abort()
        closed.set()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        connection = DirectConnection(host="127.0.0.1", port=port, socket_timeout=0.2, protocol=2)
        await connection.connect()

        try:
            with pytest.raises(TimeoutError):
                await connection.send_command("SET", "large", LARGE)
            assert not connection.is_connected
        finally:
            over.set()
            await closed.wait()
