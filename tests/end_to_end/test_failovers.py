"""Redis fails over, or refuses for a while, under the real bot: each question is answered once."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.adapters.redis.connection.client import connect
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.thread_store import RedisThreadStore
from bot.panel.errors import StoreUnavailable
from bot.panel.model import Message, MessageTs, ThreadRef, UserId
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.adapters.redis.connection.test_errors import ANSWERS
from tests.adapters.redis.proxies import Proxy, Refuser
from tests.adapters.redis.servers import Server, free_port, join, running, until, watched_primary
from tests.end_to_end.conftest import MENTION, World
from tests.processes import BotProcess, bot_process

LATE = "_I was not listening"  # above what Slack could not deliver for too long
KEEPS_ALL = {"appendonly": "yes", "repl-diskless-sync-delay": "0"}


class Outage:
    """Questions before, in and after an outage, and whether the bot lives through it."""

    def __init__(self, world: World, bot: BotProcess) -> None:
        self._world = world
        self._bot = bot
        self.asked: list[str] = []

    def ask(self) -> None:
        self.asked.append(self._world.say(f"{MENTION} please ask legal"))

    async def live_through(self, seconds: float, end: Callable[[], Awaitable[None]]) -> None:
        """Ask a question now, one in the middle of *seconds*, and one when *end* is called."""
        self.ask()
        await asyncio.sleep(seconds / 2)
        self.ask()
        await asyncio.sleep(seconds / 2)
        await end()
        self.ask()
        await self.settled()

    async def settled(self) -> None:
        """Return when everything is answered, once; the bot is still the same process."""
        for ts in self.asked:
            await self._world.slack.people.wait_for(lambda ts=ts: self._world.said(ts), timeout=180)
        assert self._bot.returncode is None
        try:
            await self._world.idle()
        except StoreUnavailable:  # this process has a connection of its own
            await self._world.idle()
        for ts in self.asked:
            said = [one for one in self._world.said(ts) if not one[1].startswith(LATE)]
            assert [who for who, _ in said] == ["Legal Counsel"], (self.asked.index(ts), said)


class Log:
    """What the bot has logged."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def text(self) -> str:
        return self.path.read_text()


@asynccontextmanager
async def running_bot(world: World, log: Log) -> AsyncIterator[Outage]:
    """Run ``panelbot run``, at which Slack tries again for as long as a failover lasts."""
    world.slack.deliverer.retry_after = (0.3, 1, 2, 4, 8)
    async with bot_process("run", environ=world.environ, log=log.path) as bot:
        await asyncio.wait_for(world.slack.sockets.wait_for_connection(), 60)
        outage = Outage(world, bot)
        outage.ask()
        await outage.settled()  # it has started: until then, it ends when Redis refuses
        yield outage


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "bot.log")


async def follow(server: Server, port: int | None = None) -> None:
    """Make *server* a replica of the one at *port*, or a primary."""
    async with Redis(port=server.port) as control:
        await control.replicaof(*(("127.0.0.1", port) if port else ("NO", "ONE")))


async def test_whatever_redis_refuses_for_a_while_the_bot_goes_on(
    world: World, redis_url: str, log: Log
):
    refuser = Refuser(urlsplit(redis_url).port)
    async with refuser.running():
        world.environ["REDIS_URL"] = f"redis://127.0.0.1:{refuser.port}"
        unlimited = ("PANELBOT_QUESTIONS_OF_PERSON", "PANELBOT_SLACK_PACE")
        world.environ |= {**dict.fromkeys(unlimited, "0"), "PANELBOT_LEASE": "4"}
        async with running_bot(world, log) as outage:
            for answer in ANSWERS.values():
                outage.ask()
                await asyncio.sleep(0.1)
                refuser.error = answer
                outage.ask()
                await asyncio.sleep(0.3)
                refuser.error = ""
            await outage.settled()

    told = log.text
    assert "Traceback" not in told
    assert "please ask legal" not in told
    for code in ANSWERS:
        assert told.count(f'queue.unavailable reason="Redis is unavailable ({code})') <= 1


async def test_a_primary_that_is_a_replica_for_three_seconds(
    world: World, tmp_path: Path, log: Log
):
    server = Server(tmp_path / "redis", settings=KEEPS_ALL)
    with running(server):
        until(server.info)
        world.environ["REDIS_URL"] = server.url
        async with running_bot(world, log) as outage:
            outage.ask()
            await asyncio.sleep(0.2)
            await follow(server, free_port())
            await outage.live_through(3, lambda: follow(server))

    assert "queue.unavailable" in log.text
    assert "Traceback" not in log.text


