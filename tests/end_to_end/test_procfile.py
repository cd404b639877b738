"""Each line of the Procfile does what platforms and its page expect of it."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.end_to_end.conftest import MENTION, World, until_reachable
from tests.end_to_end.test_signals import told
from tests.eventually import eventually


@pytest.fixture
def lines(repository) -> dict[str, list[str]]:
    lines = (repository / "Procfile").read_text().splitlines()
    return {name: command.split() for name, _, command in (one.partition(":") for one in lines)}


async def start(world: World, stack: AsyncExitStack, line: list[str]) -> None:
    program, command = line
    assert program == "panelbot"
    process = await stack.enter_async_context(world.command(command))
    await told(process, f" {command}.ready ")


async def test_web_and_worker_answer_over_http(world: World, lines):
    del world.environ["SLACK_APP_TOKEN"]
    port = int(world.environ["PORT"])
    async with AsyncExitStack() as stack, asyncio.timeout(60):
        await start(world, stack, lines.pop("web"))
        await start(world, stack, lines.pop("worker"))
        world.slack.deliver_to(f"http://127.0.0.1:{port}/slack/events")
        await until_reachable(port)
        ts = world.say(f"{MENTION} is MIT fine?")
        await eventually(lambda: world.said(ts), 20)

    assert lines.keys() == {"bot"}


async def test_one_process_answers_over_socket_mode(world: World, lines):
    async with AsyncExitStack() as stack, asyncio.timeout(60):
        await start(world, stack, lines["bot"])
        ts = world.say(f"{MENTION} is MIT fine?")
        await eventually(lambda: world.said(ts), 20)
