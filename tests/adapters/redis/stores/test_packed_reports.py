"""Reports take little room, and can be read for as long as they are kept."""

import logging

import pytest

from bot.adapters.redis import codec
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.packed_reports import packed, unpacked
from bot.adapters.redis.stores.report_store import RedisReportStore
from bot.panel.model import CallId, ExpertName, Message, MessageTs, ThreadRef, TurnId, UserId
from bot.panel.reports.turn_report import ConsultationReport, Stage, TurnReport
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

PACKED = (
    "1gR8=jLDpture|bmK}2vnSEcx;`A3@MdOPOjWCpo~g!%iXXPNoaCK`<O49yK"
    "O!^G6U0x2epEld!BWMT};P9%l8v7R}m6(+`}W(ZSF&CvrNGc;=f"
)


@pytest.fixture
def reports(redis):
    return RedisReportStore(redis, Shards())


async def claimed(redis):
    queue = RedisTurnQueue(redis, Shards())
    await queue.put(THREAD, Message(TS, UserId("U1"), "hello"))
    return await queue.claim()


def test_a_report_is_a_third_of_its_json():
    text = packed(REPORT, TS)

    assert len(text) < len(codec.dump(REPORT)) / 3
    assert unpacked(text, TS) == REPORT


def test_what_is_packed_today_can_be_read_for_a_month():
    # As this version writes it. If it cannot be read, the dictionary has changed: number it anew.
    assert unpacked(PACKED, TS) == REPORT


@pytest.mark.parametrize("text", ["1!!", "1", "2abc", "{", '1{"mark":"1.0"}'])
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
