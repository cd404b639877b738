"""Values that are good once: each is a key that expires by itself."""

from typing import TypeVar

from bot.adapters.redis import codec
from bot.adapters.redis.connection.scripting import Connection, milliseconds
from bot.panel.installations.one_time import OneTimeStore

T = TypeVar("T")


class RedisOneTimeStore(OneTimeStore[T]):
    """Values of one *type_*, each a key of its own that begins with *kind*."""

    def __init__(self, redis: Connection, kind: str, type_: type[T]) -> None:
        self._redis = redis
        self._kind = kind
        self._type = type_

    async def put(self, name: str, value: T, seconds: float) -> None:
        lasting = max(1, milliseconds(seconds))
        await self._redis.set(self._key(name), codec.dump(value), nx=True, px=lasting)

    async def read(self, name: str) -> T | None:
        return self._value(await self._redis.get(self._key(name)))

    async def take(self, name: str) -> T | None:
        return self._value(await self._redis.getdel(self._key(name)))

    def _key(self, name: str) -> str:
        return f"panelbot:{self._kind}:{name}"

    def _value(self, stored: str | None) -> T | None:
        return codec.load(self._type, stored) if stored else None
