"""Every key that Redis may hold, as the stores and their scripts write it.

Two versions do not share scripts: each brings its own, with its own arguments. What they share is
what these leave behind: names, types, fields, and the JSON that a script reads or writes.
"""

import json
import re
from dataclasses import replace
from itertools import count
from typing import Any

from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Connection
from bot.adapters.redis.one_time import RedisOneTimeStore
from bot.adapters.redis.processes.bot_claim import BotClaim
from bot.adapters.redis.processes.process_notes import RedisProcessNotes
from bot.adapters.redis.queue.rate_limiter import RedisQuestionCounter, RedisRateLimiter
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.budget_store import RedisBudgetStore
from bot.adapters.redis.stores.kept_data import RedisKeptData
from bot.adapters.redis.stores.packed_reports import unpacked
from bot.adapters.redis.stores.workspace_stores import RedisSharedThreadStore
from bot.assembly.storage import (
    Storage,
    installation_store,
    listening_record,
    open_storage,
    settings_store,
    shared_channels,
)
from bot.operations.chores import Chore, ChoreKind
from bot.panel.access.question_limits import QuestionLimit
from bot.panel.alerts.alerts import Alert, AlertKind
from bot.panel.approvals.approvals import Pending
from bot.panel.audit.entry import Act
from bot.panel.budgets.budget_store import Charge, Hold
from bot.panel.budgets.limits import Unit
from bot.panel.installations.installation import Installation
from bot.panel.installations.one_time import Attempt, Invitation
from bot.panel.journal.events import RouterAsked
from bot.panel.journal.post_events import PostStarted
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
    ConsultationPath,
    ConversationId,
    Expert,
    ExpertName,
    Message,
    MessageTs,
    Synthesis,
    ThreadRef,
    TurnId,
    UserId,
)
from bot.panel.reports.feedback import Feedback, Judged, Opinion
from bot.panel.reports.report_store import FailureNote
from bot.panel.reports.turn_report import ConsultationReport, Stage, TurnReport
from bot.panel.roster.roster import ChannelScope, Setting, WorkspaceScope
from bot.panel.routing.corrections import Correction, CorrectionKind
from bot.panel.threads.thread_store import Standing
from bot.panel.usage import Extras, Usage
from bot.runtime import Runtime
from bot.settings.config import Config
from bot.settings.environment import read

TEAM, USER = "T1", UserId("U1")
LEGAL, TAX, ROUTER = ConsultationPath("legal"), ConsultationPath("legal/tax"), ConversationId("r")
LINKS = ThreadLinks(ROUTER, {LEGAL: ConversationId("c1"), TAX: ConversationId("c2")})
EXPERT = Expert(ExpertName("legal"), "Legal", ":x:", "Law.", "Answer.", equipped_by=USER)
CALL = Call(CallId("call_1"), EXPERT.name, "why", "what")
PENDING = Pending(
    TurnId("T1:C5:5.0"), CALL, "Legal", ":x:", ConversationId("c1"), (), USER, MessageTs("5.0")
)
OTHER = replace(PENDING, call=replace(CALL, id=CallId("call_2")))
USED = Usage(100, 20, 30, Extras(calls={"web_search": 1}))
REPORT = TurnReport(
    MessageTs("1.0"),
    2.5,
    consultations=(ConsultationReport(CALL.id, EXPERT.name, "Legal", stage=Stage("m", 1.5, USED)),),
    thread_ts="1.0",
)
JUDGED = Judged(TurnId("T1:C1:1.0"), "reply:call_1", EXPERT.name)
CORRECTION = Correction(
    "T1:C1:4000000000.0", "1.0", MessageTs("1.0"), "May we?", (ExpertName("finance"),),
    CorrectionKind.ANOTHER, (EXPERT.name,), (ExpertName("finance"),), (USER,), (MessageTs("1.0"),),
    1,
)  # fmt: skip
FEEDBACK = Feedback(JUDGED, "1.0", USER, Opinion.BAD, 1, "m", "Why?")
_SETTINGS = {
    "PANELBOT_USAGE_BY_PERSON": "yes",
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "OPENAI_API_KEY": "sk-1",
    "PANELBOT_SECRET": "a-secret-of-at-least-16-characters",
    "PANELBOT_CHANNEL_CONCURRENCY": "1",
}
_TIMES = re.compile(r"\b1[7-9]\d{8,14}(?:\.\d+)?\b")  # of the server or of the story, in any unit
_SERVER = re.compile(r"\b[0-9a-f]{40}\b")
_TOKEN = re.compile(r"token\d+")


def _thread(number: int) -> ThreadRef:
    return ThreadRef(TEAM, f"C{number}", f"{number}.0")


def _message(ts: str, **more: Any) -> Message:
    return Message(MessageTs(ts), USER, "What may we do?", **more)


