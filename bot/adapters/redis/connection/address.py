"""The address of Redis: what ``REDIS_URL`` may say.

- ``redis://[user:password@]host[:port][/db]``, ``rediss://`` with TLS, ``unix:///path``
- ``redis+sentinel://[user:password@]host[:port],host[:port]…/name[/db]``: the primary that these
  Sentinels call *name*. Their own login, if they have one: ``?sentinel_password=…`` and
  ``sentinel_username``.
- ``redis+cluster://[user:password@]host[:port],host[:port]…``: some nodes of a Cluster

``rediss+sentinel`` and ``rediss+cluster`` use TLS. The query may set any option that redis-py
reads from it: ``ssl_ca_certs``, ``ssl_cert_reqs``, ``socket_timeout``, ``max_connections`` …

Sentinel and Cluster have a scheme of their own instead of ``?cluster=true``: they need several
hosts, which an ordinary URL cannot have anyway.
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
    """How the servers behind the address are deployed."""

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
    options: dict[str, Any] = field(repr=False)  # login, TLS, and those of the query
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
    plain, layout = _scheme(scheme)
    parts = urlsplit(f"{plain}://{rest}")
    login, at, hosts = parts.netloc.rpartition("@")
    nodes: tuple[tuple[str, int], ...] = ()
    service, path = "", parts.path
    if plain != "unix":
        default_port = _SENTINEL_PORT if layout is Layout.SENTINEL else 6379
        nodes = tuple(_node(host, default_port) for host in hosts.split(","))
        service, path = _service(layout, parts.path)
    if len(nodes) > 1 and layout is Layout.SINGLE:
        raise ValueError("several hosts need redis+sentinel:// or redis+cluster://")
    query = f"?{parts.query}" if parts.query else ""
    single = f"{plain}://{login}{at}{hosts.split(',')[0]}{path}{query}"
    shown = f"{scheme}://{hosts}{parts.path}"
    return Address(layout, single, nodes, service, _options(single), shown)


def _scheme(scheme: str) -> tuple[str, Layout]:
    plain, _, kind = scheme.partition("+")
    layout = {"": Layout.SINGLE, "sentinel": Layout.SENTINEL, "cluster": Layout.CLUSTER}.get(kind)
    if plain not in ("redis", "rediss", "unix") or layout is None or (plain == "unix" and kind):
        raise ValueError("no such scheme")
    return plain, layout


def _options(single: str) -> dict[str, Any]:
    options: dict[str, Any] = {**parse_url(single)}
    options.pop("host", None)
    options.pop("port", None)
    if options.pop("connection_class", None) is SSLConnection:
        options["ssl"] = True
    return options


def _node(host: str, default_port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{host}")
    try:
        port = parts.port
    except ValueError:  # its message may quote half a password
        raise ValueError("the port is no number up to 65535") from None
    if not parts.hostname:
        raise ValueError("no host")
    return parts.hostname, port or default_port


def _service(layout: Layout, path: str) -> tuple[str, str]:
    """Return the primary's name as the Sentinels know it, and the rest of *path*."""
    names = path.removeprefix("/").split("/") if path not in ("", "/") else []
    service = names.pop(0) if names and layout is Layout.SENTINEL else ""
    if layout is Layout.SENTINEL and not service:
        raise ValueError("a Sentinel address ends with the primary's name")
    if names and not (len(names) == 1 and names[0].isdecimal()):
        raise ValueError("the end is no database number; write / and @ in a password as %2F, %40")
    return service, f"/{names[0]}" if names else ""
