"""The Redis client: made from an address; commands are retried when a connection breaks.

redis-py repeats a command when the connection broke before the reply came, so a command may run
twice. All of ours are safe to repeat: plain reads and writes are idempotent, and each script says
how it deals with a second run. The exception is a claim whose reply is lost: its turn is queued
again when the lease expires.

It does not repeat one that got no reply in time: the server, or the way to it, may hang for
minutes, and whoever calls can wait better, log it, or let Slack deliver again.
"""

import asyncio
from typing import Any

from redis.asyncio import RedisCluster, Sentinel
from redis.asyncio.cluster import ClusterNode, ClusterPipeline
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import SentinelManagedConnection, SentinelManagedSSLConnection
from redis.backoff import NoBackoff
from redis.driver_info import DriverInfo
from redis.exceptions import (
    AuthenticationError,
    ConnectionError,  # noqa: A004 - it is what redis-py calls it
    NoPermissionError,
    RedisError,
    ResponseError,
)

from bot.adapters.redis.connection import protocol, schema
from bot.adapters.redis.connection.address import Address, Layout
from bot.adapters.redis.connection.errors import reason, store_errors
from bot.adapters.redis.connection.pipelining import BACKOFF, BLOCKING, MOST_LOSSES, PipeliningRedis
from bot.adapters.redis.connection.scripting import Connection
from bot.adapters.redis.connection.shared_connection import Named
from bot.adapters.redis.shards import Shards
from bot.panel import observing
from bot.panel.errors import GiveUp, StoreUnavailable
from bot.panel.loops import Trouble
from bot.panel.observing import Kind
from bot.panel.retries import Backoff, Retries

_AT_ONCE = 64  # commands to a Cluster, whose client sends each by itself
_NOT_READY = Backoff((0.2, 0.5, 1, 2, 5), endless=True)
_SETTINGS: dict[str, Any] = {
    "decode_responses": True,
    "encoding_errors": protocol.LENIENT,
    "max_connections": 10_000,  # the server's own: what is beyond redis-py's would fail, not wait
    "health_check_interval": 30,  # notices connections that a firewall dropped
    "protocol": 2,
    "socket_connect_timeout": 2.0,
    "socket_timeout": 5.0,  # well above the longest blocking wait
}


def connect(url: str) -> Connection:
    """Return a client for *url*; nothing is sent yet. Raises ValueError if it is malformed."""
    parsed = Address.parse(url)
    retry = Retry(BACKOFF, MOST_LOSSES, supported_errors=(ConnectionError,))
    # Each connection would read it from the files of the package.
    settings = {**_SETTINGS, "driver_info": DriverInfo(), "retry": retry}
    options = {**settings, **parsed.options}
    match parsed.layout:
        case Layout.SINGLE:
            return PipeliningRedis.from_url(parsed.url, **settings)
        case Layout.SENTINEL:
            return _primary(parsed, options)
        case Layout.CLUSTER:
            nodes = [ClusterNode(host, port) for host, port in parsed.nodes]
            return _Cluster(startup_nodes=nodes, **options)


def address(url: str) -> str:
    """Return *url* without its user and password, for people to read."""
    return str(Address.parse(url))


async def prepare(redis: Connection, url: str, shards: Shards) -> None:
    """Make sure that Redis can be reached and is empty or has data that this version can use.

    While it answers that it cannot work yet (it loads its data, a failover is under way), that is
    waited out. Raises StoreUnavailable if it cannot be reached, GiveUp if it cannot be used.
    """
    shown, trouble, retries = address(url), Trouble("redis.not_ready"), Retries(_NOT_READY)
    while True:
        try:
            await redis.ping()
            await schema.prepare(redis, shards)
        except StoreUnavailable as error:
            _check_login_and_address(error, shown)
            trouble.tell(error)
            await retries.wait()
        except schema.SchemaRefused as error:
            raise GiveUp(f"Redis at {shown} cannot be used: {error}") from error
        else:
            trouble.over()
            return


def _check_login_and_address(error: StoreUnavailable, shown: str) -> None:
    """Raise, with a remedy, unless it was Redis itself that answered with *error*."""
    match error.__cause__:
        case AuthenticationError():
            raise GiveUp(f"Redis at {shown} refuses the login. Correct REDIS_URL.") from error
        case NoPermissionError() as cause:
            raise GiveUp(f"Redis at {shown} does not let this user work: {cause}") from error
        case ResponseError() | RedisError(status_code=str()):
            pass
        case _:
            raise StoreUnavailable(
                f"Redis at {shown} cannot be reached ({reason(error)}). "
                "Start it, or correct REDIS_URL."
            ) from error


def _primary(sentinels: Address, options: dict[str, Any]) -> Connection:
    login = {
        key: options.pop(f"sentinel_{key}")
        for key in ("username", "password")
        if f"sentinel_{key}" in options
    }
    shared = ("ssl", "socket_connect_timeout", "socket_timeout")
    kwargs = {key: value for key, value in options.items() if key.startswith(shared)} | login
    kwargs["retry"] = Retry(NoBackoff(), 0)  # if a Sentinel is down, ask the next one at once
    sentinel = Sentinel(sentinels.nodes, sentinel_kwargs=kwargs)  # type: ignore[no-untyped-call]
    options["connection_class"] = _TLSToPrimary if options.pop("ssl", False) else _ToPrimary
    return sentinel.master_for(sentinels.service, redis_class=_SentinelPrimary, **options)


class _ToPrimary(SentinelManagedConnection):
    """Asks the Sentinels each time that it connects; redis-py's would try the old primary again."""

    async def send_packed_command(self, *args: Any, **options: Any) -> None:
        if not self.is_connected:
            await self._connect_retry()  # type: ignore[no-untyped-call]
        await super().send_packed_command(*args, **options)


class _TLSToPrimary(_ToPrimary, SentinelManagedSSLConnection):
    """The same with TLS."""


class _SentinelPrimary(PipeliningRedis):
    """Also closes the connections to the Sentinels, which redis-py leaves open."""

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        await super().aclose(close_connection_pool)
        for sentinel in self.connection_pool.sentinel_manager.sentinels:  # type: ignore[attr-defined]
            await sentinel.aclose()


class _ClusterPipeline(ClusterPipeline):
    """Raises StoreUnavailable instead of errors of Redis."""

    def __init__(self, cluster: "_Cluster", transaction: Any) -> None:
        super().__init__(cluster, transaction)
        self._places = cluster.places

    async def execute(self, *args: Any, **options: Any) -> list[Any]:
        with store_errors():
            async with self._places:
                return await super().execute(*args, **options)


class _Cluster(RedisCluster):
    """The same for a Cluster; has at most a connection to each node for each of its places."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.places = asyncio.Semaphore(_AT_ONCE)

    def pipeline(self, transaction: Any = None, shard_hint: Any = None) -> ClusterPipeline:
        return _ClusterPipeline(self, transaction)  # type: ignore[abstract]

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        with store_errors():
            if args[0] in BLOCKING:
                return await super().execute_command(*args, **options)
            async with self.places:
                with observing.begin(Kind.REDIS_CALL, commands=(Named(args),)):
                    return await super().execute_command(*args, **options)
