"""What only the queue in Redis has: servers that stop, other versions, and keys to clean up."""

import asyncio
import logging
import re
from dataclasses import replace

import pytest
from redis import Redis

from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.client import connect, prepare
from bot.adapters.redis.connection.scripting import Script
from bot.adapters.redis.processes.bot_claim import BotClaim
from bot.adapters.redis.processes.listening_record import RedisListeningRecord
from bot.adapters.redis.processes.process_notes import RedisProcessNotes
from bot.adapters.redis.queue.alert_store import RedisAlertStore
from bot.adapters.redis.queue.approval_store import RedisApprovalStore
from bot.adapters.redis.queue.journal import RedisJournal
from bot.adapters.redis.queue.outbox import RedisOutbox
from bot.adapters.redis.queue.rate_limiter import RedisRateLimiter
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.audit_log import RedisAuditLog
from bot.adapters.redis.stores.chore_store import RedisChoreStore
from bot.adapters.redis.stores.conversation_store import RedisConversationStore
from bot.adapters.redis.stores.delivery_store import RedisDeliveryStore
from bot.adapters.redis.stores.feedback_store import RedisFeedbackStore
from bot.adapters.redis.stores.kept_data import RedisKeptData
from bot.adapters.redis.stores.panel_store import RedisPanelStore
from bot.adapters.redis.stores.report_store import RedisReportStore
from bot.adapters.redis.stores.thread_store import RedisThreadStore
from bot.adapters.redis.stores.workspace_stores import (
    RedisChannelMoveStore,
    RedisHandleStore,
    RedisSharedChannelStore,
    RedisSharedThreadStore,
    RedisWorkspaceSettingsStore,
)
from bot.operations.chores import Chore, ChoreKind
from bot.panel import observing
from bot.panel.alerts.alerts import Alert, AlertKind
from bot.panel.approvals.approvals import Pending
from bot.panel.audit.entry import Act, Entry
from bot.panel.errors import StoreUnavailable, TurnLost
from bot.panel.journal.events import ExpertCalled, Routed, RouterAsked
from bot.panel.journal.post_events import Posted, PostStarted
from bot.panel.language_model.exchange import UserSaid
from bot.panel.links import Copy, RouterLabels, ThreadLinks
from bot.panel.messaging.channel_moves import ChannelMove
from bot.panel.messaging.handles import Handle
from bot.panel.messaging.outbox import LastState
from bot.panel.messaging.rate_limiter import Limit
from bot.panel.model import (
    Call,
    CallId,
    Claim,
    ConversationId,
    Expert,
    ExpertName,
    Message,
    MessageTs,
    ThreadRef,
    UserId,
)
from bot.panel.reports.feedback import Feedback, Judged, Opinion
from bot.panel.reports.report_store import FailureNote
from bot.panel.reports.turn_report import Stage, TurnReport
from bot.panel.roster.roster import scopes_of
from bot.panel.threads.thread_store import Standing
from bot.panel.usage import Usage
from tests.adapters.redis.servers import Server, running, until
from tests.fakes.observer import Heard

ONE, OTHER = ThreadRef("T1", "C1", "1.0"), ThreadRef("T1", "C1", "2.0")
LEGAL = Expert(ExpertName("legal"), "Legal", ":scales:", "Law.", "Answer.")
PREFIX = "panelbot:{0}:"


def message(text: str) -> Message:
    return Message(MessageTs(f"{text}.0"), UserId("U1"), text)


@pytest.fixture
async def queue(redis):
    return RedisTurnQueue(redis, Shards())


@pytest.fixture
async def journal(redis):
    return RedisJournal(redis, Shards())


# --- deleted messages


@pytest.mark.parametrize("was_put", [False, True])
async def test_a_deletion_is_remembered_as_long_as_its_message_may_be_put_or_answered(
    queue, redis, was_put
):
    if was_put:
        await queue.put(ONE, message("1"))
    await queue.delete(ONE, MessageTs("1.0"))

    lifetime = await redis.ttl(Shards().seen_with(ONE, MessageTs("1.0"))[0])
    assert lifetime == (keys.SEEN_FOR if was_put else keys.DELETED_FOR)


# --- messages that were put