async def test_an_address_that_leads_to_the_promoted_replica_while_the_old_primary_lives_on(
    world: World, tmp_path: Path, log: Log
):
    old = Server(tmp_path / "old", settings=KEEPS_ALL)
    new = Server(tmp_path / "new", settings=KEEPS_ALL | {"replicaof": f"127.0.0.1 {old.port}"})
    with running(old, new):
        until(lambda: new.info().get("master_link_status") == "up")
        address = Proxy(old.port)
        async with address.running():
            world.environ["REDIS_URL"] = f"redis://127.0.0.1:{address.port}"
            async with running_bot(world, log) as outage:
                outage.ask()
                await asyncio.sleep(0.2)
                await follow(new)
                await follow(old, new.port)

                async def lead_there() -> None:
                    address.target = new.port

                await outage.live_through(1, lead_there)


@pytest.mark.long
@pytest.mark.parametrize("how", ["hands over", "hangs", "dies"])
async def test_a_sentinel_that_names_another_primary(
    world: World, tmp_path: Path, log: Log, how: str
):
    with watched_primary(tmp_path) as (primary, sentinel):
        world.environ["REDIS_URL"] = f"redis+sentinel://:s3cret@127.0.0.1:{sentinel.port}/panel"
        async with running_bot(world, log) as outage:
            outage.ask()
            await asyncio.sleep(0.2)
            if how == "hands over":
                await hand_over(sentinel)
            elif how == "hangs":
                primary.send_signal(signal.SIGSTOP)
            else:
                primary.kill()
            await outage.live_through(4, nothing)

    assert "Traceback" not in log.text


async def hand_over(sentinel: Server) -> None:
    """Let *sentinel* make the replica the primary; right after its start it refuses to."""
    async with Redis(port=sentinel.port) as watch, asyncio.timeout(30):
        while True:
            try:
                await watch.sentinel_failover("panel")
            except ResponseError:
                await asyncio.sleep(0.1)
            else:
                return


@pytest.mark.long
async def test_each_primary_of_a_cluster_hands_over_to_its_replica(
    world: World, tmp_path: Path, log: Log
):
    settings = {"cluster-enabled": "yes", "cluster-node-timeout": "1000", "save": '""'}
    nodes = [Server(tmp_path / str(number), settings=settings) for number in range(6)]
    with running(*nodes):
        join(nodes[:3], *nodes[3:])
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in nodes[:2])
        world.environ |= {
            "REDIS_URL": f"redis+cluster://{hosts}",
            "PANELBOT_REDIS_SHARDS": "6",
        }
        async with running_bot(world, log) as outage:
            for replica in nodes[3:]:
                outage.ask()
                await asyncio.sleep(0.1)
                async with Redis(port=replica.port) as control:
                    await control.execute_command("CLUSTER", "FAILOVER")
                await outage.live_through(1, nothing)
            nodes[3].kill()  # the primary of its slots
            await outage.live_through(3, nothing)

    assert "Traceback" not in log.text


async def nothing() -> None:
    """End an outage that ends by itself."""


async def test_a_promoted_replica_that_lacks_the_last_second_says_nothing_twice(
    world: World, tmp_path: Path, log: Log
):
    old = Server(tmp_path / "old", settings=KEEPS_ALL)
    new = Server(tmp_path / "new", settings=KEEPS_ALL | {"replicaof": f"127.0.0.1 {old.port}"})
    world.openai.latency.first = lambda _: 0.2
    with running(old, new):
        until(lambda: new.info().get("master_link_status") == "up")
        address = Proxy(old.port)
        async with address.running():
            world.environ["REDIS_URL"] = f"redis://127.0.0.1:{address.port}"
            async with running_bot(world, log) as outage:
                outage.ask()
                await outage.settled()
                for _ in range(8):  # each has come to another step when the replica stops following
                    outage.ask()
                    await asyncio.sleep(0.1)
                await follow(new)
                await outage.settled()  # by the old primary, alone
                old.kill()
                await only_put(new, world, outage.asked[-1])
                address.target = new.port
                outage.ask()
                await outage.settled()


async def only_put(server: Server, world: World, ts: str) -> None:
    """Let *server* know of the question *ts* that it was asked, and nothing else."""
    thread = ThreadRef(world.slack.workspace.team_id, GENERAL, ts)
    message = Message(MessageTs(ts), UserId(ADA), "please ask legal", mentioned=True)
    redis = connect(server.url)
    await RedisThreadStore(redis, Shards()).forget(thread)
    await redis.hdel(*Shards().seen_with(thread, MessageTs(ts)))
    await RedisTurnQueue(redis, Shards()).put(thread, message)
    await redis.aclose()
