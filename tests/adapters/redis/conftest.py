from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import pytest

from bot.adapters.redis.connection.client import connect
from tests.adapters.redis.servers import Server, join, running


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[Server]]:
    """A Cluster of three primaries, and a replica of the first."""
    folder = tmp_path_factory.mktemp("cluster")
    settings = {"cluster-enabled": "yes", "cluster-node-timeout": "1000", "save": '""'}
    servers = [Server(folder / str(number), settings=settings) for number in range(4)]
    with running(*servers):
        join(servers[:3], servers[3])
        yield servers


@pytest.fixture
def url(servers: Sequence[Server]) -> str:
    """Where the Cluster is; its first primary is not named, as a test kills it."""
    return f"redis+cluster://127.0.0.1:{servers[1].port},127.0.0.1:{servers[2].port}"


@pytest.fixture
async def cluster(url: str) -> AsyncIterator[Any]:
    """A connection to the empty Cluster."""
    connection: Any = connect(url)
    await connection.initialize()
    await connection.flushall(target_nodes=connection.PRIMARIES)
    yield connection
    await connection.aclose()
