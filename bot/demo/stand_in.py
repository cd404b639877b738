"""The stand-in for OpenAI, whose answers come from rules."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial

from bot.demo.try_this import SLOW
from bot.json_types import Json
from bot.playground.openai.server import OpenAIPlayground

_SLOW_SECONDS = 15.0  # for what is to be stopped
_LONGEST_ASKED = 4000  # characters of the newest message


@asynccontextmanager
async def open_stand_in(pace: float = 0) -> AsyncIterator[Mapping[str, str]]:
    """Open the stand-in, which takes about *pace* seconds for a reply; yields the settings."""
    async with OpenAIPlayground(assistants=True) as openai:
        openai.latency.first = partial(_seconds, pace)
        openai.latency.piece = pace / 50
        yield {"OPENAI_API_KEY": openai.api_key, "OPENAI_BASE_URL": openai.base_url}


def _seconds(pace: float, body: Json) -> float:
    if SLOW in str(body["input"])[-_LONGEST_ASKED:]:
        return _SLOW_SECONDS
    return pace if body.get("tools") else 2 * pace
