"""The promises of ReportStore, on the fake and on Redis alike."""

from dataclasses import replace

import pytest

from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.report_store import RedisReportStore
from bot.panel.errors import TurnLost
from bot.panel.journal.failures import Failure
from bot.panel.model import CallId, ExpertName, Message, MessageTs, ThreadRef, TurnId, UserId
from bot.panel.reports.report_store import FailureNote
from bot.panel.reports.turn_report import ConsultationReport, Stage, TurnReport
from bot.panel.reports.usage_counts import DIRECT, Dimension, UsageCount
from bot.panel.usage import Extras, Usage
from tests.fakes.report_store import FakeReportStore
from tests.fakes.turn_queue import FakeTurnQueue

THREAD = ThreadRef("T1", "C1", "1.0")
SMALL = TurnReport(MessageTs("1.0"), seconds=0.0)
MORE = Extras(written=7, long_input=100, calls={"web_search": 2})
LARGE = TurnReport(
    mark=MessageTs("1.0"),
    seconds=12.5,
    direct=True,
    consultations=(
        ConsultationReport(
            CallId("call_1"),
            ExpertName("legal"),
            "Legal Counsel",
            known_as=CallId("call_9"),
            stage=Stage("gpt-6.1-terra", 3.25, Usage(100, 60, 20, MORE)),
        ),
        ConsultationReport(CallId("call_2"), ExpertName("tax"), "Tax", failure=Failure.LEFT),
    ),
    choosing=Stage("gpt-6-luna", 1.0, Usage(10)),
    closing=Stage("gpt-6-luna"),
)


@pytest.fixture(params=["fake", "redis", "sharded redis"])
def stores(request, redis):
    if request.param == "fake":
        queue = FakeTurnQueue()
        return queue, FakeReportStore(queue, by_person=True)
    shards = Shards(3 if request.param == "sharded redis" else 1)
    return RedisTurnQueue(redis, shards), RedisReportStore(redis, shards, by_person=True)


async def claimed(queue):
    await queue.put(THREAD, Message(MessageTs("1.0"), UserId("U1"), "hello"))
    return await queue.claim()


@pytest.mark.parametrize("report", [SMALL, LARGE])
async def test_a_report_outlives_its_turn(stores, report):
    queue, reports = stores
    claim = await claimed(queue)

    await reports.save(claim, report)
    await queue.done(claim)

    assert await reports.find(THREAD, claim.turn.id) == report


async def test_a_turn_that_is_not_done_has_no_report(stores):
    _, reports = stores
    assert await reports.find(THREAD, TurnId("T1:C1:1.0")) is None


async def test_who_has_lost_the_turn_writes_no_report(stores):
    queue, reports = stores
    first = await claimed(queue)
    await queue.hand_over(first)
    second = await queue.claim()
    await reports.save(second, LARGE)

    with pytest.raises(TurnLost):
        await reports.save(first, SMALL)

    assert await reports.find(THREAD, first.turn.id) == LARGE


async def answered(stores, ts, report, *, channel="C1", by="U1"):
    """Let a turn be done; *ts* is when it was asked."""
    queue, reports = stores
    thread = ThreadRef("T1", channel, ts)
    await queue.put(thread, Message(MessageTs(ts), UserId(by), "hello"))
    claim = await queue.claim()
    await reports.save(claim, replace(report, mark=MessageTs(ts)))
    await queue.done(claim)


async def test_what_turns_took_is_counted_by_month_expert_and_model(stores):
    _, reports = stores
    for ts in ("1763671234.000100", "1763671235.000100"):  # 2025-11-20
        await answered(stores, ts, LARGE)
    await answered(stores, "1764600000.000100", SMALL)

    assert sorted(await reports.usage("T1", "2025-11"), key=lambda one: one.model) == [
        UsageCount(None, "gpt-6-luna", 2, Usage(20)),
        UsageCount(ExpertName("legal"), "gpt-6.1-terra", 2, Usage(200, 120, 40, MORE + MORE)),
    ]
    assert list(await reports.usage("T1", "2025-12")) == []
    assert list(await reports.usage("T2", "2025-11")) == []


async def used(stores, by):
    """Return the questions and input tokens of November by name and model."""
    counts = await stores[1].usage("T1", "2025-11", by=by)
    return {(one.name, one.model): (one.questions, one.usage.input) for one in counts}


