"""Connecting to Redis: one server, a Sentinel set or a Cluster, told apart by REDIS_URL.

* ``redis://``, ``rediss://`` (TLS), ``unix://``: one server, as redis-py reads them
* ``redis+sentinel://host:port,host:port/service/db`` (``rediss+sentinel`` for TLS)
* ``redis+cluster://host:port`` (``rediss+cluster`` for TLS): any node of the cluster
"""

from typing import Any
from urllib.parse import unquote, urlsplit

from redis.asyncio import Redis, RedisCluster, Sentinel
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import RedisError

from bot.adapters.redis import keys
from bot.adapters.redis.keys import Shards
from bot.adapters.redis.scripting import Connection, translated
from bot.panel.errors import GiveUp, StoreUnavailable

SCHEMA_VERSION = 1


def connect(url: str) -> Connection:
    """Return a client for *url*; nothing is sent yet. Raises ValueError if it is malformed."""
    # All our scripts may be repeated, see their comments; plain commands too.
    retry = Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.5), retries=3)
    options: dict[str, Any] = {
        "decode_responses": True,
        "health_check_interval": 30,
        "retry": retry,
        "socket_connect_timeout": 3,
        "socket_timeout": 5,
    }
    scheme, _, rest = url.partition("://")
    match scheme:
        case "redis+sentinel" | "rediss+sentinel":
            return _through_sentinel(url, options)
        case "redis+cluster" | "rediss+cluster":
            plain = f"{scheme.removesuffix('+cluster')}://{rest}"
            del options["retry"]  # the cluster client retries by itself, over all nodes
            return RedisCluster.from_url(plain, **options)
        case _:
            return Redis.from_url(url, **options)


def _through_sentinel(url: str, options: dict[str, Any]) -> Connection:
    parts = urlsplit(url)
    credentials, _, hosts = parts.netloc.rpartition("@")
    service, _, db = parts.path.strip("/").partition("/")
    if not service:
        raise ValueError("it should name the service: redis+sentinel://host:26379/mymaster/0")
    if credentials:
        user, _, password = credentials.partition(":")
        options |= {"username": unquote(user) or None, "password": unquote(password) or None}
    options |= {"ssl": parts.scheme.startswith("rediss"), "db": int(db or 0)}
    pairs = (node.partition(":") for node in hosts.split(","))
    nodes = [(host, int(port or 26379)) for host, _, port in pairs]
    sentinel = Sentinel(nodes, sentinel_kwargs={"socket_timeout": 3})  # type: ignore[no-untyped-call]
    return sentinel.master_for(service, **options)


def address(url: str) -> str:
    """Return *url* without its user and password, for people to read."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


async def prepare(redis: Connection, url: str, shards: Shards) -> None:
    """Make sure that Redis is there and holds data of our version, or is empty.

    Raises StoreUnavailable if it cannot be reached, GiveUp if the data are not ours to use.
    """
    try:
        async with translated():
            await redis.ping()
            mine = f"{SCHEMA_VERSION}/{shards.count}"
            await redis.set(keys.SCHEMA, mine, nx=True)
            stored = await redis.get(keys.SCHEMA)
    except StoreUnavailable as error:
        raise StoreUnavailable(
            f"Redis at {address(url)} cannot be reached ({error}). Start it, or correct REDIS_URL."
        ) from error
    except RedisError as error:
        raise GiveUp(f"Redis at {address(url)} refuses us: {error}") from error
    if stored != mine:
        version, _, count = stored.partition("/")
        what = f"version {version}" if version != str(SCHEMA_VERSION) else f"{count} shards"
        raise GiveUp(
            f"Redis at {address(url)} holds data of {what}; this is version {SCHEMA_VERSION} with "
            f"{shards.count} shards. Use that version, or set PANELBOT_REDIS_SHARDS as it was."
        )
