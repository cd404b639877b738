"""The connection that all commands of a process share, each behind those before it.

redis-py makes it: addresses, TLS, Sentinels and logins are its own. From then on its streams are
taken out of the way, which have locks, timeouts and tasks for each command and each reply: they
took five times as long as the command.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import (
    ConnectionError,  # noqa: A004 - it is what redis-py calls it
    MasterDownError,
    ReadOnlyError,
    TimeoutError,  # noqa: A004 - the same
)

from bot.adapters.redis.connection.protocol import Replies, packed
from bot.adapters.redis.connection.scripting import SCRIPTS
from bot.panel import observing
from bot.panel.observing import Kind

NO_PRIMARY = (ReadOnlyError, MasterDownError)  # the one behind the address may be another by now
_SCRIPTED = frozenset({"EVAL", "EVALSHA"})


class Named:
    """A command, for those who only want to know its name."""

    __slots__ = ("_args",)

    def __init__(self, args: Sequence[Any]) -> None:
        self._args = args

    @property
    def name(self) -> str:
        """What it is, without its arguments; which script it runs, if it runs one."""
        name = str(self._args[0])
        script = SCRIPTS.get(self._args[1]) if name in _SCRIPTED else None
        return f"{name} {script}" if script else name


class Command(Named):
    """A command, and where its reply is waited for. Raises DataError if it cannot be sent."""

    __slots__ = ("losses", "packed", "reply", "trip")

    def __init__(self, args: Sequence[Any]) -> None:
        super().__init__(args)
        self.packed = packed(args)
        self.reply: asyncio.Future[Any] = asyncio.Future()
        self.losses = 0  # connections that ended before the reply came
        self.trip = observing.NOT_OBSERVED  # if it is the last of it


class SharedConnection(asyncio.Protocol):
    """Sends commands and hands out replies until it has *ended*, which is told once.

    It ends when it breaks, and when the server says that it cannot work (it is a replica now, or
    loads its data) or leaves a command without a reply for as long as its socket may wait. What is
    told is why, and which commands have no reply.
    """

    def __init__(
        self,
        connection: AbstractConnection,
        ended: Callable[[Exception, Sequence[Command]], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        writer: Any = connection._writer  # noqa: SLF001 - there is no other way to its transport
        self._transport: asyncio.Transport = writer.transport
        self._streams = self._transport.get_protocol()
        self._timeout = connection.socket_timeout or 0.0  # seconds; 0: as long as it takes
        self._most_idle = connection.health_check_interval
        self._ended = ended
        self._has_ended = False
        self._replies = Replies()
        self._unanswered: deque[Command] = deque()
        self._used_at = self._loop.time()
        self._watch: asyncio.TimerHandle | None = None
        self._transport.set_protocol(self)
        if self._transport.is_closing():
            self._transport.abort()

    @property
    def is_stale(self) -> bool:
        """Whether it has been idle so long that a firewall may have dropped it."""
        idle = self._loop.time() - self._used_at
        return not self._unanswered and 0 < self._most_idle < idle

    def send(self, commands: Sequence[Command]) -> None:
        """Send *commands* at once."""
        if not self._unanswered:
            self._used_at = self._loop.time()
        self._unanswered += commands
        commands[-1].trip = observing.begin(Kind.REDIS_CALL, commands=commands)
        self._transport.write(b"".join([command.packed for command in commands]))
        if self._watch is None and self._timeout:
            self._watch = self._loop.call_later(self._timeout, self._look_at_the_clock)

    def end(self, reason: Exception) -> None:
        """Close it, for that *reason*."""
        if self._has_ended:
            return
        self._has_ended = True
        if self._watch:
            self._watch.cancel()
        self._transport.abort()
        for command in self._unanswered:
            command.trip.end(reason)
        self._ended(reason, [*self._unanswered])

    def data_received(self, data: bytes) -> None:
        self._used_at = self._loop.time()
        try:
            replies = self._replies.feed(data)
        except ValueError as error:
            self.end(ConnectionError(str(error)))
            return
        for reply in replies:
            if not self._unanswered:
                self.end(ConnectionError("a reply to nothing"))
            elif isinstance(reply, (ConnectionError, *NO_PRIMARY)):
                self.end(reply)
            if self._has_ended:
                return
            command = self._unanswered.popleft()
            command.trip.end()
            command.trip = observing.NOT_OBSERVED  # which knew its commands: a cycle, for each trip
            if command.reply.done():  # cancelled meanwhile
                continue
            if isinstance(reply, Exception):
                command.reply.set_exception(reply)
            else:
                command.reply.set_result(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        self.end(ConnectionError(str(exc or "Connection closed by server.")))
        self._streams.connection_lost(None)  # redis-py waits for it when it closes

    def _look_at_the_clock(self) -> None:
        self._watch = None
        if not self._unanswered:
            return
        left = self._used_at + self._timeout - self._loop.time()
        if left > 0:
            self._watch = self._loop.call_later(left, self._look_at_the_clock)
        else:
            self.end(TimeoutError("Timeout reading from Redis"))
