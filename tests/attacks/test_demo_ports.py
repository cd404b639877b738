"""The demo's ports, as a page of another site sees them in a browser on the same computer."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from bot.playground.loopback import LoopbackServer
from bot.playground.mcp.server import McpPlayground
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.slack.page.routes import add_page
from bot.playground.slack.server import BOT_TOKEN, SlackPlayground
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.eventually import eventually
from tests.processes import bot_process

MARK = "said by another page"
MESSAGE = {"channel": GENERAL, "text": MARK}
BY_PAGE = {"user": ADA, **MESSAGE}
TOKEN = {"Authorization": f"Bearer {BOT_TOKEN}"}


@pytest.fixture
async def ports() -> AsyncIterator[dict[str, LoopbackServer]]:
    """All servers of the demo."""
    async with AsyncExitStack() as stack:
        slack = SlackPlayground()
        add_page(slack.app, slack, {})
        servers = {"slack": slack, "openai": OpenAIPlayground(), "mcp": McpPlayground()}
        for server in servers.values():
            await stack.enter_async_context(server)
        yield servers


def foreign(address: str) -> list[dict[str, str]]:
    """What tells that another page asks."""
    return [
        {"Host": "evil.example"},
        {"Host": "evil.example", "Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": f"{address}@evil.example"},
        {"Host": "evil.example:80"},
        {"Host": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://{address}.evil.example"},
        {"Origin": f"https://{address}"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": f"http://{address}", "Sec-Fetch-Site": "cross-site"},
    ]


PATHS = {
    "slack": (
        ("GET", "/"),
        ("GET", f"/api/auth.test?token={BOT_TOKEN}"),
        ("POST", "/api/chat.postMessage"),
        ("POST", "/page/actions/say"),
        ("GET", "/page/updates"),
        ("GET", "/socket"),
        ("POST", "/response/x"),
        ("POST", "/upload/x"),
        ("GET", "/files/x/y"),
        ("GET", "/oauth/v2/authorize"),
        ("POST", "/oauth/v2/authorize"),
        ("GET", "/team/T0ACME/"),
    ),
    "openai": (("GET", "/v1/models"), ("POST", "/v1/conversations"), ("POST", "/v1/files")),
    "mcp": (("POST", "/mcp"),),
}


@pytest.mark.parametrize("name", list(PATHS))
async def test_another_page_reaches_no_port(ports, name):
    server = ports[name]
    async with aiohttp.ClientSession(headers=TOKEN) as session:
        for headers in foreign(server.address):
            for method, path in PATHS[name]:
                url = f"http://{server.address}{path}"
                async with session.request(method, url, json=MESSAGE, headers=headers) as answer:
                    assert answer.status == 403, (method, path, headers)

    slack = ports["slack"]
    assert isinstance(slack, SlackPlayground)
    assert [one for one in slack.workspace.messages(GENERAL) if MARK in one.text] == []


async def test_what_changes_something_needs_post(ports):
    slack = ports["slack"]
    url = f"http://{slack.address}"
    async with aiohttp.ClientSession() as session:
        changing = {"token": BOT_TOKEN, **MESSAGE}
        for method in ("chat.postMessage", "chat.delete", "views.open", "usergroups.create"):
            async with session.get(f"{url}/api/{method}", params=changing) as answer:
                assert answer.status == 405
        async with session.get(f"{url}/page/actions/say", params=BY_PAGE) as answer:
            assert answer.status in {403, 405}
        async with session.get(f"{url}/api/users.list", params={"token": BOT_TOKEN}) as answer:
            assert (await answer.json())["ok"]

    assert [one for one in slack.workspace.messages(GENERAL) if MARK in one.text] == []


async def test_the_page_itself_and_programs_are_let_in(ports):
    slack, openai = ports["slack"], ports["openai"]
    own = {"Origin": slack.url, "Sec-Fetch-Site": "same-origin"}
    async with aiohttp.ClientSession() as session:
        say = f"{slack.url}/page/actions/say"
        async with session.post(say, json=BY_PAGE, headers=own) as answer:
            assert answer.status == 200
        async with session.get(slack.url, headers={"Sec-Fetch-Site": "none"}) as answer:
            assert answer.status == 200
        name = {"Host": slack.address.replace("127.0.0.1", "localhost")}
        async with session.get(slack.url, headers=name) as answer:
            assert answer.status == 200
        key = {"Authorization": f"Bearer {openai.api_key}"}
        async with session.get(f"{openai.base_url}/models", headers=key) as answer:
            assert answer.status == 200


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGKILL])
async def test_nothing_of_the_demo_outlives_its_terminal(imported_bot, number):
    environ = {"PATH": os.environ["PATH"]}
    async with bot_process("demo", "--no-open", environ=environ) as process:
        line = await asyncio.wait_for(process.stdout.readline(), 20)
        assert b"http://127.0.0.1:" in line
        children = _children(process.pid)
        process.send_signal(number)
        await asyncio.wait_for(process.wait(), 20)

    assert len(children) == 2  # Redis, and what watches over it
    assert process.returncode == (-9 if number == signal.SIGKILL else 0)
    await eventually(lambda: not any(map(_runs, children)))


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # nobody may have asked for its status


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    if not found.exists():
        pytest.skip("only Linux tells")
    return [int(child) for child in found.read_text().split()]
