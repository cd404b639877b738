"""What those who run a process ask it and tell it: whether it lives, is ready, drains, hurries."""

import asyncio
import json
import signal
import socket
import sys
import time
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientError, ClientSession

from bot.playground.openai.stand_in.brain import Pause, Text
from tests.end_to_end.conftest import MENTION, World, free_port
from tests.end_to_end.test_signals import told
from tests.eventually import eventually
from tests.processes import BotProcess

OK = (200, "ok")
DRAINING = (503, "draining")


class Probes:
    """Asks as Kubernetes does."""

    def __init__(self, world: World) -> None:
        self.port = free_port()
        world.environ["PANELBOT_HEALTH_PORT"] = str(self.port)

    async def ask(self, path: str, port: int = 0) -> tuple[int, str]:
        """Return the status and text of an answer; (0, "") if nobody gives one."""
        url = f"http://127.0.0.1:{port or self.port}{path}"
        try:
            async with ClientSession() as session, session.get(url) as answer:
                return answer.status, await answer.text()
        except ClientError:
            return 0, ""

    async def until(self, path: str, answer: tuple[int, str]) -> None:
        async with asyncio.timeout(20):
            while await self.ask(path) != answer:  # noqa: ASYNC110 - nobody sends events
                await asyncio.sleep(0.02)


@pytest.fixture
def probes(world: World) -> Probes:
    return Probes(world)


@pytest.mark.parametrize("command", ["web", "worker", "run"])
async def test_every_process_lives_and_is_ready_over_socket_mode(world, probes, command):
    async with world.command(command) as process:
        await told(process, f" {command}.ready ")

        assert await probes.ask("/livez") == OK
        assert await probes.ask("/readyz") == OK


async def test_the_images_health_check_notices_whether_a_process_lives(world, probes, repository):
    dockerfile = (repository / "deploy" / "Dockerfile").read_text()
    command = dockerfile.partition("HEALTHCHECK")[2].partition(" CMD ")[2]
    _, *check = json.loads(command.splitlines()[0])

    async def status() -> int:
        asking = await asyncio.create_subprocess_exec(
            *(sys.executable, *check), env=world.environ, stderr=DEVNULL
        )
        return await asking.wait()

    assert await status() == 1
    async with world.command("worker"):
        await probes.until("/livez", OK)
        assert await status() == 0


async def test_over_http_both_ports_tell(world, probes):
    del world.environ["SLACK_APP_TOKEN"]
    async with world.command("web") as process:
        await told(process, " web.ready ")

        for port in (probes.port, int(world.environ["PORT"])):
            for path in ("/livez", "/readyz", "/healthz"):
                assert await probes.ask(path, port) == OK


async def test_who_still_starts_lives_but_is_not_ready(world, probes):
    world.slack.hazards.latency["auth.test"] = 60
    async with world.command("worker"):
        await probes.until("/livez", OK)

        assert await probes.ask("/readyz") == (503, "starting")


async def test_without_redis_a_process_lives_but_is_not_ready(world, probes):
    async with world.command("worker") as process:
        await told(process, " worker.ready ")
        await world.redis.execute_command("CLIENT", "PAUSE", 3000, "ALL")

        assert await probes.ask("/readyz") == (503, "Redis cannot be reached")
        assert await probes.ask("/livez") == OK
        await probes.until("/readyz", OK)


@asynccontextmanager
async def finishing(
    world: World, number: signal.Signals = signal.SIGTERM
) -> AsyncIterator[BotProcess]:
    """The bot while it finishes a turn that takes long, after that signal."""
    world.brain.then(Pause(30), Text("No doubt."))
    async with world.command("run") as process, asyncio.timeout(30):
        await told(process, " run.ready ")
        world.say(f"{MENTION} is a Zebrafisch a fish?")
        await eventually(lambda: world.brain.asked, 20)
        process.send_signal(number)
        await told(process, "panelbot: Finishing 1 turn")
        yield process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
async def test_who_drains_is_not_ready_and_hands_over_after_a_second_sigterm(world, probes, number):
    async with finishing(world, number) as process:
        began = time.monotonic()
        assert await probes.ask("/readyz") == DRAINING
        assert await probes.ask("/livez") == OK
        for _ in range(3):  # Heroku may send several, and means one
            process.send_signal(signal.SIGTERM)
        await asyncio.sleep(2.1 - (time.monotonic() - began))
        assert await probes.ask("/readyz") == DRAINING
        process.send_signal(signal.SIGTERM)
        last = await told(process, " run.stopped ")
        await process.wait()

    assert f"handed_over=1 reason={number.name}" in last
    assert process.returncode == 0


async def test_systemd_is_told_how_it_goes(world, tmp_path):
    world.environ |= {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "100000"}
    world.environ["PANELBOT_DRAIN"] = "0.3"
    states, loop = [], asyncio.get_running_loop()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(world.environ["NOTIFY_SOCKET"])
        loop.add_reader(listening, lambda: states.append(listening.recv(1000).decode()))
        async with finishing(world) as process:
            await process.wait()
        await asyncio.sleep(0.05)  # for the last to be read
        loop.remove_reader(listening)

    assert states[0] == "WATCHDOG=1"
    others = [state for state in states if state != "WATCHDOG=1"]
    ready = f"READY=1\nSTATUS=Serving {world.slack.url}/"
    assert others == [ready, "STOPPING=1", "STOPPING=1", "STATUS=Finishing 1 turn"]
    assert "WATCHDOG=1" in states[states.index("STATUS=Finishing 1 turn") :]
