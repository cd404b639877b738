"""Counts what a process asks of Redis for questions: its commands, and the trips that they take."""

import asyncio
import re
from collections.abc import Sequence

from tests.adapters.redis.proxies import Proxy
from tests.faults import steps
from tests.faults.redis_proxy import Commands

# What a worker asks whether there are questions or not.
_BESIDE = re.compile(r".*(claim|line|renew|due|chore|audit|stops|seen|wake|PING|CLIENT).*")

Trip = Sequence[str]  # its commands, as the faults call them, or with the kind of their key


class RedisCounter(Proxy):
    """What a process takes for Redis."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self._trips: list[Trip] = []

    def take(self) -> list[Trip]:
        """Return the trips since this was called last."""
        trips, self._trips = self._trips, []
        return trips

    async def _copy(
        self, reader: asyncio.StreamReader, there: asyncio.StreamWriter, _: asyncio.StreamWriter
    ) -> None:
        commands = Commands()
        while data := await reader.read(65536):
            sent = [*commands.feed(data)]
            for raw, _words in sent:
                there.write(raw)
            names = [_name(words) for _raw, words in sent]
            if trip := [name for name in names if not _BESIDE.fullmatch(name)]:
                self._trips.append(trip)
        there.close()


def _name(words: Sequence[bytes]) -> str:
    if names := steps.of_redis(words):
        return " + ".join(names)
    kind = words[1].decode().replace("{0}:", "").split(":")[1:2] if len(words) > 1 else []
    return " ".join([words[0].decode(), *kind])
