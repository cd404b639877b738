"""One side of a connection in memory: a transport whose bytes take their time and keep their order.

1. What a side has sent arrives in order, whole or not at all; what follows a reset is lost.
2. Callbacks run in the context of the side that they are for: in its process, or in the world.
3. Nobody learns of a death at once: the end of a stream takes its time as bytes do.
"""

import asyncio
import socket
from asyncio.transports import _FlowControlMixin  # type: ignore[attr-defined]
from collections import deque
from collections.abc import Callable
from contextvars import Context
from enum import Enum
from typing import TYPE_CHECKING, Any, cast
from zlib import crc32

if TYPE_CHECKING:
    from tests.simulation.full.network import Network

_KERNEL = 128 * 1024  # bytes that the sender's kernel takes before the sender has to wait


class Ending(Enum):
    """What ends a stream."""

    EOF = "eof"
    RESET = "reset"


Segment = bytearray | Ending


class Flow:
    """What is on its way to one side of a connection."""

    def __init__(self, network: "Network", name: str, receiver: "End") -> None:
        self._network = network
        self._name = name
        self._receiver = receiver
        self._segments: deque[Segment] = deque()
        self._sent_at = self._arrives_at = -1.0
        self._is_over = False

    def send(self, segment: bytes | Ending) -> None:
        """Let *segment* arrive after all that was sent before."""
        if self._is_over:
            return
        now = self._network.loop.time()
        last = self._segments[-1] if self._segments else None
        if isinstance(segment, bytes) and isinstance(last, bytearray) and self._sent_at == now:
            last += segment
            return
        self._segments.append(segment if isinstance(segment, Ending) else bytearray(segment))
        self._sent_at = now
        self._arrives_at = max(self._arrives_at, now + self._network.delay())
        self._network.in_world(self._arrives_at, self._arrive)

    def break_off(self) -> None:
        """Lose some of what is on its way, and reset the connection after the rest."""
        kept = self._network.loop.random.randint(0, len(self._segments))
        while len(self._segments) > kept:
            self._segments.pop()
        self.send(Ending.RESET)
        self._is_over = True

    def _arrive(self) -> None:
        if not self._segments:  # lost meanwhile
            return
        segment = self._segments.popleft()
        what = (segment.value,) if isinstance(segment, Ending) else (len(segment), crc32(segment))
        self._network.loop.note(self._name, *what)
        self._receiver.arrived(segment)


class Socket:
    """What libraries ask a transport's socket for."""

    family, type, proto = socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP

    def __init__(self, end: "End", own: tuple[str, int], peer: tuple[str, int]) -> None:
        self._end = end
        self._own, self._peer = own, peer

    def getsockname(self) -> tuple[str, int]:
        """Return the address of this side."""
        return self._own

    def getpeername(self) -> tuple[str, int]:
        """Return the address of the other side."""
        return self._peer

    def setsockopt(self, *_: Any) -> None:
        """Take note of nothing."""

    def fileno(self) -> int:
        """Return a descriptor that can be read if and only if there is something to be read."""
        return self._end.readiness()


class End(_FlowControlMixin, asyncio.Transport):  # type: ignore[misc]
    """One side of a connection."""

    _protocol: asyncio.Protocol
    _protocol_paused: bool  # these are of the mixin, which typeshed does not know
    _maybe_pause_protocol: Callable[[], None]
    _maybe_resume_protocol: Callable[[], None]

    def __init__(
        self, network: "Network", context: Context, own: tuple[str, int], peer: tuple[str, int]
    ) -> None:
        addresses = {"sockname": own, "peername": peer, "socket": Socket(self, own, peer)}
        super().__init__(addresses, network.loop)
        self.context = context
        self.other: End  # set by who connects
        self.flow: Flow  # to the other
        self._network = network
        self._inbox: deque[Segment] = deque()
        self._unread = 0  # bytes that the other side has not taken yet
        self._has_begun, self._is_reading, self._is_read_soon = False, True, False
        self._has_sent_eof, self._is_closing, self._is_lost = False, False, False

    def begin(self, make: Callable[[], asyncio.BaseProtocol]) -> asyncio.BaseProtocol:
        """Let a protocol speak for this side."""
        protocol = make()
        self._protocol = cast("asyncio.Protocol", protocol)
        protocol.connection_made(self)
        self._has_begun = True
        self._read_soon()
        return protocol

    def arrived(self, segment: Segment) -> None:
        """Take what has come over the network; who has gone away answers with a reset."""
        if self._is_closing:
            if not isinstance(segment, Ending):
                self.flow.send(Ending.RESET)
            self.other.taken(0 if isinstance(segment, Ending) else len(segment))
            return
        self._inbox.append(segment)
        self._read_soon()

    def taken(self, count: int) -> None:
        """Hear that the other side has taken so many bytes."""
        self._unread -= count
        if self._protocol_paused and not self._is_lost:
            self._call_soon(self._maybe_resume_protocol)

    def readiness(self) -> int:
        """Return a file descriptor that is as readable as this side."""
        return self._network.descriptor(is_readable=bool(self._inbox) or self._is_closing)

    def vanish(self) -> None:
        """Be gone without a word to the own side, whose process is dead."""
        self._is_closing = self._is_lost = True
        self._inbox.clear()
        self._network.forget(self)

    def _call_soon(self, call: Callable[..., object], *args: Any) -> None:
        self._network.loop.call_soon(call, *args, context=self.context)

    def _read_soon(self) -> None:
        if self._inbox and self._has_begun and self._is_reading and not self._is_read_soon:
            self._is_read_soon = True
            self._call_soon(self._read)

    def _read(self) -> None:
        self._is_read_soon = False
        if not self._inbox or not self._is_reading or self._is_closing:
            return
        match self._inbox.popleft():
            case Ending.EOF:
                if not self._protocol.eof_received():
                    self.close()
            case Ending.RESET:
                self._end(None, ConnectionResetError(104, "Connection reset by peer"))
            case bytearray(data):
                self.other.taken(len(data))
                self._protocol.data_received(bytes(data))
        self._read_soon()

    def _end(self, ending: Ending | None, error: Exception | None = None) -> None:
        if self._is_closing:
            return
        self._is_closing = True
        if ending:
            unread = any(not isinstance(segment, Ending) for segment in self._inbox)
            self.flow.send(Ending.RESET if unread else ending)
        self._call_soon(self._lose, error)

    def _lose(self, error: Exception | None) -> None:
        self._is_lost = True
        self._network.forget(self)
        self._protocol.connection_lost(error)

    # What a transport does, as asyncio describes it.

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._has_sent_eof:
            raise RuntimeError("Cannot call write() after write_eof()")
        if data and not self._is_lost:
            self._unread += len(data)
            self.flow.send(bytes(data))
            self._maybe_pause_protocol()

    def write_eof(self) -> None:
        if not self._has_sent_eof and not self._is_closing:
            self._has_sent_eof = True
            self.flow.send(Ending.EOF)

    def can_write_eof(self) -> bool:
        return True

    def close(self) -> None:
        self._end(Ending.EOF)

    def abort(self) -> None:
        self._end(Ending.EOF)  # as a closed socket does: what the kernel has, it sends

    def is_closing(self) -> bool:
        return self._is_closing

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = cast("asyncio.Protocol", protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._protocol

    def is_reading(self) -> bool:
        return self._is_reading and not self._is_closing

    def pause_reading(self) -> None:
        self._is_reading = False

    def resume_reading(self) -> None:
        self._is_reading = True
        self._read_soon()

    def get_write_buffer_size(self) -> int:
        return max(0, self._unread - _KERNEL)
