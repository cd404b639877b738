"""Finding all that Redis holds of threads."""

import pytest

from bot.adapters.redis import keys
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.audit_log import RedisAuditLog
from bot.adapters.redis.stores.budget_store import RedisBudgetStore
from bot.adapters.redis.stores.kept_data import RedisKeptData
from bot.adapters.redis.stores.report_store import RedisReportStore
from bot.adapters.redis.stores.thread_store import RedisThreadStore
from bot.panel.audit.entry import Act, Entry
from bot.panel.links import ThreadLinks
from bot.panel.model import (
    ApprovalId,
    ConversationId,
    Decision,
    ExpertName,
    Message,
    MessageTs,
    ThreadRef,
    TurnId,
    UserId,
    Verdict,
)
from bot.panel.reports.report_store import FailureNote
from bot.panel.reports.turn_report import TurnReport

ONE, OTHER = ThreadRef("T1", "C1", "1.0"), ThreadRef("T1", "C2", "2.0")
ABROAD = ThreadRef("T2", "C1", "1.0")
LINKS = ThreadLinks(ConversationId("conv_r"), {ExpertName("legal"): ConversationId("conv_e")})


@pytest.fixture(params=[1, 3])
def shards(request) -> Shards:
    return Shards(request.param)


@pytest.fixture
def queue(redis, shards) -> RedisTurnQueue:
    return RedisTurnQueue(redis, shards)


@pytest.fixture
def kept_data(redis, shards) -> RedisKeptData:
    return RedisKeptData(redis, shards)


async def put(queue: RedisTurnQueue, thread: ThreadRef, ts: str, user: str = "U1") -> None:
    assert await queue.put(thread, Message(MessageTs(ts), UserId(user), "Hi"), alone=True)


async def test_a_later_turns_report_is_found_with_its_thread(redis, shards, queue, kept_data):
    await put(queue, ONE, "5.0")
    claim = await queue.claim()
    report = TurnReport(MessageTs("5.0"), 1.0, thread_ts="1.0")
    reports = RedisReportStore(redis, shards)
    await reports.save(claim, report)
    await reports.note_failure(claim.turn, FailureNote("legal", "HTTP 400", 1, "1.0"))
    await queue.done(claim)

    held = await kept_data.threads("T1")

    assert list(held) == [ONE]
    keys = sorted(key.partition("}:")[2] for key in held[ONE].report_keys)
    assert keys == ["failures:T1:C1:5.0", "reports:T1:C1:0 5.0"]


async def test_a_threads_reports_are_erased_and_no_others_of_their_day(
    redis, shards, queue, kept_data
):
    reports = RedisReportStore(redis, shards)
    for ts in ("5.0", "6.0", "2.0"):
        thread = OTHER if ts == "2.0" else ONE
        await put(queue, thread, ts)
        claim = await queue.claim()
        await reports.save(claim, TurnReport(MessageTs(ts), 1.0, thread_ts=thread.thread_ts))
        await queue.done(claim)

    erased = await kept_data.erase((await kept_data.threads("T1"))[ONE].report_keys)

    assert erased == 2
    assert not (await kept_data.threads("T1"))[ONE].report_keys
    assert await reports.find(OTHER, TurnId("T1:C2:2.0")) is not None


async def test_conversations_that_a_thread_no_longer_links_are_found(redis, shards, kept_data):
    threads = RedisThreadStore(redis, shards)
    await threads.save_links(ONE, LINKS)
    await threads.save_links(ONE, ThreadLinks(ConversationId("conv_new")))
    await threads.save_links(OTHER, ThreadLinks(ConversationId("conv_other")))
    await threads.save_links(ABROAD, ThreadLinks(ConversationId("conv_abroad")))

    held = await kept_data.threads("T1", "C1")

    assert list(held) == [ONE]
    assert sorted(held[ONE].conversations) == ["conv_e", "conv_new", "conv_r"]
    assert set(await kept_data.threads("T1")) == {ONE, OTHER}


