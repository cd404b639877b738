"""A connection to Redis that breaks when told to, or that speaks TLS."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.faults.redis_proxy import Commands


class Proxy:
    """Passes everything on to *port*, and can lose an answer on the way back.

    Whoever connects to it has to speak TLS if *tls* is given.
    """

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.target = port  # of connections from now on
        self._tls = tls
        self._lose = False
        self._open: set[asyncio.StreamWriter] = set()
        self._passing: set[asyncio.Task[None]] = set()
        self.port = 0
        self.lost = asyncio.Event()

    def lose_the_next_answer(self) -> None:
        """Cut the connection once the server has done what it is asked next."""
        self._lose = True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0, ssl=self._tls)
        self.port = server.sockets[0].getsockname()[1]
        yield
        server.close()
        for writer in self._open:
            writer.close()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if task := asyncio.current_task():
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        self._open |= {writer, back}
        requests = asyncio.create_task(self._copy(reader, back, writer))
        await self._answers(there, writer)
        writer.close()
        back.close()
        await requests
        self._open -= {writer, back}

    async def _answers(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await there.read(65536):
            if self._lose:
                self._lose = False
                self.lost.set()
                return
            writer.write(data)

    async def _copy(
        self, reader: asyncio.StreamReader, there: asyncio.StreamWriter, _: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(65536):
            there.write(data)
        there.close()


class Refuser(Proxy):
    """Answers every command with an error, for as long as it is told to."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.error = ""  # what it answers; empty: it passes everything on
        self.refused = 0

    async def _copy(
        self,
        reader: asyncio.StreamReader,
        there: asyncio.StreamWriter,
        client: asyncio.StreamWriter,
    ) -> None:
        commands = Commands()
        while data := await reader.read(65536):
            for raw, _ in commands.feed(data):
                if self.error:
                    self.refused += 1
                    client.write(f"-{self.error}\r\n".encode())
                else:
                    there.write(raw)
        there.close()
