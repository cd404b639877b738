"""A network in memory: who listens, who is connected, and what befalls connections."""

import asyncio
import errno
import gc
import logging
import os
import socket
import sys
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any
from unittest.mock import patch
from warnings import catch_warnings, simplefilter
from weakref import WeakKeyDictionary

from tests.simulation.full.sockets import End, Ending, Flow
from tests.simulation.loop import Order, SimulatedLoop
from tests.simulation.process import Process, process_in

_HOST = "127.0.0.1"
_FIRST_PORT = 20_000
_QUICK = 0.001  # seconds that bytes take on average
_SLOW, _RARELY = 0.2, 0.01  # and for a small share of them

ProtocolFactory = Callable[[], asyncio.BaseProtocol]


class Server(asyncio.AbstractServer):
    """What listens on one port."""

    def __init__(self, network: "Network", make: ProtocolFactory, port: int) -> None:
        self.make = make
        self.context = copy_context()
        self.port = port
        self._network = network

    @property
    def sockets(self) -> tuple["Server", ...]:
        """What aiohttp asks for the address."""
        return (self,)

    def getsockname(self) -> tuple[str, int]:
        """Return the address."""
        return (_HOST, self.port)

    def close(self) -> None:
        self._network.stop(self)

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return self._network.loop

    def is_serving(self) -> bool:
        return self._network.servers.get(self.port) is self

    async def start_serving(self) -> None:
        """Do nothing: it serves from its beginning."""

    async def serve_forever(self) -> None:
        await asyncio.Event().wait()

    async def wait_closed(self) -> None:
        """Return at once, as until Python 3.11."""


class Network:
    """One machine's loopback, on which everybody is."""

    def __init__(self, loop: SimulatedLoop) -> None:
        self.loop = loop
        self.servers: dict[int, Server] = {}
        self._ends: dict[End, None] = {}  # in the order in which they were opened
        self._watched: set[Process] = set()
        self._opened = 0
        self._next_port = _FIRST_PORT
        self._silent, self._keeps_it_silent = os.pipe()
        self._readable, write = os.pipe()
        os.close(write)

    def close(self) -> None:
        """Leave all connections as they are, and give back the descriptors."""
        for end in [*self._ends]:
            end.vanish()
        for descriptor in (self._silent, self._keeps_it_silent, self._readable):
            os.close(descriptor)

    def listen(self, make: ProtocolFactory, port: int) -> Server:
        """Let connections come in on *port*, or on a free one."""
        if port in self.servers:
            raise OSError(errno.EADDRINUSE, f"address already in use: {port}")
        server = Server(self, make, port or self._free_port())
        self.servers[server.port] = server
        self._watch(server.context)
        return server

    def stop(self, server: Server) -> None:
        """Let nobody come in any more."""
        if server.is_serving():
            del self.servers[server.port]

    async def find(self, port: int) -> Server:
        """Return who listens on *port*. Raises ConnectionRefusedError if nobody does."""
        await asyncio.sleep(self.delay())
        if server := self.servers.get(port):
            return server
        raise ConnectionRefusedError(errno.ECONNREFUSED, f"Connect call failed {(_HOST, port)}")

    def connect(self, server: Server) -> End:
        """Return this side of a new connection; the other side's protocol begins by itself."""
        self._opened += 1
        here, there = (_HOST, self._free_port()), (_HOST, server.port)
        ours = End(self, copy_context(), here, there)
        theirs = End(self, server.context.copy(), there, here)
        name = f"{here[1]}-{server.port}"
        ours.other, ours.flow = theirs, Flow(self, f">{name}", theirs)
        theirs.other, theirs.flow = ours, Flow(self, f"<{name}", ours)
        self._ends |= {ours: None, theirs: None}
        self._watch(ours.context)
        self.loop.call_soon(theirs.begin, server.make, context=theirs.context)
        return ours

    def cut(self, process: Process, port: int) -> int:
        """Break the connections that *process* has to *port*; return how many those were."""
        cut = [
            end
            for end in self._ends
            if process_in(end.context) is process and end.get_extra_info("peername")[1] == port
        ]
        for end in cut:
            self.cut_off(end)
        return len(cut)

    def cut_off(self, end: End) -> None:
        """Break a connection: of what is on its way, some is lost in both directions."""
        self.loop.note("cut", *end.get_extra_info("sockname"))
        end.flow.break_off()
        end.other.flow.break_off()

    def ends_at(self, port: int) -> list[End]:
        """Return the sides that listened on *port*, of all connections that are open."""
        return [end for end in self._ends if end.get_extra_info("sockname")[1] == port]

    def forget(self, end: End) -> None:
        """Take note that one side is closed."""
        self._ends.pop(end, None)

    def delay(self) -> float:
        """Return how long the next bytes take."""
        chance = self.loop.random
        return chance.expovariate(1 / (_SLOW if chance.random() < _RARELY else _QUICK))

    def in_world(self, at: float, call: Callable[[], None]) -> None:
        """Call what no process does, and so no death prevents."""
        self.loop.call_at(at, call, context=self.loop.world)

    def descriptor(self, *, is_readable: bool) -> int:
        """Return a file descriptor for those who poll."""
        return self._readable if is_readable else self._silent

    def _free_port(self) -> int:
        self._next_port += 1
        return self._next_port

    def _watch(self, context: Context) -> None:
        process = process_in(context)
        if process and process not in self._watched:
            self._watched.add(process)
            process.at_death.append(lambda: self._bury(process))

    def _bury(self, process: Process) -> None:
        """Do what a kernel does for the dead, or lose some of what they had sent."""
        for server in [*self.servers.values()]:
            if process_in(server.context) is process:
                self.stop(server)
        for end in [one for one in self._ends if process_in(one.context) is process]:
            end.vanish()
            if self.loop.random.random() < 0.5:
                end.flow.break_off()
            else:
                end.flow.send(Ending.EOF)


