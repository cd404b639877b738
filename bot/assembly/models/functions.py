"""The functions of installed packages: where each runs, and who learns that one is off."""

import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot import runtime
from bot.adapters.functions.discovery import InstalledExpert, discover
from bot.adapters.functions.process_call import ChildProcess
from bot.adapters.functions.running import InstalledFunctions, RunnableFunction
from bot.adapters.redis import keys
from bot.adapters.redis.connection.scripting import Connection
from bot.adapters.redis.processes.process_notes import RedisProcessNotes
from bot.assembly import panels
from bot.experts import library
from bot.panel.loops import meanwhile
from bot.panel.tools import McpServer
from bot.settings.config import SETTINGS, Config

_PASSED_ON = ("LOG_LEVEL", "PANELBOT_LOG_FORMAT")
_OURS = ("PANELBOT_", "SLACK_", "OPENAI_", "REDIS_")
_SECRET = 8  # characters, at least
_SWITCH = 0.0005  # seconds until a thread that calculates lets the bot's go on; Python's: 0.005
_NOTED_EVERY = 5.0  # seconds


@asynccontextmanager
async def open_functions(config: Config, redis: Connection) -> AsyncIterator[InstalledFunctions]:
    """Load what packages register, and let it be called."""
    sys.setswitchinterval(_SWITCH)
    installed = discover(library.library())
    installed.warn()
    environ = _environ(config, os.environ)
    functions = InstalledFunctions(
        {found.expert.name: _runnable(found, config, environ) for found in installed.installed}
    )
    record = RedisProcessNotes(redis, keys.OFF)

    async def note() -> None:
        if functions.off:
            await record.renew(functions.off, runtime.process())

    try:
        async with meanwhile(note, "functions.not_noted", every=_NOTED_EVERY):
            yield functions
    finally:
        await functions.close()


def _runnable(
    found: InstalledExpert, config: Config, environ: Mapping[str, str]
) -> RunnableFunction:
    is_apart = found.function.process or {found.expert.name, "all"} & config.function_processes
    child = ChildProcess(found.entry, config.function_memory, environ) if is_apart else None
    return RunnableFunction(found.function.answer, found.package, child)


def _environ(config: Config, environ: Mapping[str, str]) -> Mapping[str, str]:
    ours = {setting.name for setting in SETTINGS.values()}
    servers = [tool for tool in panels.tools(config).tools if isinstance(tool, McpServer)]
    secrets = [value for one in servers for value in (one.authorization, *one.headers.values())]
    return {
        name: value
        for name, value in environ.items()
        if name in _PASSED_ON
        or (
            name not in ours
            and not name.startswith(_OURS)
            and not (len(value) >= _SECRET and any(value in secret for secret in secrets))
        )
    }
