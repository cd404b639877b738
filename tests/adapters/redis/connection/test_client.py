import asyncio
from urllib.parse import urlsplit

import pytest

from bot.adapters.redis import keys
from bot.adapters.redis.connection.client import address, connect, prepare
from bot.adapters.redis.connection.scripting import Script
from bot.adapters.redis.queue.journal import RedisJournal
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.panel_store import RedisPanelStore
from bot.adapters.redis.stores.thread_store import RedisThreadStore
from bot.panel.errors import GiveUp, StoreUnavailable
from bot.panel.journal.events import Routed, RouterAsked
from bot.panel.links import ThreadLinks
from bot.panel.model import (
    Claim,
    ConversationId,
    Expert,
    ExpertName,
    Message,
    MessageTs,
    ThreadRef,
    Turn,
    TurnId,
    UserId,
)
from bot.panel.roster.roster import Setting, WorkspaceScope
from bot.panel.threads.thread_store import Standing
from tests.adapters.redis.proxies import Proxy
from tests.adapters.redis.servers import free_port

SCRIPTS = ("put", "claim", "append", "renew", "done", "release", "bury")
THREAD = ThreadRef("T1", "C1", "1.0")
MESSAGE = Message(MessageTs("1.0"), UserId("U1"), "hello")
CLAIM = Claim(Turn(TurnId("T1:C1:1.0"), THREAD, (MESSAGE,)), 1, 1)


async def test_a_flood_waits_for_connections_rather_than_fail(redis):
    answers = await asyncio.gather(*(redis.echo(str(number)) for number in range(1500)))

    assert answers == [str(number) for number in range(1500)]
    assert len(await redis.client_list()) < 1000


@pytest.fixture
async def proxy(redis, redis_url):
    proxy = Proxy(urlsplit(redis_url).port)
    async with proxy.running():
        yield proxy


@pytest.fixture
async def shaky(proxy, redis):
    """A connection whose answers can be lost; the server knows the scripts already."""
    for name in SCRIPTS:
        await redis.script_load(Script(name)._source)
    connection = connect(f"redis://127.0.0.1:{proxy.port}")
    await connection.ping()
    yield connection
    await connection.aclose()


@pytest.fixture
async def queue(shaky):
    return RedisTurnQueue(shaky, Shards())


async def test_a_put_whose_answer_was_lost_is_done_once_and_known_to_be_ours(proxy, queue):
    proxy.lose_the_next_answer()

    assert await queue.put(THREAD, MESSAGE)

    assert proxy.lost.is_set()
    assert (await queue.claim()).turn.messages == (MESSAGE,)


async def test_entries_whose_answer_was_lost_are_in_the_journal_once(proxy, queue, shaky):
    journal = RedisJournal(shaky, Shards())
    await queue.put(THREAD, MESSAGE)
    claim = await queue.claim()
    proxy.lose_the_next_answer()

    await journal.append(claim, RouterAsked(), Routed())

    assert proxy.lost.is_set()
    assert list(await journal.read(claim)) == [RouterAsked(), Routed()]


@pytest.mark.parametrize("way", ["renew", "done", "release", "bury"])
async def test_what_ends_or_keeps_a_claim_bears_a_lost_answer(proxy, queue, way):
    acts = {
        "renew": lambda claim: queue.renew(claim),
        "done": lambda claim: queue.done(claim),
        "release": lambda claim: queue.hand_over(claim),
        "bury": lambda claim: queue.bury(claim, "reason"),
    }
    await queue.put(THREAD, MESSAGE)
    claim = await queue.claim()
    proxy.lose_the_next_answer()

    await acts[way](claim)

    assert proxy.lost.is_set()


async def test_a_claim_whose_answer_was_lost_comes_back_when_its_lease_runs_out(
    proxy, queue, redis
):
    await queue.put(THREAD, MESSAGE)
    proxy.lose_the_next_answer()
    waiting = asyncio.create_task(queue.claim())
    await proxy.lost.wait()
    assert (await queue.depth()).running == 1

    await redis.zadd("panelbot:{0}:leases", {keys.thread_name(THREAD): 0})

    async with asyncio.timeout(5):
        assert (await waiting).attempt == 2


