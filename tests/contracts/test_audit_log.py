"""What an audit log promises, in memory and in Redis."""

import asyncio
import time

import pytest

from bot.adapters.redis.stores.audit_log import RedisAuditLog
from bot.panel.audit.audit_log import Auditor
from bot.panel.audit.chain import Chain
from bot.panel.audit.entry import Act, Entry
from bot.panel.model import ThreadRef
from bot.panel.roster.roster import ChannelScope, WorkspaceScope
from tests.fakes.audit_log import FakeAuditLog

T1 = WorkspaceScope("T1")


@pytest.fixture(params=["fake", "redis"])
def log(request):
    if request.param == "fake":
        return FakeAuditLog()
    return RedisAuditLog(request.getfixturevalue("redis"), ["secret"])


async def all_records(log, since=0.0):
    return [record async for record in log.records("T1", since)]


async def problems(log):
    records = await all_records(log)
    return list(Chain(["secret"]).problems(records, await log.head("T1")))


async def test_entries_are_a_chain_that_says_who_did_what_where(log):
    auditor = Auditor(log, "operator:root")
    await auditor.record(Act.CHANGED, ChannelScope("T1", "C1"), "U1", "legal", fields="tools")
    await auditor.record(Act.FORGOT, ThreadRef("T1", "C1", "1.5"), None)

    first, second = [record.fields() for record in await all_records(log)]
    assert first["by"] == "U1"
    assert first["channel"] == "C1"
    assert first["subject"] == "legal"
    assert first["details"] == {"fields": "tools"}
    assert first["number"] == 1
    assert second["by"] == "operator:root"
    assert second["thread"] == "1.5"
    assert second["previous"] == (await all_records(log))[0].hash
    assert await problems(log) == []


async def test_many_at_the_same_time_make_one_chain(log):
    entries = [Entry(Act.MUTED, T1, f"U{n}") for n in range(20)]
    await asyncio.gather(*map(log.append, entries))

    records = await all_records(log)
    assert {record.fields()["by"] for record in records} == {f"U{n}" for n in range(20)}
    assert await problems(log) == []


async def test_what_is_trimmed_is_gone_and_what_is_left_can_be_verified(log):
    for n in range(3):
        await log.append(Entry(Act.MUTED, T1, f"U{n}"))
    await asyncio.sleep(0.01)
    limit = time.time() - 0.005 if isinstance(log, RedisAuditLog) else 1001.0
    if isinstance(log, FakeAuditLog):
        log.clock = 1002.0

    assert await log.trim("T1", limit) == 3
    (left,) = await all_records(log)
    assert left.fields()["act"] == "trimmed"
    assert await problems(log) == []
    await log.append(Entry(Act.MUTED, T1, "U9"))
    assert await problems(log) == []
    assert await log.trim("T2", limit) == 0


async def test_refusals_are_recorded_once_a_minute_and_few_of_one_person(log):
    auditor = Auditor(log)
    for n in range(100):
        await auditor.refused(ChannelScope("T1", f"C{n}"), "U1", "ask")
        await auditor.refused(ChannelScope("T1", "C1"), "U2", "ask")

    by = [record.fields()["by"] for record in await all_records(log)]
    assert by.count("U1") == 20
    assert by.count("U2") == 1


async def test_a_refusal_stands_even_if_it_cannot_be_recorded():
    away = FakeAuditLog()
    away.away = True
    await Auditor(away).refused(T1, "U1", "change")
