"""Redis on the simulated network: each command is asked of the real server, one at a time.

What blocks would block everybody, so that it waits here instead: ``BLPOP`` is answered once some
other command has filled the list, in the order in which they came, or when its time is up.
"""

import asyncio
from typing import cast

from tests.simulation.blocking import Waiter, Waiters
from tests.simulation.full.network import NetworkedLoop, Server
from tests.simulation.redis_server import RedisServer, packed

_NOTHING = b"*-1\r\n"


class RedisBridge:
    """Listens on one port; may be away for a while."""

    def __init__(self, loop: NetworkedLoop, server: RedisServer, port: int = 6379) -> None:
        self.port = port
        self.url = f"redis://127.0.0.1:{port}"
        self.waiters = Waiters(loop, server)
        self.commands = 0
        self._loop = loop
        self._server = server
        self._listening: Server | None = None

    def start(self) -> None:
        """Let clients in; called where no process is current."""
        make = lambda: Client(self, self._server)  # noqa: E731
        self._listening = self._loop.network.listen(make, self.port)

    def kill(self) -> None:
        """Be away, and break all connections; the data stays."""
        if self._listening is None:
            return
        self._listening.close()
        self._listening = None
        for end in self._loop.network.ends_at(self.port):
            self._loop.network.cut_off(end)
        self._server.restart()


class Client(asyncio.Protocol):
    """One connection of a client."""

    def __init__(self, bridge: RedisBridge, server: RedisServer) -> None:
        self._bridge = bridge
        self._session = server.session()
        self._received = bytearray()
        self._waiter: Waiter | None = None  # while it is blocked
        self._is_blocked = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        self._go_on()

    def connection_lost(self, _: Exception | None) -> None:
        if self._waiter:
            self._bridge.waiters.leave(self._waiter)
        self._session.close()

    def _go_on(self) -> None:
        while not self._is_blocked and (command := self._next()):
            self._bridge.commands += 1
            if command[0].upper() == b"BLPOP":
                self._block(command[1], float(command[2]))
                continue
            self._transport.write(self._session.ask(*command))
            self._bridge.waiters.look(command[0])

    def _block(self, key: bytes, seconds: float) -> None:
        """Answer once the list has an element, and then the commands that were sent after it."""

        def give(element: bytes | None) -> None:
            self._is_blocked = False
            self._transport.write(
                _NOTHING if element is None else b"*2\r\n" + packed([key])[4:] + element
            )
            self._go_on()

        self._is_blocked = True
        self._waiter = self._bridge.waiters.wait(key, seconds, give)

    def _next(self) -> list[bytes] | None:
        """Take the next command out of what was received, once it is whole."""
        received = self._received
        place = received.find(b"\r\n") + 2
        if place < 2:
            return None
        command = []
        for _ in range(int(received[1 : place - 2])):
            end = received.find(b"\r\n", place) + 2
            if end < 2 or len(received) < end + (length := int(received[place + 1 : end - 2])) + 2:
                return None
            command.append(bytes(received[end : end + length]))
            place = end + length + 2
        del received[:place]
        return command