async def _claimed(storage: Storage, number: int) -> Claim:
    """Return a turn in a channel of its own, with a journal."""
    await storage.queue.put(_thread(number), _message(f"{number}.0", mentioned=True))
    claim = await storage.queue.claim()
    await storage.journal.append(claim, RouterAsked(at=1), PostStarted("plan", at=2))
    return claim


async def _turns(storage: Storage) -> None:
    """Leave a turn in each state."""
    queue = storage.queue
    done = await _claimed(storage, 1)
    await storage.reports.note_failure(done.turn, FailureNote("legal", "it is away", 1, "1.0"))
    await storage.reports.save(done, REPORT)
    await queue.done(done)
    await queue.postpone(await _claimed(storage, 2), after=60, outage=True)
    await queue.bury(await _claimed(storage, 3), "it failed")
    retried = await _claimed(storage, 4)
    await queue.bury(retried, "it failed", poisoned=True)
    running = await _claimed(storage, 5)
    await storage.approvals.open(running, PENDING)
    await storage.approvals.ask(running, replace(PENDING, ts=MessageTs("5.1")), within=60)
    await storage.approvals.open(running, OTHER)
    await storage.approvals.ask(running, replace(OTHER, ts=MessageTs("5.2")), within=60)
    await storage.approvals.record_verdict(running.turn.thread, OTHER.id, _message("5.3"))
    await storage.outbox.put(LastState(running.turn.thread, "5.1", '{"method":""}'), running)
    await queue.stop(running.turn.thread, MessageTs("5.9"), USER)
    await queue.put(replace(running.turn.thread, thread_ts="50.0"), _message("50.0"))
    await _claimed(storage, 6)  # the second turn of the other channel stands aside
    await queue.retry(retried.turn.id, by=USER)
    waiting = _thread(7)
    await queue.put(waiting, _message("7.2"), alone=True)
    await queue.put(waiting, _message("7.0"))  # begins the thread, and comes late
    await queue.put(waiting, _message("7.4", by_app=True))
    await queue.delete(waiting, MessageTs("7.3"))
    await queue.waiting_threads(1)


async def _several_workspaces(storage: Storage) -> None:
    """Leave turns of workspaces that share them."""
    queue = RedisTurnQueue(storage.redis, Shards(), workspace_room=1)
    for number in (1, 2, 3):
        await queue.put(ThreadRef("T2", f"C{number}", f"{number}.0"), _message(f"{number}.0"))


async def _threads(storage: Storage) -> None:
    """Leave what is remembered of a thread."""
    threads, thread = storage.threads, _thread(8)
    claim = await _claimed(storage, 8)
    await threads.save_links(thread, LINKS, claim=claim)
    await threads.note_copy(claim, ConversationId("conv_0"), Copy(ConversationId("conv_r"), 3))
    for ts in ("8.1", "8.2"):
        await threads.mark_unread(thread, MessageTs(ts))
    await threads.mark_edited(thread, MessageTs("8.0"), MessageTs("8.5"))
    await threads.set_standing(thread, Standing.MUTED)
    await threads.is_first_to_post("app-help", claim.turn)
    await RedisKeptData(storage.redis, Shards()).note_rebuilt(TEAM, "C8", until="8.0")
    kept = await storage.conversations.open(RouterLabels(thread, LINKS.experts))
    await storage.conversations.add(kept, [UserSaid("Hi"), UserSaid("So?")], after=0)
    await storage.conversations.sum_up(kept, "They met.", 1)
    await storage.deliveries.claim("/experts 1", "token")
    await storage.deliveries.done("/experts 1", "token", "Done.")
    await storage.queue.postpone(claim, after=60)


async def _workspace(storage: Storage) -> None:
    """Leave what is remembered of a workspace."""
    redis, scope = storage.redis, ChannelScope(TEAM, "C1")
    await storage.panels.add(scope, EXPERT)
    await storage.panels.remove(scope, ExpertName("finance"))
    await storage.panels.set(scope, Setting.SYNTHESIS, Synthesis.NEVER)
    await storage.panels.set(scope, Setting.STREAMING, False)
    await storage.panels.set(WorkspaceScope(TEAM), Setting.BUDGETS, "person $2/day")
    await storage.feedback.save(TEAM, FEEDBACK)
    await storage.corrections.keep(TEAM, CORRECTION, shared=True)
    await storage.handles.put(TEAM, Handle("S1", EXPERT.name, "legal", active=False))
    await storage.channel_moves.note(TEAM, ChannelMove("C0", "C1", 1.5))
    await shared_channels(storage, TEAM).note("C1", shared=True)
    await storage.audit.record(Act.CHANGED, scope, USER, "legal", fields="title")
    chore = Chore.in_thread(ChoreKind.FORGET, _thread(9), by=USER)
    await storage.chores.put(chore)
    await storage.chores.failed(chore, 60)
    await storage.chores.note_installed(TEAM)
    alert = Alert(AlertKind.MODEL_ENDS, "gpt-6", {"date": "2027-01-01"})
    await storage.alerts.note(TEAM, alert, 1, after=60)
    await storage.alerts.note_looked(TEAM, 1.5)
    await BotClaim(redis, TEAM, "B1").renew()
    await RedisProcessNotes(redis, keys.OFF).renew(["orders"], "host:1")
    await RedisProcessNotes(redis, keys.key("files", TEAM)).renew(["TOOLS abc"], "host:1")
    await RedisProcessNotes(redis, keys.key("versions", TEAM)).renew(["0.1.0"], "host:1")
    await RedisQuestionCounter(redis, TEAM).take(TurnId("T1:C1:1.0"), [QuestionLimit(USER, 5)])
    pace, limit = RedisRateLimiter(redis, TEAM), Limit("chat.update", 50, 60)
    await pace.take([limit])
    await pace.block(limit, 60)


