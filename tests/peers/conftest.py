"""The real bot before models that others wrote: llmock (PyPI) and aimock (npm), as processes.

They are in a folder of their own, for their dependencies are not ours: PANELBOT_PEERS names it,
with ``llmock/`` (a virtual environment) and ``aimock/`` (where npm has installed it). Where they
are not, these tests are skipped.
"""

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.end_to_end.conftest import World, free_port, imported_bot, until_reachable, world

__all__ = ["imported_bot", "world"]

FOLDER = Path(os.environ.get("PANELBOT_PEERS", "build/peers")).absolute()
LLMOCK = FOLDER / "llmock/bin/llmock"
AIMOCK = FOLDER / "aimock/node_modules/@copilotkit/aimock/dist/cli.js"


class Peer:
    """A model's server at *address*."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self.address = address
        self._session = session

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return the answer of the peer's own controls."""
        async with self._session.request(method, self.address + path, json=body) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()


@contextmanager
def running(needed: Path, *command: str | Path) -> Iterator[str]:
    """Run a peer's server, and yield its address."""
    if not needed.exists():
        pytest.skip(f"{needed} is not there: see .ci/run, and set PANELBOT_PEERS")
    port = free_port()
    argv = [str(word) for word in (*command, "--port", port)]
    null = subprocess.DEVNULL
    with subprocess.Popen(argv, stdout=null, stderr=null) as process:  # noqa: S603 - ours
        try:
            asyncio.run(until_reachable(port))
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


@pytest.fixture(scope="session")
def llmock_address() -> Iterator[str]:
    with running(LLMOCK, LLMOCK, "serve") as address:
        yield address


@pytest.fixture(scope="session")
def aimock_address() -> Iterator[str]:
    panel = Path(__file__).with_name("panel.json")
    with running(AIMOCK, "node", AIMOCK, "--fixtures", panel) as address:
        yield address


@pytest.fixture
async def llmock(llmock_address: str, world: World) -> AsyncIterator[Peer]:
    """The bot on llmock, which answers in its own words where nothing is scripted."""
    async with _asked_by_the_bot(llmock_address, world) as peer:
        yield peer


@pytest.fixture
async def aimock(aimock_address: str, world: World) -> AsyncIterator[Peer]:
    """The bot on aimock, whose model is in ``panel.json``."""
    async with _asked_by_the_bot(aimock_address, world) as peer:
        yield peer


@asynccontextmanager
async def _asked_by_the_bot(address: str, world: World) -> AsyncIterator[Peer]:
    world.environ |= {"OPENAI_BASE_URL": f"{address}/v1", "PANELBOT_BACKEND": "stateless"}
    world.environ |= {"PANELBOT_ROUTER_MODEL": "gpt-4o", "PANELBOT_EXPERT_MODEL": "gpt-4o"}
    await world.start_bot()
    async with aiohttp.ClientSession() as session:
        yield Peer(address, session)


def calls(*experts: str) -> list[dict[str, Any]]:
    """Return calls of *experts*, as both peers write them in their scripts."""
    brief = {"reason": "It was named.", "brief": "Please look at it."}
    return [{"name": f"consult_{name}", "arguments": brief} for name in experts]


def readable(value: Any) -> str:
    """Return what a peer reports, for failing tests."""
    return json.dumps(value, indent=1)
