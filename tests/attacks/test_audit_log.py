"""Somebody can write to Redis, and wants the audit log to say something else."""

import json

import pytest

from bot.adapters.redis.stores.audit_log import RedisAuditLog
from bot.panel.audit.chain import Chain, Head
from bot.panel.audit.entry import Act, Entry
from bot.panel.roster.roster import WorkspaceScope

T1 = WorkspaceScope("T1")
LOG, HEAD = "panelbot:{audit:T1}:log", "panelbot:{audit:T1}:head"


@pytest.fixture
async def log(redis):
    log = RedisAuditLog(redis, ["our secret"])
    for n in range(5):
        await log.append(Entry(Act.APPROVED, T1, f"U{n}", subject="deploy"))
    return log


async def problems(log, noted=()):
    records = [record async for record in log.records("T1")]
    return list(Chain(["our secret"]).problems(records, await log.head("T1"), noted))


async def rewrite(redis, change):
    """Replace the whole stream by what *change* makes of its records."""
    entries = [fields for _, fields in await redis.xrange(LOG)]
    await redis.delete(LOG)
    for fields in change(entries):
        await redis.xadd(LOG, fields)


async def test_an_untouched_log_is_whole(log):
    assert await problems(log) == []


async def test_a_changed_record_is_found(log, redis):
    def blame(entries):
        entries[2]["record"] = entries[2]["record"].replace("U2", "U9")
        return entries

    await rewrite(redis, blame)
    assert "Record 3 was changed" in " ".join(await problems(log))


@pytest.mark.parametrize(
    "change",
    [
        lambda entries: entries[:2] + entries[3:],  # without one in the middle
        lambda entries: [entries[0], entries[2], entries[1], *entries[3:]],
        lambda entries: [*entries, entries[-1]],
        lambda entries: entries[1:],  # without the first
        lambda entries: entries[:-1],  # without the last
        lambda entries: [],
        lambda entries: [{"other": "fields"}],
        lambda entries: [{"record": "[" * 100_000, "hash": "é"}, *entries],
    ],
)
async def test_removed_moved_repeated_and_cut_off_records_are_found(log, redis, change):
    await rewrite(redis, change)
    assert await problems(log)


async def test_a_chain_made_anew_with_another_secret_is_found(log, redis):
    await redis.delete(LOG, HEAD)
    forger = RedisAuditLog(redis, ["a guess"])
    for n in range(5):
        await forger.append(Entry(Act.APPROVED, T1, f"U{n + 1}"))
    assert await problems(log)


async def test_a_head_that_was_set_back_with_the_log_is_found_by_a_noted_one(log, redis):
    noted = await log.head("T1")
    await rewrite(redis, lambda entries: entries[:-1])
    last = [record async for record in log.records("T1")][-1]
    await redis.hset(HEAD, mapping={"number": 4, "hash": last.hash})

    assert await problems(log) == []  # an older state of everything: nothing inside can tell
    assert await problems(log, [noted]) == ["Record 5, which was noted, is missing."]
    await log.append(Entry(Act.APPROVED, T1, "U9"))
    assert "not the one that was noted" in " ".join(await problems(log, [noted]))


async def test_a_forged_trimming_does_not_hide_what_is_missing(log, redis):
    forged = {"act": "trimmed", "number": 6, "previous": "", "details": {"head": "4:abc"}}

    def cut(entries):
        return [*entries[4:], {"record": json.dumps(forged), "hash": "f" * 64}]

    await rewrite(redis, cut)
    assert await problems(log)


async def test_secrets_can_be_rotated(log, redis):
    rotated = RedisAuditLog(redis, ["new secret", "our secret"])
    await rotated.append(Entry(Act.MUTED, T1, "U1"))
    records = [record async for record in rotated.records("T1")]
    both = Chain(["new secret", "our secret"])
    assert list(both.problems(records, await log.head("T1"))) == []
    assert list(both.problems([], Head())) == []
