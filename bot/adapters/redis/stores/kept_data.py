"""Finding all that Redis holds of threads, by looking at every key: for who wants it forgotten.

Turns do without this. For a hundred thousand threads it takes five seconds of a processor's time.
"""

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.errors import store_errors
from bot.adapters.redis.connection.scripting import Connection
from bot.panel.model import ConversationId, Message, MessageTs, ThreadRef, TurnId, UserId
from bot.panel.reports.turn_report import TurnReport

_PAGE = 1000  # keys that are looked at in one trip
_SHARDED = re.compile(r"panelbot:\{\d+\}:(?P<kind>[a-z-]+):(?P<name>[^:]+:[^:]+:[^:]+)")
_PANEL = re.compile(r"panelbot:(?P<kind>panel):(?P<name>[^:]+:[^:]+:[^:]+)")
_QUEUED = frozenset({"inbox", "turn", "journal"})  # the queue's own matter
_OF_THREADS = frozenset({"approvals", "links", "heard", "standing", "moved", "panel"})
_DEAD = frozenset({"dead", "dead-journal"})


@dataclass(slots=True)
class Remains:
    """What Redis holds of one thread."""

    keys: list[str] = field(default_factory=list)  # but those below
    conversations: list[ConversationId] = field(default_factory=list)  # also former ones
    routers: list[ConversationId] = field(default_factory=list)  # those of these
    reports: list[str] = field(default_factory=list)  # of turns that are done: keys, too
    dead: list[TurnId] = field(default_factory=list)  # turns that were given up
    letters: list[str] = field(default_factory=list)  # the keys of these


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody has said that nobody has answered."""

    waiting: tuple[tuple[ThreadRef, MessageTs], ...]
    dead: tuple[TurnId, ...]


class RedisRemains:
    """Looks through everything."""

    def __init__(self, redis: Connection) -> None:
        self._redis = redis

    async def of(self, team_id: str, channel_id: str = "") -> Mapping[ThreadRef, Remains]:
        """Return what is held of each thread of the workspace, or of one channel."""
        place = f"{team_id}:{channel_id}:" if channel_id else f"{team_id}:"
        found: defaultdict[ThreadRef, Remains] = defaultdict(Remains)
        reports: list[tuple[str, str]] = []
        letters: list[tuple[str, str]] = []
        async for key in self._keys(f"panelbot:*:{place}*"):
            match = _SHARDED.fullmatch(key) or _PANEL.fullmatch(key)
            kind, name = (match["kind"], match["name"]) if match else ("", "")
            if kind in _QUEUED:
                found[keys.thread_of(name)].keys += ()  # there is such a thread
            elif kind in _OF_THREADS:
                found[keys.thread_of(name)].keys.append(key)
            elif kind == "report":
                reports.append((key, name))
            elif kind in _DEAD:
                letters.append((key, name))
        await self._add_reports(found, reports)
        await self._add_dead(found, letters)
        await self._add_conversations(found, place)
        return found

    async def words_of(self, team_id: str, user: UserId) -> Words:
        """Return what *user* has said in the workspace that waits or was given up."""
        waiting: list[tuple[ThreadRef, MessageTs]] = []
        dead: list[TurnId] = []
        async for key in self._keys(f"panelbot:*:inbox:{team_id}:*"):
            with store_errors():
                entries = await self._redis.lrange(key, 0, -1)
            said = [m for one in entries if one[0] != "@" for m in _messages(f"[{one[1:]}]")]
            thread = keys.thread_of(key.partition("inbox:")[2])
            theirs = [one for one in said if one.author == user and not one.verdict]
            waiting += [(thread, message.ts) for message in theirs]
        async for key in self._keys(f"panelbot:*:dead:{team_id}:*"):
            with store_errors():
                text = await self._redis.hget(key, "messages")
            if any(message.author == user for message in _messages(text or "[]")):
                dead.append(TurnId(key.partition("dead:")[2]))
        return Words(tuple(waiting), tuple(dead))

    async def told(self, team_id: str, channel_id: str) -> Sequence[str]:
        """Return the keys of what the channel was told."""
        return [key async for key in self._keys(f"panelbot:told:{team_id}:{channel_id}:*")]

    async def erase(self, names: Sequence[str]) -> int:
        """Delete these keys; returns how many there were."""
        with store_errors():
            async with self._redis.pipeline(transaction=False) as pipe:
                for name in names:
                    pipe.delete(name)
                return sum(await pipe.execute())

    async def _add_reports(
        self, found: defaultdict[ThreadRef, Remains], named: Sequence[tuple[str, str]]
    ) -> None:
        texts = await self._values([key for key, _ in named])
        for (key, turn), text in zip(named, texts, strict=True):
            team_id, channel_id, ts = turn.split(":")
            try:
                root = codec.load(TurnReport, text or "").thread_ts or ts
            except codec.Unreadable:  # a newer version's
                root = ts
            found[ThreadRef(team_id, channel_id, root)].reports.append(key)

    async def _add_dead(
        self, found: defaultdict[ThreadRef, Remains], named: Sequence[tuple[str, str]]
    ) -> None:
        threads: dict[str, ThreadRef] = {}
        for key, turn in named:
            if turn not in threads:
                with store_errors():
                    name = await self._redis.hget(key.replace("dead-journal:", "dead:"), "thread")
                threads[turn] = keys.thread_of(name or turn)
                found[threads[turn]].dead.append(TurnId(turn))
            found[threads[turn]].letters.append(key)

    async def _add_conversations(self, found: defaultdict[ThreadRef, Remains], place: str) -> None:
        owners = [key async for key in self._keys("panelbot:owner:*")]
        for owned, owner in zip(owners, await self._values(owners), strict=True):
            name, _, expert = (owner or "").partition("/")
            if name.startswith(place):
                conversation = ConversationId(owned.removeprefix(keys.owner(ConversationId(""))))
                found[keys.thread_of(name)].conversations.append(conversation)
                found[keys.thread_of(name)].routers += [] if expert else [conversation]
                found[keys.thread_of(name)].keys.append(owned)

    async def _values(self, names: Sequence[str]) -> list[str | None]:
        found: list[str | None] = []
        for start in range(0, len(names), _PAGE):
            with store_errors():
                async with self._redis.pipeline(transaction=False) as pipe:
                    for name in names[start : start + _PAGE]:
                        pipe.get(name)
                    found += await pipe.execute()
        return found

    async def _keys(self, pattern: str) -> AsyncIterator[str]:
        with store_errors():
            async for key in self._redis.scan_iter(pattern, count=_PAGE):
                yield key


def _messages(text: str) -> tuple[Message, ...]:
    try:
        return codec.load_tuple(Message, text)
    except codec.Unreadable:  # a newer version's
        return ()
