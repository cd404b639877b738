"""Everything in Redis about threads, found by scanning all keys: for operators, never for turns.

A hundred thousand threads take five seconds of processor time.
"""

import json
import re
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from math import inf

from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Connection
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.conversation_owners import ConversationOwners
from bot.adapters.redis.stores.packed_reports import unpacked
from bot.json_types import Json
from bot.operations.kept_data import KeptData, KeptOfThread, Unanswered
from bot.panel.model import MessageTs, ThreadRef, TurnId, UserId
from bot.panel.reports.report_store import FailureNote
from bot.panel.reports.turn_report import TurnReport

_PAGE = 1000  # keys in one round trip
_SHARDED = re.compile(r"panelbot:\{\d+\}:(?P<kind>[a-z-]+):(?P<name>[^:]+:[^:]+:[^:]+)")
_PANEL = re.compile(r"panelbot:(?P<kind>panel):(?P<name>[^:]+:[^:]+:[^:]+)")
_QUEUED = frozenset({"inbox", "turn", "journal"})  # the queue itself deletes these
_OF_THREADS = frozenset(
    {"approvals", "links", "heard", "heard-last", "edited", "standing", "moved", "panel", "outbox"}
)
_DAYS = "reports"
_FAILURES = "failures"
_IN = " "  # before a field: the name of one report among those of a day
_DEAD = frozenset({"dead", "dead-journal"})

_Kept = defaultdict[ThreadRef, KeptOfThread]