async def test_what_was_put_in_an_hour_takes_twenty_bytes_a_message(queue, redis):
    for number in range(100):
        await queue.put(ThreadRef("T1", "C1", f"{number}.0"), message(str(number)))

    key, _ = Shards().seen_with(ONE, MessageTs("1.0"))
    assert await redis.hlen(key) == 100
    assert await redis.memory_usage(key, samples=0) < 100 * 20


# --- waking


async def test_a_worker_in_another_process_is_woken_and_need_not_look_by_itself(redis_url, queue):
    elsewhere = connect(redis_url)
    worker = RedisTurnQueue(elsewhere, Shards(), look_again=4)  # longer than the test may take
    waiting = asyncio.create_task(worker.claim())
    await asyncio.sleep(0.05)
    async with asyncio.timeout(3):
        await queue.put(ONE, message("1"))
        claim = await waiting

    assert claim.turn.thread == ONE
    await elsewhere.aclose()


async def test_workers_wake_one_another_while_there_is_more_to_do(redis):
    workers = [RedisTurnQueue(redis, Shards(), look_again=4) for _ in range(3)]
    waiting = [asyncio.create_task(worker.claim()) for worker in workers]
    await asyncio.sleep(0.05)
    digest = await redis.script_load(Script("put")._source)
    async with asyncio.timeout(3), redis.pipeline(transaction=True) as at_once:
        for number in "123":  # the server wakes nobody in between
            thread, entry = f"T1:C1:{number}.0", f"+{codec.dump(message(number))}"
            at_once.evalsha(digest, 1, PREFIX, thread, f"{number}.0", entry, number, 60, "", "", 0)
        await at_once.execute()
        claims = [await task for task in waiting]

    assert len({claim.turn.thread for claim in claims}) == 3


async def test_a_wake_up_that_got_lost_costs_only_time(redis):
    queue = RedisTurnQueue(redis, Shards(), look_again=0.05)
    await queue.put(ONE, message("1"))
    claim = await queue.claim()
    waiting = asyncio.create_task(queue.claim())
    await asyncio.sleep(0.02)
    await redis.zadd(f"{PREFIX}leases", {keys.thread_name(ONE): 0})  # nobody is told

    async with asyncio.timeout(3):
        assert (await waiting).turn == claim.turn


async def test_the_wake_list_does_not_grow_while_nobody_waits(redis, queue):
    for number in range(50):
        await queue.put(ThreadRef("T1", "C1", f"{number}.0"), message(str(number)))

    assert await redis.llen(f"{PREFIX}wake") == 1


# --- what another version wrote


async def put_unreadable(redis, thread: ThreadRef) -> None:
    name = keys.thread_name(thread)
    await Script("put")(
        redis, PREFIX, name, "7.0", '+{"colour":"secret red"}', "nonce", 60, "", "", 0
    )


async def test_a_turn_that_cannot_be_read_is_put_off_and_told_and_stops_nobody(
    redis, queue, caplog
):
    await put_unreadable(redis, OTHER)
    await queue.put(ONE, message("1"))

    with caplog.at_level(logging.ERROR):
        claim = await queue.claim()

    assert claim.turn.thread == ONE
    assert (await queue.depth()).delayed == 1
    (record,) = caplog.records
    assert record.message == "queue.unreadable"
    assert (record.slack_thread, record.reason) == ("T1:C1:2.0", "Message lacks author, text, ts")


async def test_a_message_that_needs_what_only_a_newer_version_knows_is_left_to_its_workers(
    redis, queue, caplog
):
    needs = Message(MessageTs("1.0"), UserId("U1"), "Hi", needs=("missed", "whispered"))
    await queue.put(OTHER, needs)
    await queue.put(ONE, replace(needs, needs=("missed",)))

    assert (await queue.claim()).turn.thread == ONE
    assert (await queue.depth()).delayed == 1
    assert caplog.records[-1].reason == "a message that needs whispered"


async def test_a_message_brings_the_trace_of_whoever_put_it_and_nothing_where_there_is_none(
    redis, queue
):
    class Tracer(Heard):
        def begun(self, operation):
            operation.traceparent = "00-trace-span-01"

    await queue.put(ONE, message("1"))
    untraced = await redis.lrange(Shards().key("inbox", ONE), 0, -1)
    observing.bind([Tracer()])
    await queue.put(ONE, message("2"))

    claim = await queue.claim()
    assert [one.traceparent for one in claim.turn.messages] == ["", "00-trace-span-01"]
    assert "traceparent" not in untraced[0]


