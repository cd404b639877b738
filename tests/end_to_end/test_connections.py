"""How many connections to the model's server a turn opens, through the whole bot, and may open."""

import resource
from pathlib import Path

from aiohttp import web

from bot.playground.openai.server import OpenAIPlayground
from tests.end_to_end.conftest import MENTION, World
from tests.eventually import eventually
from tests.processes import bot_process

MANY = "legal, finance, engineering, product"


async def test_turns_open_no_new_connections_once_those_that_they_need_are_there(world: World):
    clients: set[object] = set()

    async def note(request: web.Request, _: web.StreamResponse) -> None:
        clients.add(request.transport and request.transport.get_extra_info("peername"))

    openai = OpenAIPlayground(brain=world.brain)
    openai.app.on_response_prepare.append(note)
    async with openai:
        world.environ |= {"OPENAI_API_KEY": openai.api_key, "OPENAI_BASE_URL": openai.base_url}
        await world.start_bot()
        for experts in (f"{MANY}, security", MANY):
            world.say(f"{MENTION} please ask {experts}")
            await world.idle()
        warm = len(clients)

        for experts in ("legal", MANY):
            ts = world.say(f"{MENTION} please ask {experts}")
            await world.idle()
            assert len(world.said(ts)) >= len(experts.split())

    assert len(clients) == warm


def few_descriptors_at_first() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, hard))


async def test_a_worker_opens_as_many_connections_as_its_system_lets_it(
    world: World, tmp_path: Path
):
    log = tmp_path / "log"
    log.touch()
    few = few_descriptors_at_first
    async with bot_process("worker", environ=world.environ, log=log, prepare=few) as worker:
        await eventually(lambda: "worker.ready" in log.read_text(), within=20)
        soft, hard = resource.prlimit(worker.pid, resource.RLIMIT_NOFILE)

    assert soft == hard > 100
