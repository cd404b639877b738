"""Reports take little room, and can be read for as long as they are kept."""

import logging
from dataclasses import replace

import pytest

from bot.adapters.redis import codec
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.packed_reports import packed, unpacked
from bot.adapters.redis.stores.report_store import RedisReportStore
from bot.panel.model import CallId, ExpertName, Message, MessageTs, ThreadRef, TurnId, UserId
from bot.panel.reports.turn_report import ConsultationReport, Stage, TurnReport
from bot.panel.routing.decision import Routing
from bot.panel.usage import Usage

TS = MessageTs("1795987329.658186")
THREAD = ThreadRef("T0123456789", "C0123456789", TS)
TURN = TurnId(f"{THREAD.team_id}:{THREAD.channel_id}:{TS}")
REPORT = TurnReport(
    MessageTs(TS),
    26.218,
    consultations=(
        ConsultationReport(
            CallId("call_CzdOfOY4mKAnliRFTVOMgj6O"),
            ExpertName("legal"),
            "Legal Counsel",
            stage=Stage("gpt-6.1-terra", 3.171, Usage(5080, 384, 431)),
        ),
    ),
    choosing=Stage("gpt-6-luna", 3.7, Usage(4356, 0, 57)),
    thread_ts=TS,
)

RECENT = replace(
    REPORT,
    consultations=(
        replace(REPORT.consultations[0], call_id=CallId("call_2d4ac9395754fed63728ff44")),
        replace(REPORT.consultations[0], call_id=CallId("call_0069127cc5887a8df8037f7b")),
    ),
    thread_ts="1795987329.000186",
    routing=Routing("724cb878d18d48b0", (ExpertName("finance"), ExpertName("data"))),
)


@pytest.fixture
def reports(redis):
    return RedisReportStore(redis, Shards())


async def claimed(redis):
    queue = RedisTurnQueue(redis, Shards())
    await queue.put(THREAD, Message(TS, UserId("U1"), "hello"))
    return await queue.claim()


PACKED = bytes.fromhex(
    "32633132d33332b460c522c561ac67686ec8656a6061c06d6c61c263626c58cb469c3a5e633d732e13635333"
    "1e53736111a86bc44001270a002d4ac9395754fed63728ff440069127cc5887a8df8037f7b066170e2c422fa"
    "724cb878d18d48b0"
)


def as_read(data):
    return data.decode(errors="surrogateescape")


def test_a_report_is_a_sixth_of_its_json():
    data = packed(RECENT, TS)

    assert len(data) < len(codec.dump(RECENT)) / 6
    assert unpacked(as_read(data), TS) == RECENT


def test_what_was_ever_packed_can_be_read_for_a_month():
    # If one cannot be read, its letters or its dictionary have changed: number them anew.
    assert unpacked(as_read(PACKED), TS) == RECENT


@pytest.mark.parametrize(
    "title",
    ["\x00\x01\x02\x03\x04\x7f\x1e", "0123456789.123456", "abcdef0123456789" * 2, "\ud800é🎉"],
)
def test_no_title_is_mistaken_for_what_is_said_shorter(title):
    consultation, _ = RECENT.consultations
    report = replace(RECENT, consultations=(replace(consultation, title=title),) * 3)

    assert unpacked(as_read(packed(report, TS)), TS) == report


def test_what_is_cut_off_is_refused():
    data = packed(RECENT, TS)

    for end in range(len(data)):
        with pytest.raises(codec.Unreadable):
            unpacked(as_read(data[:end]), TS)


async def test_a_report_is_found_as_it_was_saved(redis, reports):
    await reports.save(await claimed(redis), RECENT)

    assert await reports.find(THREAD, TURN) == RECENT


@pytest.mark.parametrize(
    "text", ["1!!", "1", "2abc", "2", "2\ud800", "3", "", "{", '1{"mark":"1.0"}']
)
def test_anything_else_is_refused(text):
    with pytest.raises(codec.Unreadable):
        unpacked(text, TS)


async def test_a_report_by_a_newer_version_is_none(redis, reports, caplog):
    await reports.save(await claimed(redis), REPORT)
    (key,) = await redis.keys("panelbot:*:reports:*")
    await redis.hset(key, TS, "9?")

    with caplog.at_level(logging.WARNING):
        assert await reports.find(THREAD, TURN) is None

    assert caplog.records[0].message == "report.unreadable"