@pytest.mark.parametrize("lost", ["inbox", "turn"])
async def test_a_turn_whose_messages_were_thrown_away_stops_nobody(redis, queue, caplog, lost):
    await queue.put(OTHER, message("1"))
    if lost == "turn":
        await queue.hand_over(await queue.claim())
    await redis.delete(f"{PREFIX}{lost}:{keys.thread_name(OTHER)}")
    await queue.put(ONE, message("2"))

    with caplog.at_level(logging.ERROR):
        assert (await queue.claim()).turn.thread == ONE

    assert caplog.records[0].reason == "a turn without messages"


async def test_a_dead_letter_that_cannot_be_read_hides_no_other_and_can_be_dropped(
    redis, queue, caplog
):
    for ts, thread in (("1", ONE), ("2", OTHER)):
        await queue.put(thread, message(ts))
    claims = [await queue.claim(), await queue.claim()]
    for claim in claims:
        await queue.bury(claim, "no luck")
    strange, readable = (claim.turn for claim in claims)
    await redis.hset(f"{PREFIX}dead:{strange.id}", "messages", '[{"colour":"secret red"}]')

    with caplog.at_level(logging.ERROR):
        assert [letter.turn for letter in await queue.buried()] == [readable]

    assert (caplog.records[0].message, caplog.records[0].turn) == ("letter.unreadable", strange.id)
    assert await queue.drop(strange.id)


MESSAGES = '[{"ts":"1.0","author":"U1","text":"Hello"}]'


async def test_a_dead_letter_is_found_however_many_are_older(redis, queue):
    hour_ago = ((await redis.time())[0] - 3600) * 1000
    async with redis.pipeline(transaction=False) as pipe:
        for number in range(1500):
            at = hour_ago + number
            pipe.zadd(f"{PREFIX}dead", {f"T1:C1:{number}.5": at})
            letter = {"thread": "T1:C1:1.0", "messages": MESSAGES, "at": at, "attempt": 1}
            pipe.hset(f"{PREFIX}dead:T1:C1:{number}.5", mapping={**letter, "reason": "no luck"})
        await pipe.execute()
    await queue.put(ONE, message("1"))
    claim = await queue.claim()
    await queue.bury(claim, "no luck")
    letter = await queue.dead_letter(claim.turn.id)
    buried = await queue.buried()
    await queue.retry(claim.turn.id)

    assert letter is not None
    assert letter.turn == claim.turn
    assert (len(buried), buried[-1]) == (1501, letter)
    assert await queue.dead_letter(claim.turn.id) is None  # it waits in its thread again


# --- clocks


@pytest.mark.parametrize("kind", ["leases", "delayed"])
async def test_a_server_whose_clock_was_put_back_lets_nobody_wait_for_the_old_time(redis, kind):
    queue = RedisTurnQueue(redis, Shards(), lease=0.05)
    await queue.put(ONE, message("1"))
    claim = await queue.claim()
    if kind == "delayed":
        await queue.postpone(claim, after=0)
    tomorrow = ((await redis.time())[0] + 24 * 3600) * 1000
    await redis.zadd(f"{PREFIX}{kind}", {keys.thread_name(ONE): tomorrow})

    async with asyncio.timeout(5):
        again = await queue.claim()

    assert again.turn == claim.turn


# --- fencing


async def test_tokens_grow_also_when_the_counter_is_lost(redis, queue, journal):
    await queue.put(ONE, message("1"))
    first = await queue.claim()
    await redis.flushdb()
    await queue.put(ONE, message("1"))
    second = await queue.claim()

    assert second.token > first.token
    with pytest.raises(TurnLost):
        await journal.append(first, RouterAsked())


# --- keys


# A line of the table that names a key: its prefix, its kind, what follows, and its type.
DOCUMENTED = re.compile(
    r"^(P |R |K |A |C |N |panelbot:)([a-z-]+)(:[A-Z:]*)? +(string|list|hash|zset|set|stream)",
    re.MULTILINE,
)