async def test_what_somebody_said_unanswered_is_found_and_nobody_elses(queue, kept_data):
    await put(queue, ONE, "1.0")
    await queue.bury(await queue.claim(), "reason")
    await put(queue, ONE, "2.0", "U2")
    await queue.bury(await queue.claim(), "reason")
    await put(queue, ONE, "3.0", "U2")
    await put(queue, OTHER, "4.0")

    unanswered = await kept_data.unanswered("T1", UserId("U1"))

    assert unanswered.waiting == ((OTHER, MessageTs("4.0")),)
    assert unanswered.given_up == (TurnId("T1:C1:1.0"),)
    assert sorted((await kept_data.threads("T1"))[ONE].given_up) == ["T1:C1:1.0", "T1:C1:2.0"]


async def test_a_decision_that_waits_is_no_word_to_be_taken_back(queue, kept_data):
    verdict = Verdict(ApprovalId("T1:C1:1.0/call_1"), Decision.APPROVED, 1, MessageTs("1.0"))
    said = Message(MessageTs("2.0"), UserId("U1"), "", verdict=verdict)
    assert await queue.put(ONE, said, alone=True)

    assert (await kept_data.unanswered("T1", UserId("U1"))).waiting == ()


async def test_what_cannot_be_read_hides_nothing_else(redis, queue, kept_data):
    for ts in ("1.0", "2.0"):
        await put(queue, ONE, ts)
        await queue.bury(await queue.claim(), "reason")
    (letter,) = await redis.keys("panelbot:*:dead:T1:C1:1.0")
    await redis.hset(letter, "messages", '["what a newer version writes"]')

    assert (await kept_data.unanswered("T1", UserId("U1"))).given_up == (TurnId("T1:C1:2.0"),)
    assert len((await kept_data.threads("T1"))[ONE].given_up) == 2


async def test_a_thread_is_forgotten_with_whose_its_conversations_are(redis, shards):
    threads = RedisThreadStore(redis, shards)
    await threads.save_links(ONE, LINKS)
    await threads.mark_unread(ONE, MessageTs("1.0"))

    await threads.forget(ONE)

    assert await redis.keys("*") == []


async def test_how_long_threads_have_not_been_used_is_known(redis, shards, kept_data):
    threads = RedisThreadStore(redis, shards)
    for thread in (ONE, OTHER, ABROAD):
        await threads.save_links(thread, LINKS)
    await redis.expire(shards.key("links", OTHER), 80 * keys.DAY)

    idle = {thread: round(s / keys.DAY) async for thread, s in kept_data.idle_threads("T1")}

    assert idle == {ONE: 0, OTHER: 10}
    assert {thread async for thread, _ in kept_data.idle_threads("")} == {ONE, OTHER, ABROAD}
    assert round(await kept_data.idle(OTHER) / keys.DAY) == 10
    assert await kept_data.idle(ThreadRef("T1", "C9", "9.0")) is None


async def test_all_keys_of_a_workspace_are_found_and_nobody_elses(redis, shards, queue, kept_data):
    threads = RedisThreadStore(redis, shards)
    for thread in (ONE, ABROAD, ThreadRef("T11", "C1", "1.0")):
        await threads.save_links(thread, LINKS)
        await put(queue, thread, "5.0")
    await RedisAuditLog(redis, ["secret"]).append(Entry(Act.MUTED, ONE, "U1"))

    found = await kept_data.team_keys("T1")

    kinds = {key.partition("}:")[2].partition(":")[0] for key in found}
    assert {"links", "inbox"} <= kinds
    assert all(":T1:" in key or key.endswith(":T1") for key in found)
    assert not any("audit" in key for key in found)


async def test_what_somebody_has_spent_is_found_and_nobody_elses(redis, kept_data):
    hers, others = "person:T1:UADA:2026-11:money", "person:T1:UBEN:2026-11:money"
    for counter in (hers, others, "channel:T1:C1:2026-11-30:tokens"):
        await RedisBudgetStore(redis).top_up(counter, 5)

    (found,) = await kept_data.keys_about("T1", "UADA")
    assert found.endswith(hers)
    assert len(await kept_data.keys_about("T1", "C1")) == 1
    assert len(await kept_data.team_keys("T1")) == 3
