"""Corrections of the router, a hash for each channel, and one of those that channels share."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from bot import runtime
from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Connection
from bot.adapters.redis.encryption import CLEAR, Cipher
from bot.panel.routing.corrections import MOST, Correction, CorrectionStore

_SHARED = "shared"  # in place of a channel


class RedisCorrectionStore(CorrectionStore):
    """A field for each correction, by its id, so that it is there once; kept for *keep* seconds."""

    def __init__(
        self, redis: Connection, cipher: Cipher = CLEAR, *, keep: int = keys.THREAD_FOR
    ) -> None:
        self._redis = redis
        self._cipher = cipher
        self._keep = keep

    async def keep(self, team_id: str, correction: Correction, *, shared: bool) -> None:
        text = self._cipher.encrypt(codec.dump(correction), corrections_in(team_id))
        places = (correction.channel_id, _SHARED) if shared else (correction.channel_id,)
        for place in places:
            key = keys.key("corrections", team_id, place)
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.hset(key, correction.id, text)
                pipe.expire(key, self._keep)
                pipe.hkeys(key)
                *_, ids = await pipe.execute()
            newest = sorted(filter(self._is_young, ids), key=_time_of)[-MOST:]
            if surplus := set(ids) - set(newest):
                await self._redis.hdel(key, *surplus)

    async def of_channel(
        self, team_id: str, channel_id: str, *, shared: bool
    ) -> Sequence[Correction]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for place in (channel_id, *([_SHARED] if shared else ())):
                pipe.hgetall(keys.key("corrections", team_id, place))
            return self._read(team_id, await pipe.execute())

    async def count(self, team_id: str, channels: Collection[str]) -> int:
        async with self._redis.pipeline(transaction=False) as pipe:
            for channel in channels:
                pipe.hlen(keys.key("corrections", team_id, channel))
            return sum(await pipe.execute())

    async def of_team(self, team_id: str) -> Sequence[Correction]:
        found = [key async for key in self._redis.scan_iter(keys.key("corrections", team_id, "*"))]
        return self._read(team_id, [await self._redis.hgetall(key) for key in sorted(found)])

    async def forget(
        self, team_id: str, matches: Callable[[Correction], bool], channel_id: str = ""
    ) -> int:
        places = [keys.key("corrections", team_id, place) for place in (channel_id, _SHARED)]
        if not channel_id:
            pattern = keys.key("corrections", team_id, "*")
            places = [key async for key in self._redis.scan_iter(pattern)]
        forgotten = set[str]()
        for key in places:
            texts = await self._redis.hgetall(key)
            unwanted = [id_ for id_, text in texts.items() if self._goes(team_id, text, matches)]
            if unwanted:
                await self._redis.hdel(key, *unwanted)
                forgotten.update(unwanted)
        return len(forgotten)

    def _goes(self, team_id: str, text: str, matches: Callable[[Correction], bool]) -> bool:
        correction = self._readable(team_id, text)
        return correction is None or matches(correction)

    def _read(self, team_id: str, hashes: Iterable[Mapping[str, str]]) -> Sequence[Correction]:
        texts = {id_: text for one in hashes for id_, text in one.items() if self._is_young(id_)}
        readable = (self._readable(team_id, texts[id_]) for id_ in sorted(texts, key=_time_of))
        return [correction for correction in readable if correction]

    def _readable(self, team_id: str, text: str) -> Correction | None:
        return self._cipher.load(Correction, text, corrections_in(team_id), "correction.unreadable")

    def _is_young(self, id_: str) -> bool:
        return _time_of(id_) > runtime.time() - self._keep


def _time_of(id_: str) -> float:
    return float(id_.split(":")[2].partition(" ")[0])


def corrections_in(team_id: str) -> str:
    """Return what the corrections of a workspace are encrypted as."""
    return f"corrections {team_id}"