PREFIXES = {
    "P ": "panelbot:{0}:",
    "R ": "panelbot:{pace:T1}:",
    "A ": "panelbot:{audit:T1}:",
    "C ": "panelbot:{chores:T1}:",
    "N ": "panelbot:{alerts:T1}:",
}
LIMIT = Limit("chat.postMessage", 1, 1)


async def test_every_key_is_documented_and_lives_no_longer_than_it_should(redis, journal):
    threads, panels = RedisThreadStore(redis, Shards()), RedisPanelStore(redis)
    queue, pace = RedisTurnQueue(redis, Shards(), room=5), RedisRateLimiter(redis, "T1")
    await prepare(redis, "redis://here", Shards())
    for number in range(7):
        await queue.put(ThreadRef("T1", "C1", f"{number}.0"), message(str(number)))
    claims = [await queue.claim() for _ in range(5)]
    for claim in claims:
        await journal.append(claim, RouterAsked())
    await queue.postpone(claims[0], after=60, outage=True)
    await queue.bury(claims[1], "reason")
    report = TurnReport(MessageTs("2.0"), 1.0, choosing=Stage("gpt-6-luna", 1.0, Usage(10)))
    await RedisReportStore(redis, Shards(), by_person=True).save(claims[2], report)
    await RedisReportStore(redis, Shards()).note_failure(
        claims[2].turn, FailureNote("legal", "no credit")
    )
    await queue.done(claims[2])
    for number in range(7, 9):
        await queue.put(ThreadRef("T1", "C1", f"{number}.0"), message(str(number)))
    for _ in range(2):  # then their channel has its share
        await queue.claim()
    for number in range(9, 11):
        await queue.put(ThreadRef("T1", f"C{number}", "1.0"), message(str(number)))
    await queue.claim()
    await queue.waiting_threads(9)
    await RedisListeningRecord(redis, Shards(), "T1").listen(0)
    await queue.stop(claims[3].turn.thread, MessageTs("99.0"), UserId("U1"))
    await threads.is_first_to_post("what", claims[0].turn)
    await pace.take([LIMIT])
    await pace.block(LIMIT, 1)
    await threads.set_standing(ONE, Standing.OURS)
    await threads.mark_unread(ONE, MessageTs("1.0"))
    await threads.mark_edited(ONE, MessageTs("1.0"), MessageTs("2.0"))
    await queue.put(ONE, replace(message("an app's"), ts=MessageTs("3.0"), by_app=True))
    for ts in ("6.0", "5.0"):  # a thread whose first message comes last
        await queue.put(ThreadRef("T1", "C20", "5.0"), replace(message(ts), ts=MessageTs(ts)))
    await threads.save_links(
        ONE, ThreadLinks(ConversationId("r"), {LEGAL.name: ConversationId("e")})
    )
    await threads.note_copy(claims[3], ConversationId("conv_1"), Copy(ConversationId("own_1")))
    wish = wanted(claims[3])
    await RedisApprovalStore(redis, Shards()).open(claims[3], wish)
    await RedisApprovalStore(redis, Shards()).ask(claims[3], wish, within=60)
    await RedisOutbox(redis, Shards()).put(LastState(ONE, "1.5", "{}"))
    for scope in scopes_of(ONE):
        await panels.add(scope, LEGAL)
    await RedisHandleStore(redis).put("T1", Handle("S1", LEGAL.name, "panel-legal"))
    await RedisAuditLog(redis, ["secret"]).append(Entry(Act.MUTED, ONE, "U1"))
    await RedisSharedChannelStore(redis, "T1").note("C1", shared=True)
    chore = Chore(ChoreKind.TIDY, "T1")
    await RedisChoreStore(redis).put(chore)
    await RedisChoreStore(redis).failed(chore, 1)
    await RedisChoreStore(redis).note_installed("T1")
    alerts, alert = RedisAlertStore(redis), Alert(AlertKind.MODEL_GONE, "gpt-9")
    await alerts.note("T1", alert, 1, after=0)
    await alerts.failed(Chore(ChoreKind.ALERT, "T1", about=alert.name), 1)
    await alerts.note_looked("T1", 1.0)
    await RedisDeliveryStore(redis).claim("trigger 1.2.3", "token")
    kept = RedisConversationStore(redis)
    own = await kept.open(RouterLabels(ONE))
    await kept.add(own, [UserSaid("Hi")], after=0)
    judged = Judged(claims[0].turn.id, "synthesis", None)
    voice = Feedback(judged, "0.0", UserId("U1"), Opinion.GOOD, 1, "gpt-6-luna")
    await RedisFeedbackStore(redis).save("T1", voice)
    await BotClaim(redis, "T1", "B1").renew()
    await RedisSharedThreadStore(redis).note("C1", "1.0", "T1")
    await RedisChannelMoveStore(redis).note("T1", ChannelMove("C1", "C2", 1.0))
    for key in (keys.OFF, keys.key("files", "T1"), keys.key("versions", "T1")):
        await RedisProcessNotes(redis, key).renew(["note"], "host:1")
    await RedisWorkspaceSettingsStore(redis).change("T1", {"PANELBOT_LANGUAGE": "de"})
    await RedisKeptData(redis, Shards()).note_rebuilt("T1", "C1", until="1.0")
    shared = RedisTurnQueue(redis, Shards(), workspace_room=5)
    await shared.put(ThreadRef("T2", "C1", "1.0"), message("1"))
    prefixes = PREFIXES | {"K ": keys.slot("kept", own)}
    documented = {
        prefixes.get(where, where) + kind + (":" if named else ""): what
        for where, kind, named, what in DOCUMENTED.findall(str(keys.__doc__))
    }
    documented |= {f"panelbot:{{{kind}:}}:teams": "zset" for kind in ("chores", "alerts")}

    found = {}
    async for key in redis.scan_iter():
        name = next(name for name in sorted(documented, reverse=True) if covers(name, key))
        assert await redis.type(key) == documented[name], key
        found[name] = await redis.ttl(key) > 0

    assert set(found) == set(documented)
    lasting = {name.split("}:")[-1] for name, expires in found.items() if not expires}
    waiting = {"inbox:", "turn:", "journal:", "ready", "leases", "delayed", "rounds", "wake"}
    waiting |= {
        "active",
        "aside",
        "aside:",
        "line",
        "line:",
        "stops",
        "undecided",
        "outbox",
        "outage",
    }
    assert lasting == waiting | {
        "clock",
        "dead",
        "log",
        "due",
        "failures",
        "teams",
        "looked",
        "installed",
        "head",
        "panelbot:panel:",
        "panelbot:channels:",
        "panelbot:moves:",
        "panelbot:shared:",
        "panelbot:handles:",
        "panelbot:settings:",
        "panelbot:schema",
    }


