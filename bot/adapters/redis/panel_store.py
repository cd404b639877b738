"""Who was put on which panel, in Redis. Lasting: nothing else remembers it."""

from collections.abc import Mapping, Sequence

from bot.adapters.redis import codec, keys
from bot.adapters.redis.scripting import Connection, translated
from bot.panel.model import Expert, ExpertName, Synthesis
from bot.panel.ports import PanelStore
from bot.panel.roster import RosterChanges, Scope

_ADDED, _REMOVED, _SYNTHESIS = "+", "-", "synthesis"


class RedisPanelStore(PanelStore):
    """One hash a scope: ``+name`` an expert, ``-name`` one taken off, ``synthesis``."""

    def __init__(self, redis: Connection) -> None:
        self._redis = redis

    async def changes(self, scopes: Sequence[Scope]) -> Sequence[RosterChanges]:
        async with translated(), self._redis.pipeline(transaction=False) as pipe:
            for scope in scopes:
                pipe.hgetall(keys.panel(scope))
            return [_changes(stored) for stored in await pipe.execute()]

    async def add(self, scope: Scope, expert: Expert) -> None:
        async with translated(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(keys.panel(scope), _ADDED + expert.name, codec.dump(expert))
            pipe.hdel(keys.panel(scope), _REMOVED + expert.name)
            await pipe.execute()

    async def remove(self, scope: Scope, name: ExpertName) -> None:
        async with translated(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hdel(keys.panel(scope), _ADDED + name)
            pipe.hset(keys.panel(scope), _REMOVED + name, "")
            await pipe.execute()

    async def set_synthesis(self, scope: Scope, synthesis: Synthesis | None) -> None:
        async with translated():
            if synthesis is None:
                await self._redis.hdel(keys.panel(scope), _SYNTHESIS)
            else:
                await self._redis.hset(keys.panel(scope), _SYNTHESIS, synthesis.value)


def _changes(stored: Mapping[str, str]) -> RosterChanges:
    added = [codec.load(Expert, text) for key, text in stored.items() if key.startswith(_ADDED)]
    removed = [ExpertName(key[1:]) for key in stored if key.startswith(_REMOVED)]
    synthesis = stored.get(_SYNTHESIS)
    return RosterChanges(
        {expert.name: expert for expert in added},
        frozenset(removed),
        Synthesis(synthesis) if synthesis else None,
    )