class RedisKeptData(KeptData):
    """Scans for the keys that ``keys`` describes."""

    def __init__(self, redis: Connection, shards: Shards) -> None:
        self._redis = redis
        self._shards = shards
        self._owners = ConversationOwners(redis)

    async def threads(self, team_id: str, channel_id: str = "") -> Mapping[ThreadRef, KeptOfThread]:
        place = f"{team_id}:{channel_id}:" if channel_id else f"{team_id}:"
        kept: _Kept = defaultdict(KeptOfThread)
        failures: list[tuple[str, str]] = []
        letters: list[tuple[str, str]] = []
        days: list[str] = []
        async for key in self._keys(f"panelbot:*:{place}*"):
            match = _SHARDED.fullmatch(key) or _PANEL.fullmatch(key)
            kind, name = (match["kind"], match["name"]) if match else ("", "")
            if kind in _QUEUED:
                kept[keys.thread_of(name)].keys += ()  # lists the thread without any keys
            elif kind in _OF_THREADS:
                kept[keys.thread_of(name)].keys.append(key)
            elif kind == _DAYS:
                days.append(key)
            elif kind == _FAILURES:
                failures.append((key, name))
            elif kind in _DEAD:
                letters.append((key, name))
        await self._add_days(kept, days)
        await self._add_failures(kept, failures)
        await self._add_dead_letters(kept, letters)
        await self._add_conversations(kept, place)
        return kept

    async def reports(
        self, team_id: str, channel_id: str = "", since: float = 0, until: float | None = None
    ) -> AsyncGenerator[tuple[TurnId, TurnReport | None]]:
        end, scanned = inf if until is None else until, set[str]()  # a scan may repeat itself
        async for key in self._keys(f"panelbot:*:{_DAYS}:{team_id}:{channel_id or '*'}:*"):
            place, _, day = key.partition(f"{_DAYS}:")[2].rpartition(":")
            starts = int(day) * keys.DAY
            if key in scanned or starts >= end or starts + keys.DAY <= since:
                continue
            scanned.add(key)
            of_day = set[str]()
            async for ts, text in self._redis.hscan_iter(key, count=_PAGE):
                if since <= float(ts) < end and ts not in of_day:
                    of_day.add(ts)
                    yield TurnId(f"{place}:{ts}"), _report(text, MessageTs(ts))

    async def unanswered(self, team_id: str, user: UserId) -> Unanswered:
        waiting: list[tuple[ThreadRef, MessageTs]] = []
        given_up: list[TurnId] = []
        async for key in self._keys(f"panelbot:*:inbox:{team_id}:*"):
            entries = await self._redis.lrange(key, 0, -1)
            texts = [f"[{entry[1:]}]" for entry in entries if entry[0] != "@"]
            messages = [message for text in texts for message in _asked_by(user, text)]
            thread = keys.thread_of(key.partition("inbox:")[2])
            waiting += [(thread, one["ts"]) for one in messages if not one.get("verdict")]
        async for key in self._keys(f"panelbot:*:dead:{team_id}:*"):
            text = await self._redis.hget(key, "messages")
            if _asked_by(user, text or "[]"):
                given_up.append(TurnId(key.partition("dead:")[2]))
        return Unanswered(tuple(waiting), tuple(given_up))

    async def keys_about(self, team_id: str, id_: str) -> Sequence[str]:
        kinds = ("panelbot:told", f"{keys.BUDGETS}spent:*")
        patterns = [f"{kind}:{team_id}:{id_}:*" for kind in kinds]
        return [key for pattern in patterns async for key in self._keys(pattern)]

    async def rebuilt_until(self, team_id: str, channel_id: str) -> str:
        return await self._redis.get(keys.key("rebuilt", team_id, channel_id)) or ""

    async def note_rebuilt(self, team_id: str, channel_id: str, *, until: str) -> None:
        key = keys.key("rebuilt", team_id, channel_id)
        if until:
            await self._redis.set(key, until, ex=keys.REBUILT_FOR)
        else:
            await self._redis.delete(key)

    async def idle_threads(self, team_id: str) -> AsyncIterator[tuple[ThreadRef, float]]:
        async for key in self._keys(f"panelbot:*:links:{team_id or '*'}:*"):
            thread = keys.thread_of(key.partition("links:")[2])
            idle = await self._idle(key)
            if idle is not None:
                yield thread, idle

    async def idle(self, thread: ThreadRef) -> float | None:
        return await self._idle(self._shards.key("links", thread))

    async def _idle(self, links_key: str) -> float | None:
        """Return how long ago the links, which expire after that, were used."""
        left = await self._redis.ttl(links_key)
        return float(keys.THREAD_FOR - left) if left >= 0 else None

    async def team_keys(self, team_id: str) -> Sequence[str]:
        kept = tuple(keys.slot(kind, team_id) for kind in ("audit", "chores"))  # these go on
        kept += ("panelbot:{installations:",)
        return [
            key
            async for key in self._keys(f"panelbot:*{team_id}*")
            if team_id in re.split("[:{}]", key) and not key.startswith(kept)
        ]

    async def erase(self, keys: Sequence[str]) -> int:
        async with self._redis.pipeline(transaction=False) as pipe:
            for name in keys:
                key, _, field = name.partition(_IN)
                if field:
                    pipe.hdel(key, field)
                else:
                    pipe.delete(key)
            return sum(await pipe.execute())

    async def _add_days(self, kept: _Kept, days: Iterable[str]) -> None:
        for key in days:
            team_id, channel_id, _ = key.partition(f"{_DAYS}:")[2].split(":")
            async for ts, text in self._redis.hscan_iter(key, count=_PAGE):
                root = _root_of_report(text, MessageTs(ts)) or ts
                kept[ThreadRef(team_id, channel_id, root)].report_keys.append(f"{key}{_IN}{ts}")

    async def _add_failures(self, kept: _Kept, failures: Sequence[tuple[str, str]]) -> None:
        texts = await self._values([key for key, _ in failures])
        for (key, turn), text in zip(failures, texts, strict=True):
            team_id, channel_id, ts = turn.split(":")
            root = _root_of_failures(text or "") or ts
            kept[ThreadRef(team_id, channel_id, root)].report_keys.append(key)

    async def _add_dead_letters(self, kept: _Kept, letters: Sequence[tuple[str, str]]) -> None:
        threads: dict[str, ThreadRef] = {}
        for key, turn in letters:
            if turn not in threads:
                name = await self._redis.hget(key.replace("dead-journal:", "dead:"), "thread")
                threads[turn] = keys.thread_of(name or turn)
                kept[threads[turn]].given_up.append(TurnId(turn))
            kept[threads[turn]].letter_keys.append(key)

    async def _add_conversations(self, kept: _Kept, place: str) -> None:
        async for conversation, owner in self._owners.all():
            if not keys.thread_name(owner.thread).startswith(place):
                continue
            of_thread = kept[owner.thread]
            if conversation not in of_thread.conversations:
                of_thread.conversations.append(conversation)
                of_thread.routers += [] if owner.expert else [conversation]

    async def _values(self, names: Sequence[str]) -> list[str | None]:
        values: list[str | None] = []
        for start in range(0, len(names), _PAGE):
            async with self._redis.pipeline(transaction=False) as pipe:
                for name in names[start : start + _PAGE]:
                    pipe.get(name)
                values += await pipe.execute()
        return values

    async def _keys(self, pattern: str) -> AsyncIterator[str]:
        async for key in self._redis.scan_iter(pattern, count=_PAGE):
            yield key


def _root_of_failures(text: str) -> str:
    try:
        return codec.load(FailureNote, text.partition("\n")[0]).thread_ts
    except codec.Unreadable:  # written by a newer version
        return ""


def _root_of_report(text: str, ts: MessageTs) -> str:
    report = _report(text, ts)
    return report.thread_ts if report else ""


def _report(text: str, ts: MessageTs) -> TurnReport | None:
    try:
        return unpacked(text, ts)
    except codec.Unreadable:
        return None


def _asked_by(user: UserId, text: str) -> list[Json]:
    try:
        messages = json.loads(text)
        return [one for one in messages if one["author"] == user and one["ts"]]
    except (KeyError, TypeError, ValueError):  # written by a newer version
        return []