async def test_every_operation_tells_that_redis_is_unavailable():
    nowhere = connect(f"redis://127.0.0.1:{free_port()}")
    queue, journal = RedisTurnQueue(nowhere, Shards()), RedisJournal(nowhere, Shards())
    threads, panels = RedisThreadStore(nowhere, Shards()), RedisPanelStore(nowhere)
    scope, name, turn = WorkspaceScope("T1"), ExpertName("legal"), CLAIM.turn.id
    acts = (
        queue.put(THREAD, MESSAGE),
        queue.claim(),
        queue.renew(CLAIM),
        queue.done(CLAIM),
        queue.hand_over(CLAIM),
        queue.bury(CLAIM, "reason"),
        queue.depth(),
        queue.waiting_threads(9),
        queue.buried(),
        queue.retry(turn),
        queue.drop(turn),
        journal.read(CLAIM),
        journal.append(CLAIM, RouterAsked()),
        threads.standing(THREAD),
        threads.set_standing(THREAD, Standing.OURS),
        threads.links(THREAD),
        threads.save_links(THREAD, ThreadLinks(ConversationId("r"))),
        threads.owner(ConversationId("r")),
        threads.unread_since(THREAD),
        threads.mark_unread(THREAD, MESSAGE.ts),
        threads.mark_read(THREAD, MESSAGE.ts, MESSAGE.ts),
        panels.changes([scope]),
        panels.add(scope, Expert(name, "Legal", ":scales:", "Law.", "Answer.")),
        panels.remove(scope, name),
        panels.set(scope, Setting.SYNTHESIS, None),
    )

    outcomes = await asyncio.gather(*acts, return_exceptions=True)

    assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}
    await nowhere.aclose()


async def test_a_running_server_is_made_ready_once_and_found_so_again(redis, redis_url):
    await prepare(redis, redis_url, Shards(2))
    await prepare(redis, redis_url, Shards(2))

    assert await redis.hgetall(keys.SCHEMA) == {"version": "1", "shards": "2"}


async def test_an_unreachable_server_is_told_with_its_address_and_without_the_password():
    url = f"redis://u:s3cret@127.0.0.1:{free_port()}/0"
    nowhere = connect(url)

    with pytest.raises(StoreUnavailable, match=address(url)) as error:
        await prepare(nowhere, url, Shards())

    assert "s3cret" not in str(error.value)
    assert "REDIS_URL" in str(error.value)
    await nowhere.aclose()


@pytest.mark.parametrize("login", ["panelbot:wr0ng", "nobody:s3cret"])
async def test_a_wrong_login_is_told_without_the_password(redis, redis_url, login):
    await redis.execute_command("ACL", "SETUSER", "panelbot", "on", ">s3cret", "~*", "+@all")
    url = redis_url.replace("redis://", f"redis://{login}@")
    stranger = connect(url)

    with pytest.raises(GiveUp, match="refuses the login") as error:
        await prepare(stranger, url, Shards())

    assert not {"wr0ng", "s3cret"} & set(str(error.value).replace(":", " ").split())
    await stranger.aclose()
    await redis.execute_command("ACL", "DELUSER", "panelbot")


async def test_a_user_who_may_touch_our_keys_only_can_do_everything(redis, redis_url):
    rules = ("on", ">s3cret", "~panelbot:*", "+@all", "-@dangerous", "+info")
    await redis.execute_command("ACL", "SETUSER", "panelbot", *rules)
    url = redis_url.replace("redis://", "redis://panelbot:s3cret@")
    limited = connect(url)
    queue = RedisTurnQueue(limited, Shards())

    await prepare(limited, url, Shards())
    await queue.put(THREAD, MESSAGE)
    claim = await queue.claim()
    await RedisJournal(limited, Shards()).append(claim, RouterAsked())
    await queue.done(claim)

    await limited.aclose()
    await redis.execute_command("ACL", "DELUSER", "panelbot")


async def test_a_user_who_may_not_run_scripts_is_told_so(redis, redis_url):
    await redis.execute_command("ACL", "SETUSER", "panelbot", "on", ">s3cret", "~*", "+ping")
    url = redis_url.replace("redis://", "redis://panelbot:s3cret@")
    limited = connect(url)

    with pytest.raises(GiveUp, match="does not let this user work"):
        await prepare(limited, url, Shards())

    await limited.aclose()
    await redis.execute_command("ACL", "DELUSER", "panelbot")


async def test_more_is_asked_at_once_than_redis_py_has_connections(redis_url, redis):
    patient = "socket_connect_timeout=60&socket_timeout=60"  # however slow this machine is
    threads = RedisThreadStore(connection := connect(f"{redis_url}?{patient}"), Shards())
    refs = [ThreadRef("T1", "C1", f"{number}.0") for number in range(300)]

    found = await asyncio.gather(*map(threads.links, refs))
    await connection.aclose()

    assert found == [ThreadLinks()] * 300
