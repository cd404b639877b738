"""Between one worker and Redis: understands the commands, and springs the traps set on them."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress

from tests.faults import steps
from tests.faults.traps import Deed, Moment, Traps

_CHUNK = 1 << 16


class Commands:
    """Cuts what a client sends into commands: arrays of bulk strings."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> Iterator[tuple[bytes, Sequence[bytes]]]:
        """Yield each whole command, as sent and as read."""
        self._buffer += data
        while (found := _command(self._buffer)) is not None:
            size, words = found
            raw, self._buffer = self._buffer[:size], self._buffer[size:]
            yield raw, words


def _command(data: bytes) -> tuple[int, list[bytes]] | None:
    """Return the length of the first command in *data* and its words, if it is whole."""
    end = data.find(b"\r\n")
    if end < 0:
        return None
    words, place = [], end + 2
    for _ in range(int(data[1:end])):
        end = data.find(b"\r\n", place)
        if end < 0:
            return None
        start, place = end + 2, end + 2 + int(data[place + 1 : end]) + 2
        if place > len(data):
            return None
        words.append(data[start : place - 2])
    return place, words


class RedisProxy:
    """What *worker* takes for Redis."""

    def __init__(self, worker: str, target: int, traps: Traps) -> None:
        self.port = 0
        self._worker = worker
        self._target = target
        self._traps = traps
        self._links: set[_Link] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen meanwhile."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            self.cut()

    def cut(self) -> None:
        """Break all connections."""
        for link in tuple(self._links):
            link.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        link = _Link(self._worker, self._traps, (reader, writer), (there, back))
        self._links.add(link)
        try:
            await link.run()
        finally:
            self._links.discard(link)


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Link:
    """One connection, passed on."""

    def __init__(self, worker: str, traps: Traps, client: Ends, server: Ends) -> None:
        self._worker = worker
        self._traps = traps
        self._client, self._to_client = client
        self._server, self._to_server = server
        self._awaited: list[str] = []  # the steps whose answer springs a trap

    def cut(self) -> None:
        """Break it."""
        self._to_client.transport.abort()
        self._to_server.transport.abort()

    async def run(self) -> None:
        """Pass everything on until either side is gone."""
        ways = [asyncio.create_task(self._commands()), asyncio.create_task(self._answers())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.cut()
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _commands(self) -> None:
        commands = Commands()
        with suppress(ConnectionError):
            while data := await self._client.read(_CHUNK):
                for raw, words in commands.feed(data):
                    if self._falls(steps.of_redis(words)):
                        return
                    self._to_server.write(raw)

    def _falls(self, command: Sequence[str]) -> bool:
        """Return whether the connection ends before one of the steps of this command."""
        deeds = [self._traps.spring(self._worker, step, Moment.BEFORE) for step in command]
        self._awaited += [step for step in command if self._traps.waits(step, Moment.AFTER)]
        return not {Deed.KILL, Deed.CUT}.isdisjoint(deeds)

    async def _answers(self) -> None:
        with suppress(ConnectionError):
            while data := await self._server.read(_CHUNK):
                awaited, self._awaited = self._awaited, []
                deeds = [self._traps.spring(self._worker, step, Moment.AFTER) for step in awaited]
                if not {Deed.KILL, Deed.CUT}.isdisjoint(deeds):
                    return
                self._to_client.write(data)
