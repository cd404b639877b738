"""Where Redis is: what ``REDIS_URL`` may say.

- ``redis://[user:password@]host[:port][/db]``, ``rediss://`` with TLS, ``unix:///path``
- ``redis+sentinel://[user:password@]host[:port],host[:port]…/name[/db]``: the primary that these
  Sentinels call *name*. Their own login, if they have one: ``?sentinel_password=…`` and
  ``sentinel_username``.
- ``redis+cluster://[user:password@]host[:port],host[:port]…``: some nodes of a Cluster

``rediss+sentinel`` and ``rediss+cluster`` do the same with TLS. A query may set what redis-py
reads there: ``ssl_ca_certs``, ``ssl_cert_reqs``, ``socket_timeout``, ``max_connections`` …

Sentinel and Cluster are told by the scheme and not by a ``?cluster=true``: they need several
hosts, which are no longer an ordinary URL anyhow.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any
from urllib.parse import urlsplit

from redis.asyncio.connection import SSLConnection, parse_url

_SENTINEL_PORT = 26379
_EXAMPLE = (
    "expected for example redis://localhost:6379/0, rediss://user:password@host:6380, "
    "redis+sentinel://host:26379,host:26379/mymaster or redis+cluster://host:7000,host:7001"
)


class Layout(Enum):
    """How the servers behind the address stand together."""

    SINGLE = auto()
    SENTINEL = auto()
    CLUSTER = auto()


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed ``REDIS_URL``. Printing it shows no password."""

    layout: Layout
    url: str = field(repr=False)  # of the first node, without +sentinel and +cluster
    nodes: tuple[tuple[str, int], ...]
    service: str
    options: dict[str, Any] = field(repr=False)  # login, TLS, and what the query says
    shown: str

    def __str__(self) -> str:
        return self.shown

    @classmethod
    def parse(cls, url: str) -> "Address":
        """Return what *url* says. Raises ValueError, without the password, if it is malformed."""
        try:
            return _parse(url)
        except ValueError as error:
            raise ValueError(f"not a Redis address ({error}); {_EXAMPLE}") from None


def _parse(url: str) -> Address:
    scheme, _, rest = url.partition("://")
    plain, _, kind = scheme.partition("+")
    if plain not in ("redis", "rediss", "unix") or not rest:
        raise ValueError("no such scheme")
    layout = {"": Layout.SINGLE, "sentinel": Layout.SENTINEL, "cluster": Layout.CLUSTER}.get(kind)
    if layout is None or (plain == "unix" and kind):
        raise ValueError("no such scheme")
    parts = urlsplit(f"{plain}://{rest}")
    login, at, hosts = parts.netloc.rpartition("@")
    default_port = _SENTINEL_PORT if layout is Layout.SENTINEL else 6379
    nodes = tuple(_node(host, default_port) for host in hosts.split(",")) if hosts else ()
    if not nodes and plain != "unix":
        raise ValueError("no host")
    service, path = _service(parts.path) if layout is Layout.SENTINEL else ("", parts.path)
    first = f"{hosts.split(',')[0]}{path}{'?' + parts.query if parts.query else ''}"
    single = f"{plain}://{login}{at}{first}"
    shown = f"{scheme}://{hosts}{parts.path}"
    options: dict[str, Any] = {**parse_url(single)}
    options.pop("host", None)
    options.pop("port", None)
    if options.pop("connection_class", None) is SSLConnection:
        options["ssl"] = True
    if len(nodes) > 1 and layout is Layout.SINGLE:
        raise ValueError("several hosts need redis+sentinel:// or redis+cluster://")
    return Address(layout, single, nodes, service, options, shown)


def _node(host: str, default_port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{host}")
    if not parts.hostname:
        raise ValueError("no host")
    return parts.hostname, parts.port or default_port


def _service(path: str) -> tuple[str, str]:
    _, _, service_and_db = path.partition("/")
    service, _, db = service_and_db.partition("/")
    if not service:
        raise ValueError("a Sentinel address ends with the primary's name")
    return service, f"/{db}" if db else ""