async def test_what_turns_took_is_counted_by_channel_and_person_as_well(stores):
    await answered(stores, "1763671234.000100", LARGE)
    await answered(stores, "1763671235.000100", LARGE, by="U2")
    await answered(stores, "1763671236.000100", LARGE, channel="C2")

    luna, terra = "gpt-6-luna", "gpt-6.1-terra"
    assert await used(stores, Dimension.CHANNEL) == {
        ("C1", luna): (2, 20),
        ("C1", terra): (0, 200),
        ("C2", luna): (1, 10),
        ("C2", terra): (0, 100),
    }
    assert await used(stores, Dimension.PERSON) == {
        ("U1", luna): (2, 20),
        ("U1", terra): (0, 200),
        ("U2", luna): (1, 10),
        ("U2", terra): (0, 100),
    }


async def test_direct_messages_are_counted_together(stores):
    await answered(stores, "1763671234.000100", LARGE, channel="D1")
    await answered(stores, "1763671235.000100", LARGE, channel="D2", by="U2")
    assert {name for name, _ in await used(stores, Dimension.CHANNEL)} == {DIRECT}


async def test_a_turn_that_nobody_began_is_no_persons(stores):
    await answered(stores, "1763671234.000100", LARGE, by="")
    assert await used(stores, Dimension.PERSON) == {}
    assert len(await used(stores, Dimension.CHANNEL)) == 2


async def test_what_a_person_or_channel_took_can_be_forgotten(stores):
    _, reports = stores
    for n, by in enumerate(("U1", "U11")):
        await answered(stores, f"176367123{n}.000100", LARGE, by=by)
    before = await used(stores, Dimension.EXPERT)

    await reports.forget_usage("T1", ["2025-11", "2025-12"], "U1")
    assert {name for name, _ in await used(stores, Dimension.PERSON)} == {"U11"}
    assert {name for name, _ in await used(stores, Dimension.CHANNEL)} == {"C1"}

    await reports.forget_usage("T1", ["2025-11"], "C1")
    assert await used(stores, Dimension.CHANNEL) == {}
    assert await used(stores, Dimension.EXPERT) == before


async def test_people_are_counted_only_where_settings_say_so(redis):
    stores = RedisTurnQueue(redis, Shards()), RedisReportStore(redis, Shards())
    await answered(stores, "1763671234.000100", LARGE)

    assert await used(stores, Dimension.PERSON) == {}
    assert not [key async for key in redis.scan_iter("*people*")]
    assert b"U1" not in b"".join(
        [await redis.dump(key) async for key in redis.scan_iter("*usage*")]
    )


async def test_counts_expire_after_fourteen_months(redis):
    stores = RedisTurnQueue(redis, Shards()), RedisReportStore(redis, Shards(), by_person=True)
    await answered(stores, "1763671234.000100", LARGE)

    lifetimes = [await redis.ttl(key) async for key in redis.scan_iter("*usage*")]
    assert [round(one / 86400) for one in lifetimes] == [400, 400, 400]


async def test_a_turn_that_is_saved_again_is_counted_once(stores):
    queue, reports = stores
    first = await claimed(queue)
    await reports.save(first, LARGE)
    await reports.save(first, LARGE)
    await queue.hand_over(first)
    second = await queue.claim()
    await reports.save(second, replace(LARGE, seconds=99.0))

    assert {one.questions for one in await reports.usage("T1", "1970-01")} == {1}
    for by in (Dimension.CHANNEL, Dimension.PERSON):
        assert sum(one.questions for one in await reports.usage("T1", "1970-01", by=by)) == 1
    assert (await reports.find(THREAD, first.turn.id)).seconds == 99.0


async def test_who_has_lost_the_turn_counts_nothing(stores):
    queue, reports = stores
    first = await claimed(queue)
    await queue.hand_over(first)
    await queue.claim()

    with pytest.raises(TurnLost):
        await reports.save(first, LARGE)

    assert list(await reports.usage("T1", "1970-01")) == []


async def test_what_failed_in_a_turn_is_kept_also_while_it_is_not_done(stores):
    queue, reports = stores
    claim = await claimed(queue)
    notes = [FailureNote("legal", "HTTP 400", 1, "1.0"), FailureNote("router", "HTTP 401", 2)]
    assert list(await reports.failures(claim.turn.id)) == []

    for note in notes:
        await reports.note_failure(claim.turn, note)

    assert list(await reports.failures(claim.turn.id)) == notes
