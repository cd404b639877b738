"""Deliveries of commands, clicks and forms, so that each is acted on once."""

from hashlib import blake2b
from typing import Literal

from bot.adapters.redis import keys
from bot.adapters.redis.connection.scripting import Connection, Script
from bot.panel.messaging.deliveries import DeliveryStore, Earlier

_LEASE = 2_000  # milliseconds: Slack waits three seconds, in which another process may take over
_CLAIM, _NOTE = map(Script, ("claim_delivery", "note_delivery"))


class RedisDeliveryStore(DeliveryStore):
    """One key for each delivery; the claim of a process that is gone expires with it."""

    def __init__(self, redis: Connection) -> None:
        self._redis = redis

    async def claim(self, name: str, token: str) -> Earlier | None:
        known = await _CLAIM(self._redis, _key(name), token, _LEASE)
        if not known:
            return None
        done, *answers = known
        return Earlier(done == 1, answers[0] if answers else None)

    async def renew(self, name: str, token: str, answer: str | None) -> None:
        await self._note(name, token, "working", _LEASE, answer)

    async def done(self, name: str, token: str, answer: str | None) -> None:
        await self._note(name, token, "done", keys.DELIVERY_FOR * 1_000, answer)

    async def release(self, name: str, token: str) -> None:
        await self._note(name, token, "released", 0, None)

    async def _note(
        self,
        name: str,
        token: str,
        state: Literal["working", "done", "released"],
        keep: int,
        answer: str | None,
    ) -> None:
        answers = [] if answer is None else [answer]
        await _NOTE(self._redis, _key(name), token, state, keep, *answers)


def _key(name: str) -> str:
    return keys.key("delivery", blake2b(name.encode(), digest_size=16).hexdigest())