def wanted(claim: Claim) -> Pending:
    call = Call(CallId("call_1"), LEGAL.name, "Why", "What")
    first, conversation = claim.turn.messages[0], ConversationId("conv_1")
    asked = (first.author, first.ts, MessageTs("99.5"))
    return Pending(claim.turn.id, call, LEGAL.title, LEGAL.icon, conversation, (), *asked)


def covers(name: str, key: str) -> bool:
    return key.startswith(name) if name.endswith(":") else key == name


async def test_nothing_lasting_is_left_when_everything_is_done(redis, queue, journal):
    for number in range(5):
        await queue.put(ThreadRef("T1", f"C{number}", f"{number}.0"), message(str(number)))
    for _ in range(5):
        claim = await queue.claim()
        await journal.append(claim, RouterAsked())
        await queue.hand_over(claim)
        claim = await queue.claim()
        await queue.bury(claim, "reason")
        await queue.retry(claim.turn.id)
        claim = await queue.claim()
        await queue.bury(claim, "reason")
        await queue.drop(claim.turn.id)

    left = {key async for key in redis.scan_iter() if await redis.ttl(key) < 0}

    assert left <= {f"{PREFIX}clock", f"{PREFIX}wake"}


async def test_old_dead_letters_go(redis, queue):
    month_ago = (await redis.time())[0] * 1000 - keys.DEAD_FOR * 1000 - 1
    await redis.zadd(f"{PREFIX}dead", {"T1:C1:0.5": month_ago})
    await queue.put(ONE, message("1"))
    await queue.bury(await queue.claim(), "reason")

    assert await redis.zrange(f"{PREFIX}dead", 0, -1) == ["T1:C1:1.0"]
    assert 0 < await redis.ttl(f"{PREFIX}dead:T1:C1:1.0") <= keys.DEAD_FOR


