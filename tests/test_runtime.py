"""Time, chance and tokens come from bot/runtime.py alone, and there from whatever is bound."""

import ast
import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot
from bot import runtime
from bot.runtime import SYSTEM, Runtime

BOT = Path(bot.__file__).parent
MODULES = {"time", "random", "uuid", "secrets"}
CALLS = {"now", "utcnow", "today", "urandom", "getrandom", "getpid", "gethostname"}

# Who asks the operating system all the same, and why.
EXCEPTIONS = {
    "runtime.py": "it is the one that asks",
    "assembly/actors.py": "names whoever runs a command",
    "operations/evaluation/scores.py": "always the same seed: a report can be made again",
    "operations/evaluation/with_examples.py": "the same",
    "adapters/functions/child.py": "the process of a function, which ends with its one answer",
    "adapters/functions/function_call.py": "knows a copy of the bot that a function has forked",
    "settings/secret_kinds.py": "makes the keys that operators set",
    "adapters/redis/connection/embedded.py": "starts the demo's Redis server, with a password",
    "adapters/redis/encryption.py": "a nonce must never come again, not even with its seed",
}
ROOMS = {
    "cli/": "each command is a process that ends",
    "demo/": "writes down which process it is",
    "playground/": "the world outside",
}

SCRIPTS = sorted((BOT / "adapters" / "redis" / "scripts").glob("*.lua"))


def asked_of_the_system(source: str) -> list[str]:
    """Return what *source* takes from outside by itself."""
    return [name for node in ast.walk(ast.parse(source)) for name in _names(node)]


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (one.name for one in names if one.name in MODULES)
        case ast.ImportFrom(module=module, names=names):
            yield from (module for _ in names if module in MODULES)
            yield from (one.name for one in names if one.name in CALLS)
        case ast.Attribute(attr=name) if name in CALLS:
            yield name


def sources() -> dict[str, str]:
    paths = {path.relative_to(BOT).as_posix(): path for path in BOT.rglob("*.py")}
    return {name: paths[name].read_text() for name in sorted(paths)}


def test_nothing_else_asks_the_system_for_time_chance_or_tokens():
    asking = {
        name: asked for name, text in sources().items() if (asked := asked_of_the_system(text))
    }

    assert {name for name in asking if not name.startswith(tuple(ROOMS))} == {*EXCEPTIONS}, asking


@pytest.mark.parametrize(
    "planted",
    [
        "import time",
        "import asyncio, random",
        "import secrets as dice",
        "def late():\n    from time import monotonic",
        "from uuid import uuid4 as new",
        "from datetime import datetime\nat = datetime.now()",
        "import datetime as d\nat = d.datetime.now(d.UTC)",
        "from datetime import date\nclock = date.today",
        "import os\nkey = os.urandom(16)",
        "from os import urandom",
        "import os\nname = os.getpid()",
    ],
)
def test_what_asks_is_found(planted: str):
    assert asked_of_the_system(planted)


@pytest.mark.parametrize(
    "harmless",
    [
        "from datetime import UTC, datetime, timedelta\nat = datetime.fromtimestamp(1, UTC)",
        "from bot import runtime\nat = runtime.time() + runtime.monotonic()",
        "import asyncio\nat = asyncio.get_running_loop().time()",
        "import timeit_of_ours, bot.random",
    ],
)
def test_what_does_not_ask_is_left_alone(harmless: str):
    assert not asked_of_the_system(harmless)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_scripts_ask_for_the_time_in_one_place_and_never_for_chance(script: Path):
    asked = re.findall(r"'TIME'|\"TIME\"|math\.random|os\.\w+", script.read_text())

    assert asked == (["'TIME'"] if script.stem == "common" else [])


async def test_tasks_have_the_runtime_of_whoever_started_them():
    async def told() -> tuple[float, float, str]:
        return runtime.time(), runtime.uniform(1, 2), runtime.token(4)

    async def process(clock: float) -> tuple[float, float, str]:
        clocks = Runtime(lambda: clock, lambda _, most: most, lambda length: "x" * length)
        clocks.bind()
        return await asyncio.create_task(told())

    one, other = await asyncio.gather(process(1.0), process(2.0))

    assert (one, other) == ((1.0, 2.0, "xxxx"), (2.0, 2.0, "xxxx"))
    assert abs(runtime.time() - SYSTEM.time()) < 60


async def test_monotonic_time_is_the_loops():
    assert 0 <= asyncio.get_running_loop().time() - runtime.monotonic() + 1 < 2
