"""A process that receives imports what models are asked with only when somebody needs it."""

import asyncio
import sys
from asyncio.subprocess import PIPE

from bot.assembly import storage
from tests.end_to_end.conftest import MENTION, World

_PRINT_MODULES = """\
import atexit, sys
atexit.register(lambda: print("\\n", *sys.modules))
from bot.__main__ import main
main()
"""
_HEAVY = {"openai", "httpx2", "pydantic", "cryptography.hazmat"}


async def _queued(world: World) -> None:
    """Return when a turn waits."""
    async with storage.open_storage(world.config()) as memory, asyncio.timeout(30):
        while not (await memory.queue.depth()).waiting:  # noqa: ASYNC110 - Redis sends no events
            await asyncio.sleep(0.01)


async def test_questions_are_queued_without_what_answers_them(world: World):
    command = [sys.executable, "-c", _PRINT_MODULES, "web"]
    process = await asyncio.create_subprocess_exec(*command, env=world.environ, stdout=PIPE)
    await world.slack.sockets.wait_for_connection()

    world.say(f"{MENTION} what do you think, legal?")
    await _queued(world)
    process.terminate()
    printed, _ = await process.communicate()

    modules = set(printed.decode().rpartition("\n ")[2].split())
    assert {"slack_bolt", "redis"} <= modules
    assert modules & _HEAVY == set()
