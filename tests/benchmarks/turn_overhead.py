"""What the bot adds to a turn: against a bare script that makes the same calls.

    python -m tests.benchmarks.turn_overhead [--rounds N]

Both run in this process against the same local servers, with a model of fixed latency
(router 0.3 s, experts 1 s), in turns, so that noise hits both alike. The figure is the
ratio of the medians: time from the person's message to the last reply in Slack.
"""

import argparse
import asyncio
import statistics
import time
from dataclasses import dataclass

from openai import AsyncOpenAI
from rich.console import Console
from rich.table import Table
from slack_sdk.web.async_client import AsyncWebClient

from bot import app
from bot.adapters.redis.embedded import embedded_server
from bot.config import read
from bot.panel.model import Expert, ExpertName, Synthesis
from bot.panel.roster import ChannelScope
from bot.playground.openai.brain import Call, ModelRequest, Reply, ScriptedBrain, Text
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.slack.company import ADA, BOT_USER, GENERAL
from bot.playground.slack.server import SlackPlayground

ROUTER, EXPERT = 0.3, 1.0  # seconds that the model takes
SIZES = (1, 4, 16)


def brain(request: ModelRequest) -> Reply:
    """Consult every expert; each answers with a paragraph."""
    if not request.tools:
        return [Text("A paragraph of an answer. " * 20)]
    return [Call(tool["name"], {"reason": "r", "brief": "b"}) for tool in request.tools]


def latency(body: dict[str, object]) -> float:
    """Return how long the model takes: the router's requests offer tools."""
    return ROUTER if body.get("tools") else EXPERT


@dataclass
class Bench:
    """The two servers that both contenders speak with."""

    slack: SlackPlayground
    openai: OpenAIPlayground
    experts: int

    def ask(self) -> str:
        """Let Ada mention the bot."""
        return self.slack.people.say(ADA, GENERAL, f"<@{BOT_USER}> what do you all think?")

    async def answered(self, ts: str) -> None:
        """Return when every expert has replied."""
        thread = self.slack.workspace.thread

        def whole() -> bool:
            return sum(m.username is not None for m in thread(GENERAL, ts)) == self.experts

        await self.slack.people.wait_for(whole, 60)

    async def first_sign(self, ts: str) -> None:
        """Return when the person sees that something happens."""
        statuses = self.slack.workspace.statuses
        await self.slack.people.wait_for(lambda: (GENERAL, ts) in statuses, 60)


async def bare(bench: Bench, openai: AsyncOpenAI, slack: AsyncWebClient) -> float:
    """Make the calls of a turn and nothing else; returns the seconds it took."""
    names = [f"consult_e{number}" for number in range(bench.experts)]
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    tools = [{"type": "function", "name": n, "parameters": schema, "strict": True} for n in names]
    since = time.perf_counter()
    ts = bench.slack.people.say(ADA, GENERAL, "what do you all think?")
    router = await openai.conversations.create(metadata={"slack": ts})

    async def expert(name: str) -> None:
        conversation = await openai.conversations.create(metadata={"router": router.id})
        text = ""
        async for event in await openai.responses.create(
            model="gpt-6.1-terra", conversation=conversation.id, input="b", stream=True
        ):
            if event.type == "response.completed":
                text = event.response.output_text
        await slack.chat_postMessage(
            channel=GENERAL,
            thread_ts=ts,
            username=name,
            icon_emoji=":x:",
            text=text,
            blocks=[{"type": "markdown", "text": text}],
        )

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(
            slack.assistant_threads_setStatus(channel_id=GENERAL, thread_ts=ts, status="…")
        )
        async for event in await openai.responses.create(
            model="gpt-6-luna",
            conversation=router.id,
            input="what do you all think?",
            tools=tools,  # type: ignore[arg-type]
            stream=True,
        ):
            if event.type == "response.output_item.done" and event.item.type == "function_call":
                tasks.create_task(expert(event.item.name))
    return time.perf_counter() - since


async def measured(bench: Bench) -> tuple[float, float]:
    """Let the bot answer; returns the seconds to the first sign and to the last reply."""
    since = time.perf_counter()
    ts = bench.ask()
    await bench.first_sign(ts)
    sign = time.perf_counter() - since
    await bench.answered(ts)
    return sign, time.perf_counter() - since


async def compare(size: int, rounds: int) -> tuple[float, float, float]:
    """Return the medians: bare, the bot's last reply, the bot's first sign."""
    async with (
        embedded_server() as redis_url,
        SlackPlayground() as slack,
        OpenAIPlayground(brain=ScriptedBrain(brain)) as openai,
    ):
        openai.latency.first = latency
        bench = Bench(slack, openai, size)
        config = read(
            {
                "SLACK_BOT_TOKEN": slack.bot_token,
                "SLACK_APP_TOKEN": slack.app_token,
                "SLACK_API_URL": slack.api_url,
                "OPENAI_API_KEY": openai.api_key,
                "OPENAI_BASE_URL": openai.base_url,
                "REDIS_URL": redis_url,
            }
        )
        async with app.open_memory(config) as memory:
            await _seat(memory, slack.workspace.team_id, size)
        parts = [app.open_web(config), app.open_worker(config)]
        running = [asyncio.create_task(app.run_part(part)) for part in parts]
        await slack.sockets.wait_for_connection()
        client = AsyncOpenAI(api_key=openai.api_key, base_url=openai.base_url)
        web = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        async with client:
            await bare(bench, client, web)  # both warm up once
            await measured(bench)
            alone, together = [], []
            for _ in range(rounds):
                alone.append(await bare(bench, client, web))
                together.append(await measured(bench))
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    signs, lasts = zip(*together, strict=True)
    return statistics.median(alone), statistics.median(lasts), statistics.median(signs)


async def _seat(memory: app.Memory, team: str, size: int) -> None:
    """Put *size* experts on the panel, and the bundled ones off it."""
    scope = ChannelScope(team, GENERAL)
    await memory.panels.set_synthesis(scope, Synthesis.NEVER)
    for name in ("engineering", "finance", "legal", "product", "security"):
        await memory.panels.remove(scope, ExpertName(name))
    for number in range(size):
        expert = Expert(ExpertName(f"e{number}"), f"Expert {number}", ":x:", "All.", "Answer.")
        await memory.panels.add(scope, expert)


async def main(rounds: int) -> None:
    """Compare all sizes and print the table."""
    table = Table("experts", "bare script", "the bot", "ratio", "first sign")
    lasts: list[float] = []
    for size in SIZES:
        alone, last, sign = await compare(size, rounds)
        lasts.append(last)
        table.add_row(
            str(size),
            f"{alone:.3f} s",
            f"{last:.3f} s",
            f"{last / alone:.3f}",
            f"{sign * 1000:.0f} ms",
        )
    console = Console()
    console.print(table)
    console.print(f"{SIZES[-1]} experts cost {lasts[-1] / lasts[0]:.3f} times one.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    asyncio.run(main(parser.parse_args().rounds))
