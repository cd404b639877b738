"""A OneTimeStore in memory."""

from typing import TypeVar

from bot import runtime
from bot.panel.installations.one_time import OneTimeStore

T = TypeVar("T")


class FakeOneTimeStore(OneTimeStore[T]):
    """Keeps values until the time of the runtime has come."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[float, T]] = {}

    async def put(self, name: str, value: T, seconds: float) -> None:
        if await self.read(name) is None:
            self.kept[name] = (runtime.time() + seconds, value)

    async def read(self, name: str) -> T | None:
        until, value = self.kept.get(name, (0.0, None))
        return value if runtime.time() < until else None

    async def take(self, name: str) -> T | None:
        value = await self.read(name)
        self.kept.pop(name, None)
        return value