# --- servers that stop


@pytest.fixture
def lasting(tmp_path):
    settings = {"appendonly": "yes", "appendfsync": "always", "save": '""'}
    server = Server(tmp_path / "data", settings=settings)
    with running(server):
        yield server


def restart(server: Server) -> None:
    server.kill()
    server.start()
    with Redis(port=server.port) as probe:
        until(probe.ping)


async def test_nothing_acknowledged_is_lost_when_the_server_is_killed(lasting):
    with Redis(port=lasting.port) as probe:
        until(probe.ping)
    redis = connect(lasting.url)
    queue, journal = RedisTurnQueue(redis, Shards()), RedisJournal(redis, Shards())
    panels = RedisPanelStore(redis)
    await panels.add(scopes_of(ONE)[0], LEGAL)
    await queue.put(ONE, message("1"))
    running_turn = await queue.claim()
    await journal.append(running_turn, RouterAsked())
    acknowledged = []

    async def keep_putting() -> None:
        for number in range(10, 100_000):
            await queue.put(OTHER, message(str(number)))
            acknowledged.append(str(number))
            if len(acknowledged) == 50:
                enough.set()

    enough = asyncio.Event()
    putting = asyncio.create_task(keep_putting())
    await enough.wait()
    lasting.kill()
    putting.cancel()
    await asyncio.gather(putting, return_exceptions=True)
    restart(lasting)

    assert list(await journal.read(running_turn)) == [RouterAsked()]
    assert (await panels.changes(scopes_of(ONE)[:1]))[0].added == {LEGAL.name: LEGAL}
    assert not await queue.put(OTHER, message(acknowledged[-1]))
    await queue.done(running_turn)
    found: list[str] = []
    while (await queue.depth()).waiting:
        claim = await queue.claim()
        found += [said.text for said in claim.turn.messages]
        await queue.done(claim)
    assert found[: len(acknowledged)] == acknowledged
    assert len(found) <= len(acknowledged) + 1  # one may be done whose answer did not come
    await redis.aclose()


async def test_a_waiting_worker_survives_a_restart_of_the_server(lasting):
    redis = connect(lasting.url)
    queue = RedisTurnQueue(redis, Shards())

    async def work():
        while True:
            try:
                return await queue.claim()
            except StoreUnavailable:
                await asyncio.sleep(0.05)

    waiting = asyncio.create_task(work())
    await asyncio.sleep(0.05)
    await asyncio.to_thread(restart, lasting)
    await queue.put(ONE, message("1"))

    async with asyncio.timeout(5):
        assert (await waiting).turn.thread == ONE
    await redis.aclose()


async def test_a_server_without_memory_is_unavailable_and_keeps_what_it_has(redis, queue):
    await queue.put(ONE, message("1"))
    await redis.config_set("maxmemory", "1")
    try:
        with pytest.raises(StoreUnavailable, match="maxmemory"):
            await queue.put(ONE, message("2"))
    finally:
        await redis.config_set("maxmemory", "0")

    assert await queue.put(ONE, message("2"))
    assert len((await queue.claim()).turn.messages) == 2


async def test_a_server_that_became_a_replica_is_unavailable(redis, queue):
    await queue.put(ONE, message("1"))
    await redis.replicaof("127.0.0.1", "1")
    try:
        with pytest.raises(StoreUnavailable, match="read only"):
            await queue.put(ONE, message("2"))
    finally:
        await redis.replicaof("NO", "ONE")


async def test_what_nobody_can_read_in_a_journal_is_asked_again_and_what_was_seen_is_kept(
    redis, caplog
) -> None:
    queue, journal = RedisTurnQueue(redis, Shards()), RedisJournal(redis, Shards())
    await queue.put(ONE, message("1"))
    claim = await queue.claim()
    nameless = ExpertCalled(Call(None, LEGAL.name, "", "May we?"))  # as earlier versions wrote it
    seen = [PostStarted("plan"), Posted("plan", MessageTs("2.0"))]
    for event in (RouterAsked(), nameless, Routed(), *seen):
        await journal.append(claim, event)

    assert [one for one in await journal.read(claim) if one] == [RouterAsked(), *seen]
    assert "journal.unreadable" in caplog.text
    assert "May we?" not in caplog.text
