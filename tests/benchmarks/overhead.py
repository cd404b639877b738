"""What the bot adds to a turn: against a bare script that makes the same calls.

Each is one process before the same local servers, and they go by turns, so that noise hits both
alike.
"""

import asyncio
import time
from statistics import median

from openai import AsyncOpenAI
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.redis.connection.embedded import embedded_server
from tests.benchmarks.crew import Stage, open_bot, open_stage, seat
from tests.benchmarks.figures import Effort, Figure, Goal
from tests.benchmarks.world import QUESTION

NAME = "overhead"


async def measure(effort: Effort) -> list[Figure]:
    """Compare panels of every size."""
    figures, lasts = [], []
    for size in effort.sizes:
        alone, last, sign = await _compare(size, effort)
        lasts.append(last)
        who = f"{size} expert{'s' * (size > 1)}"
        figures += [
            Figure(NAME, f"last reply, {who}", last, "s", alone, "bare script", Goal(1.03)),
            Figure(NAME, f"first sign, {who}", sign * 1000, "ms", goal=Goal(150, of_ratio=False)),
        ]
    several = f"{effort.sizes[-1]} experts"
    return [
        *figures,
        Figure(NAME, f"last reply, {several}", lasts[-1], "s", lasts[0], "one expert", Goal(1.1)),
    ]


async def _compare(size: int, effort: Effort) -> tuple[float, float, float]:
    """Return the medians: the bare script, the bot's last reply, the bot's first sign."""
    async with embedded_server() as redis_url, open_stage(effort.pace) as stage:
        environ = {**stage.environ, "REDIS_URL": redis_url}
        await seat(environ, stage.team, size)
        alone, together = [], []
        async with (
            open_bot(stage, environ),
            AsyncOpenAI(
                api_key=environ["OPENAI_API_KEY"], base_url=environ["OPENAI_BASE_URL"]
            ) as openai,
        ):
            slack = AsyncWebClient(environ["SLACK_BOT_TOKEN"], environ["SLACK_API_URL"])
            for number in range(effort.rounds + 1):
                alone.append(await _bare(stage, size, openai, slack))
                together.append(await stage.turn(replies=size, place=number))
    lasts, signs = ([one[what] for one in together[1:]] for what in ("last", "sign"))
    return median(alone[1:]), median(lasts), median(signs)  # both warm up once


async def _bare(stage: Stage, size: int, openai: AsyncOpenAI, slack: AsyncWebClient) -> float:
    """Make the calls of a turn and nothing else; returns the seconds it took."""
    ((channel, ts),) = (await stage("say", count=1))["threads"]
    since = time.perf_counter()
    router = await openai.conversations.create(metadata={"slack": ts})

    async def expert(name: str) -> None:
        conversation = await openai.conversations.create(metadata={"router": router.id})
        text = ""
        async for event in await openai.responses.create(
            model="gpt-6.1-terra", conversation=conversation.id, input="b", stream=True
        ):
            if event.type == "response.completed":
                text = event.response.output_text
        await _post(slack, channel, ts, name, text)

    async with asyncio.TaskGroup() as tasks:
        status = slack.assistant_threads_setStatus(channel_id=channel, thread_ts=ts, status="…")
        tasks.create_task(status)
        async for event in await openai.responses.create(
            model="gpt-6-luna",
            conversation=router.id,
            input=QUESTION,
            tools=_tools(size),  # type: ignore[arg-type]
            stream=True,
        ):
            if event.type == "response.output_item.done" and event.item.type == "function_call":
                tasks.create_task(expert(event.item.name))
    return time.perf_counter() - since


def _tools(size: int) -> list[dict[str, object]]:
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    names = [f"consult_e{number}" for number in range(size)]
    return [{"type": "function", "name": n, "parameters": schema, "strict": True} for n in names]


async def _post(slack: AsyncWebClient, channel: str, ts: str, name: str, text: str) -> None:
    await slack.chat_postMessage(
        channel=channel,
        thread_ts=ts,
        username=name,
        icon_emoji=":x:",
        text=text,
        blocks=[{"type": "markdown", "text": text}],
    )
