"""Redis over TLS, and as a user who may do no more than we need."""

import ssl
from collections.abc import AsyncIterator

import pytest
import trustme
from redis import Redis

from bot.adapters.redis.connection.client import connect, prepare
from bot.adapters.redis.connection.scripting import Connection
from bot.adapters.redis.queue.journal import RedisJournal
from bot.adapters.redis.queue.rate_limiter import RedisRateLimiter
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.panel_store import RedisPanelStore
from bot.adapters.redis.stores.thread_store import RedisThreadStore
from bot.panel.errors import GiveUp, StoreUnavailable
from bot.panel.journal.events import RouterAsked
from bot.panel.links import ThreadLinks
from bot.panel.messaging.rate_limiter import Limit
from bot.panel.model import (
    ConversationId,
    Expert,
    ExpertName,
    Message,
    MessageTs,
    ThreadRef,
    UserId,
)
from bot.panel.roster.roster import ChannelScope, Setting
from bot.panel.threads.thread_store import Standing
from tests.adapters.redis.proxies import Proxy

RIGHTS = "on >s3cret ~panelbot:* +@read +@write +@connection +@scripting +info +time"
THREAD = ThreadRef("T1", "C1", "1.0")
LEGAL = Expert(ExpertName("legal"), "Legal", ":scales:", "Law.", "Answer.")


async def everything_works(redis: Connection, url: str) -> None:
    """Do once whatever we do with Redis."""
    shards = Shards()
    await prepare(redis, url, shards)
    queue, journal = RedisTurnQueue(redis, shards), RedisJournal(redis, shards)
    threads, panels = RedisThreadStore(redis, shards), RedisPanelStore(redis)
    await queue.put(THREAD, Message(MessageTs("1.0"), UserId("U1"), "hello"))
    claim = await queue.claim()
    await journal.append(claim, RouterAsked())
    await queue.renew(claim)
    await queue.hand_over(claim)
    claim = await queue.claim()
    assert len(await journal.read(claim)) == 1
    await queue.bury(claim, "why")
    assert await queue.retry(claim.turn.id)
    await queue.done(await queue.claim())
    await queue.waiting_threads(9)
    await queue.depth()
    await queue.stop(THREAD, MessageTs("2.0"), UserId("U1"))
    await queue.stop_requests()
    await threads.set_standing(THREAD, Standing.OURS)
    await threads.mark_unread(THREAD, MessageTs("1.0"))
    await threads.save_links(THREAD, ThreadLinks(ConversationId("conv_1")))
    assert (await threads.links(THREAD)).router
    await threads.mark_read(THREAD, MessageTs("1.0"), MessageTs("2.0"))
    await threads.is_first_to_post("what", claim.turn)
    scope = ChannelScope("T1", "C1")
    await panels.add(scope, LEGAL)
    await panels.set(scope, Setting.SYNTHESIS, None)
    assert await panels.changes([scope])
    pace = RedisRateLimiter(redis, "T1")
    await pace.block(Limit("m", 1, 1), 0.01)
    assert await pace.wait([Limit("m", 1, 1)])


@pytest.fixture
async def tls(redis: Connection, redis_url: str, tmp_path) -> AsyncIterator[str]:
    """The address of Redis behind TLS, with a certificate authority that nobody knows."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    port = int(redis_url.rpartition(":")[2].partition("/")[0])
    proxy = Proxy(port, context)
    async with proxy.running():
        yield f"rediss://localhost:{proxy.port}/0"


async def test_everything_works_over_tls(tls, tmp_path):
    url = f"{tls}?ssl_ca_certs={tmp_path / 'ca.pem'}"
    redis = connect(url)
    try:
        await everything_works(redis, url)
    finally:
        await redis.aclose()


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tls):
    redis = connect(tls)
    with pytest.raises(StoreUnavailable, match="certificate verify failed"):
        await prepare(redis, tls, Shards())
    await redis.aclose()


@pytest.fixture
def user(redis_url: str):
    """What the docs say the user needs; returns the login, to be put before the host."""
    server = Redis.from_url(redis_url)
    server.execute_command("ACL", "SETUSER", "panelbot", *RIGHTS.split())
    yield "panelbot:s3cret@"
    server.acl_deluser("panelbot")
    server.close()


async def test_a_user_with_few_rights_is_enough(redis, redis_url, user):
    url = redis_url.replace("://", f"://{user}")
    limited = connect(url)
    try:
        await everything_works(limited, url)
    finally:
        await limited.aclose()


async def test_a_user_with_too_few_rights_is_told_so(redis, redis_url, user):
    server = Redis.from_url(redis_url)
    server.execute_command("ACL", "SETUSER", "panelbot", "resetkeys", "~other:*")
    url = redis_url.replace("://", f"://{user}")
    limited = connect(url)
    with pytest.raises(GiveUp, match="does not let this user work"):
        await prepare(limited, url, Shards())
    await limited.aclose()
    server.close()


def test_readme_names_the_rights(repository):
    assert (
        RIGHTS.partition(" ~")[2]
        in (repository / "docs" / "run" / "redis-and-workers.md").read_text()
    )
