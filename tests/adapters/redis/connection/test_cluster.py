"""Everything against a real Cluster: three primaries, one of them with a replica."""

import asyncio
from dataclasses import replace

import pytest

from bot.adapters.redis.connection.client import prepare
from bot.adapters.redis.connection.server_checks import examine
from bot.adapters.redis.encryption import Cipher
from bot.adapters.redis.queue.journal import RedisJournal
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.installation_store import RedisInstallationStore
from bot.adapters.redis.stores.kept_data import RedisKeptData
from bot.adapters.redis.stores.panel_store import RedisPanelStore
from bot.adapters.redis.stores.thread_store import RedisThreadStore
from bot.operations.queue_admin import Depth
from bot.panel.checks.findings import Severity
from bot.panel.errors import StoreUnavailable
from bot.panel.installations.installation import Installation
from bot.panel.journal.events import Retried, RouterAsked
from bot.panel.links import Owner, ThreadLinks
from bot.panel.model import (
    ConversationId,
    Expert,
    ExpertName,
    Message,
    MessageTs,
    ThreadRef,
    UserId,
)
from bot.panel.roster.roster import scopes_of
from bot.panel.threads.thread_store import Standing

SHARDS = Shards(12)
THREADS = [ThreadRef("T1", f"C{number % 3}", f"{number}.0") for number in range(60)]


@pytest.fixture
def queue(cluster):
    return RedisTurnQueue(cluster, SHARDS, room=1000)


def first_of(thread: ThreadRef) -> Message:
    return Message(MessageTs(thread.thread_ts), UserId("U1"), "hello")


async def test_all_that_is_held_is_found_on_every_primary(cluster):
    threads = RedisThreadStore(cluster, SHARDS)
    for number, thread in enumerate(THREADS):
        await threads.save_links(thread, ThreadLinks(ConversationId(f"conv_{number}")))

    held = await RedisKeptData(cluster, Shards()).threads("T1", "C1")

    assert sorted(held, key=lambda thread: float(thread.thread_ts)) == THREADS[1::3]
    assert held[THREADS[1]].conversations == ["conv_1"]
    for thread in THREADS:
        await threads.forget(thread)
    assert not await RedisKeptData(cluster, Shards()).threads("T1")


async def test_the_shards_lie_on_all_primaries(cluster):
    owners = {cluster.get_node_from_key(prefix).name for prefix in SHARDS.prefixes}

    assert len(owners) == 3


async def test_a_turn_goes_its_whole_way_in_every_shard(cluster, queue, url):
    await prepare(cluster, url, SHARDS)
    journal = RedisJournal(cluster, SHARDS)
    for thread in THREADS:
        assert await queue.put(thread, first_of(thread))
        assert not await queue.put(thread, first_of(thread))
    assert {SHARDS.prefix(thread) for thread in THREADS} == set(SHARDS.prefixes)
    assert await queue.depth() == Depth(len(THREADS), 0, 0, 0)

    claims = [await queue.claim() for _ in THREADS]
    for claim in claims:
        await journal.append(claim, RouterAsked())
        assert list(await journal.read(claim)) == [RouterAsked()]
        await queue.renew(claim)
        await queue.bury(claim, "reason")
    assert {letter.turn for letter in await queue.buried()} == {claim.turn for claim in claims}
    for claim in claims:
        assert await queue.retry(claim.turn.id)
    for _ in claims:
        again = await queue.claim()
        assert list(await journal.read(again)) == [RouterAsked(), Retried()]
        await queue.done(again)

    assert {claim.turn.thread for claim in claims} == set(THREADS)
    assert await queue.depth() == Depth(0, 0, 0, 0)


async def test_a_waiting_worker_is_woken_from_any_shard(cluster):
    queue = RedisTurnQueue(cluster, SHARDS, look_again=4)  # longer than the test may take
    for thread in THREADS[:6]:
        waiting = asyncio.create_task(queue.claim())
        async with asyncio.timeout(3):
            while await blocked_clients(cluster) != SHARDS.count:  # noqa: ASYNC110 - a server's state
                await asyncio.sleep(0.01)
        await queue.put(thread, first_of(thread))
        async with asyncio.timeout(3):
            assert (await waiting).turn.thread == thread


async def blocked_clients(cluster) -> int:
    """Return how many clients wait at the primaries; one that was cancelled may take a wake-up."""
    found = await cluster.info("clients", target_nodes=cluster.PRIMARIES)
    return sum(node["blocked_clients"] for node in found.values())


async def test_threads_and_panels_are_kept_across_the_nodes(cluster):
    threads, panels = RedisThreadStore(cluster, SHARDS), RedisPanelStore(cluster)
    legal = Expert(ExpertName("legal"), "Legal", ":scales:", "Law.", "Answer.")
    for number, thread in enumerate(THREADS):
        links = ThreadLinks(
            ConversationId(f"r{number}"), {legal.name: ConversationId(f"e{number}")}
        )
        await threads.save_links(thread, links)
        await threads.set_standing(thread, Standing.OURS)
        await panels.add(thread, legal)

        assert await threads.links(thread) == links
        assert await threads.owner(ConversationId(f"e{number}")) == Owner(thread, legal.name)
        added = [change.added for change in await panels.changes(scopes_of(thread))]
        assert added == [{}, {}, {legal.name: legal}]


async def test_the_cluster_passes_the_examination(cluster, url):
    found = await examine(cluster, url)

    assert not [finding for finding in found if finding.severity is Severity.BAD]


async def test_work_goes_on_when_a_primary_dies(cluster, queue, servers):
    for thread in THREADS:
        await queue.put(thread, first_of(thread))
    first = next(n for n in cluster.get_primaries() if n.port == servers[0].port)
    await cluster.execute_command("WAIT", 1, 5000, target_nodes=first)
    servers[0].kill()

    found = set()
    async with asyncio.timeout(20):
        while len(found) < len(THREADS):
            try:
                claim = await queue.claim()
                found.add(claim.turn.thread)
                await queue.done(claim)
            except StoreUnavailable:
                await asyncio.sleep(0.1)

    assert found == set(THREADS)
    servers[0].start()  # which becomes a replica, for tests that come after this one


async def test_the_moves_of_channels_lie_elsewhere(cluster):
    assert not RedisTurnQueue(cluster, SHARDS).knows_moves


async def test_all_installations_of_an_app_share_a_slot(cluster):
    store = RedisInstallationStore(cluster, "A1", Cipher([b"k" * 32]))
    whole = Installation("A1", "", "E1", "B1", "W1", "xoxb-1")
    org = await store.save(whole)
    own = await store.save(replace(whole, team_id="T1"))
    await store.note_teams("E1", frozenset({"T2"}))

    assert [await store.for_team(team) for team in ("T1", "T2", "T3")] == [own, org, None]
    assert await store.replace_tokens(replace(org, token="xoxb-2"))
    assert await store.remove("E1", org.generation)
    assert await store.keys() == ["T1"]