class NetworkedLoop(SimulatedLoop):
    """Opens connections in memory, and no others."""

    def __init__(self, seed: int, *, order: Order = Order.QUEUED, keep_trace: bool = False) -> None:
        super().__init__(seed, order=order, keep_trace=keep_trace)
        self.network = Network(self)
        self._found: WeakKeyDictionary[socket.socket, Server] = WeakKeyDictionary()
        gc.freeze()
        gc.disable()  # it would run what the dead have left, at any time

    def close(self) -> None:
        # What is left complains of how it ends: connections are not closed, calls not awaited.
        with catch_warnings(), patch.object(sys, "unraisablehook", lambda _: None):
            simplefilter("ignore")
            logging.disable()
            self.network.close()
            asyncio._set_running_loop(self)
            super().close()
            gc.enable()
            gc.collect()
            asyncio._set_running_loop(None)
            gc.unfreeze()
            logging.disable(logging.NOTSET)

    async def getaddrinfo(  # type: ignore[override]
        self, host: str, port: int, **_: Any
    ) -> list[tuple[Any, ...]]:
        if host not in (_HOST, "localhost"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (_HOST, port))]

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Find who listens; the connection is opened when the socket is handed over."""
        self._found[sock] = await self.network.find(address[1])

    async def create_connection(  # type: ignore[override]
        self,
        protocol_factory: ProtocolFactory,
        host: str | None = None,
        port: int | None = None,
        *,
        sock: socket.socket | None = None,
        **_: Any,
    ) -> tuple[asyncio.Transport, asyncio.BaseProtocol]:
        if sock is None:
            server = await self.network.find(port or 0)
        else:
            server = self._found.pop(sock)
            sock.close()
            if not server.is_serving():
                raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
        end = self.network.connect(server)
        return end, end.begin(protocol_factory)

    async def create_server(  # type: ignore[override]
        self, protocol_factory: ProtocolFactory, host: Any = None, port: int = 0, **_: Any
    ) -> Server:
        return self.network.listen(protocol_factory, port)