async def _installations(config: Config, storage: Storage) -> None:
    """Leave an organisation in which the app is installed."""
    store = installation_store(config, storage, "APP")
    whole = Installation(
        "A1", "", "E1", "B1", "U2", "xoxb-2", frozenset({"commands"}), "https://x.example/", "Acme",
        "U1", 1.5, 0, "xoxe-1", 2.5,
    )  # fmt: skip
    await store.save(whole)
    await store.note_teams("E1", frozenset({TEAM}))
    await settings_store(config, storage).change(TEAM, {"PANELBOT_BUDGETS": "person $2/day"})
    await RedisSharedThreadStore(storage.redis).note("C1", "1.0", TEAM)
    invitation, attempt = Invitation("operator", 1.5, TEAM), Attempt("browser", "invitation")
    await RedisOneTimeStore(storage.redis, "invitation", Invitation).put("digest", invitation, 60)
    await RedisOneTimeStore(storage.redis, "attempt", Attempt).put("digest", attempt, 60)


async def _budgets(redis: Connection) -> None:
    """Leave what is spent, held and let through."""
    store, counter = RedisBudgetStore(redis), "workspace:T1::2026-11:money"
    charge = Charge(counter, Unit.MONEY, 2_100, 20, 80, 0.5)
    for number in (1, 2):
        await store.hold(Hold(TurnId("T1:C1:1.0"), 1, f"1/{number}", "T1:c1"), [charge], 60)
        charge = replace(charge, most=9_000)
    used = {Unit.MONEY: 6_900, Unit.TOKENS: 30}
    await store.settle(Hold(TurnId("T1:C1:1.0"), 1, "1/2", "T1:c1"), used, cut=False, size=30)
    await store.top_up(counter, 10)
    await store.let_through(TurnId("T1:C1:2.0"))


async def _dump(redis: Connection) -> dict[str, Any]:
    """Return all keys, the times and random parts in them alike in each story."""
    found = {key: await _content(redis, key) async for key in redis.scan_iter()}
    dumped: dict[str, Any] = json.loads(_alike(json.dumps(found)))
    return dumped


def _alike(text: str) -> str:
    """Return *text* without what differs from one story to the next."""
    return _TOKEN.sub("<token>", _SERVER.sub("<server>", _TIMES.sub("<time>", text)))


async def _content(redis: Connection, key: str) -> Any:
    expires = "" if await redis.ttl(key) < 0 else ", expires"
    kind = await redis.type(key)
    match kind:
        case "string":
            content: Any = await redis.get(key)
        case "hash":
            texts = await redis.hgetall(key)
            content = {field: _parsed(key, field, text) for field, text in texts.items()}
        case "list":
            content = await redis.lrange(key, 0, -1)
        case "set":
            content = sorted(set(map(_alike, await redis.smembers(key))))
        case "zset":
            entries = await redis.zrange(key, 0, -1, withscores=True)
            content = {entry: str(score) for entry, score in entries}
        case "stream":
            content = [fields for _, fields in await redis.xrange(key)]
    return {"is": kind + expires, "content": content}


def _parsed(key: str, field: str, text: str) -> Any:
    """Return a field of a hash as what it says: scripts write objects in no certain order."""
    if ":reports:" in key:  # libraries compress the same differently
        text = codec.dump(unpacked(text, MessageTs(field)))
    return json.loads(text) if text[0] in "{[" else text


async def keys_of_a_story(redis_url: str) -> dict[str, Any]:
    """Return every key that is left of a story in an empty Redis, with its type and content."""
    numbers = count()
    Runtime(time=lambda: 1_764_000_000.0, token=lambda _: f"token{next(numbers)}").bind()
    config = read({**_SETTINGS, "REDIS_URL": redis_url})
    async with open_storage(config) as storage:
        await _threads(storage)
        await _turns(storage)
        await _workspace(storage)
        await _installations(config, storage)
        await _budgets(storage.redis)
        await _several_workspaces(storage)
        await listening_record(config, storage, TEAM).listen(0)
        async with installation_store(config, storage, "APP").refreshing("E1"):
            return await _dump(storage.redis)
