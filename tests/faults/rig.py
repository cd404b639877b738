"""Everything at once: the local Slack and model, a real Redis, and the bot's processes."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from bot.adapters.redis.connection import client
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.panel_store import RedisPanelStore
from bot.experts.library import library
from bot.panel.model import Expert, ExpertName
from bot.panel.roster.roster import Setting, WorkspaceScope
from bot.playground.mcp.server import McpPlayground
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.company import ADA, BEN, BOT_USER, CHLOE, DEV
from bot.playground.slack.workspace.state import Channel
from tests.faults import brain, installed
from tests.faults.features import Feature
from tests.faults.fleet import Fleet
from tests.faults.gates import TOKEN, model_gate, slack_gate
from tests.faults.machines import Machines, Redis
from tests.faults.redis_proxy import RedisProxy
from tests.faults.traps import Traps
from tests.faults.wrong_clock import jump
from tests.processes import Prepare, nothing
from tests.scripted_brain import ScriptedBrain

SECRET = "a-secret-of-at-least-16-characters"
PEOPLE = (ADA, BEN, CHLOE, DEV)


@dataclass(frozen=True, slots=True)
class Shape:
    """How large the bot is, and what it is set to."""

    workers: int = 3
    webs: int = 1
    channels: int = 40
    concurrency: int = 8  # so that a slow machine's worker can renew all its leases in time
    lease: float = 5.0
    over_http: bool = False
    expert_timeout: float = 120.0
    redelivered_after: tuple[float, ...] = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
    clocks: tuple[float, ...] = ()  # by how many seconds the workers' wall clocks jump
    prepare: Prepare = nothing  # the workers, before they start


@dataclass(slots=True)
class Rig:
    """What a scenario works with."""

    slack: SlackPlayground
    openai: OpenAIPlayground
    server: Redis
    fleet: Fleet
    traps: Traps
    proxies: list[RedisProxy]
    channels: list[str]
    shape: Shape
    feature: Feature
    folder: Path
    shop: McpPlayground
    chance: random.Random

    async def restart_redis(self, away: float) -> None:
        """Kill Redis, and start it again with its append-only file after *away* seconds."""
        self.server.kill()
        await asyncio.sleep(away)
        self.server.start()


@asynccontextmanager
async def open_rig(
    folder: Path, shape: Shape, feature: Feature, seed: int, machines: Machines
) -> AsyncIterator[Rig]:
    """Start everything; end it at the end."""
    async with AsyncExitStack() as opened:
        server = await opened.enter_async_context(machines.redis(folder / "redis"))
        fleet = Fleet(folder, shape.lease * 1.5 + 0.5, machines.start)
        traps = Traps(fleet.befall)
        traps.spared = fleet.spared
        slack = SlackPlayground(retry_after=shape.redelivered_after, seed=seed)
        openai = OpenAIPlayground(brain=ScriptedBrain(brain.reply))
        await _set_panel(server, slack.workspace.team_id, feature)
        slack.app.middlewares.append(slack_gate(traps))
        openai.app.middlewares.append(model_gate(traps))
        await opened.enter_async_context(slack)
        await opened.enter_async_context(openai)
        shop = await opened.enter_async_context(McpPlayground())
        channels = _channels(slack, shape.channels, feature)
        environ = (
            _environ(slack, openai, server, shape) | _equipment(folder, shop) | feature.environ
        )
        slack.hazards.status_lasts = 3600  # no stuck status goes by itself
        openai.faults.reseed(seed)
        opened.push_async_callback(fleet.close)
        ports = iter(machines.free_port, -1)
        proxies = await _start(opened, fleet, slack, environ, server, traps, shape, ports)
        chance = random.Random(seed)  # noqa: S311 - repeatable, no secret
        told = (slack, openai, server, fleet, traps, proxies, channels, shape)
        yield Rig(*told, feature, folder, shop, chance)


async def _set_panel(server: Redis, team_id: str, feature: Feature) -> None:
    """Let one expert of every panel consult another; change others as the feature wants."""
    asker = {brain.ASKER: {"consults": (ExpertName(brain.COLLEAGUE),)}}
    changes: dict[str, Mapping[str, Any]] = {
        **{one: {} for one in brain.COLLEAGUES.values()},
        **asker,
        **feature.panel,
    }
    redis = client.connect(f"{server.url}/0")
    try:
        await client.prepare(redis, server.url, Shards(1))
        store, scope = RedisPanelStore(redis), WorkspaceScope(team_id)
        for name, change in changes.items():
            await store.add(scope, replace(_expert(name), **change))
        if feature.streaming:
            await store.set(scope, Setting.STREAMING, True)
    finally:
        await redis.aclose()


def _expert(name: str) -> Expert:
    """Return an expert of the library, or one that is an installed function."""
    known = {str(expert.name): expert for expert in library()}
    titles = {name: title for title, name in installed.TITLES.items()}
    if name in known:
        return known[name]
    return Expert(ExpertName(name), titles[name], ":gear:", f"It {name}.", "", function=name)


def _equipment(folder: Path, shop: McpPlayground) -> dict[str, str]:
    """Return what lets the bot use tools and installed functions."""
    tools = folder / "tools.yaml"
    entry = f"{{label: shop, url: {shop.url}, purpose: A shop, not_the_asker: no}}"
    tools.write_text(f"mcp: [{entry}]\nhosted: [code-interpreter]\n")
    return {"PANELBOT_TOOLS": str(tools), "PYTHONPATH": installed.install_into(folder)}


def _channels(slack: SlackPlayground, count: int, feature: Feature) -> list[str]:
    names = [f"C0F{number:04}" for number in range(count)] if feature.in_channels else []
    members = {*PEOPLE, BOT_USER}
    slack.workspace.add(*(Channel(n, n.lower(), members=set(members)) for n in names))
    people = PEOPLE if feature.in_direct_messages else ()
    return [*names, *(slack.workspace.direct_channel(one, BOT_USER).id for one in people)]


async def _start(
    opened: AsyncExitStack,
    fleet: Fleet,
    slack: SlackPlayground,
    environ: dict[str, str],
    server: Redis,
    traps: Traps,
    shape: Shape,
    ports: Iterator[int],
) -> list[RedisProxy]:
    proxies = []
    for number in range(shape.workers):
        name = f"worker{number}"
        proxy = RedisProxy(name, server.port, traps)
        await opened.enter_async_context(proxy.running())
        proxies.append(proxy)
        token = TOKEN + name
        slack.accept(token, "bot")
        own = environ | _own(name, token, proxy)
        fleet.add(name, "worker", own, partial(_prepare, shape, number))
    for number in range(shape.webs):
        port = next(ports)
        fleet.add(f"web{number}", "web", environ | {"PORT": str(port)})
        if shape.over_http:
            slack.deliver_to(f"http://127.0.0.1:{port}/slack/events")
    return proxies


def _environ(
    slack: SlackPlayground, openai: OpenAIPlayground, server: Redis, shape: Shape
) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": "" if shape.over_http else slack.app_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "OPENAI_API_KEY": openai.api_key,
        "OPENAI_BASE_URL": openai.base_url,
        "REDIS_URL": f"{server.url}/0",
        "PANELBOT_SECRET": SECRET,
        "PANELBOT_HOST": "127.0.0.1",
        "PANELBOT_LANGUAGE": "en",  # the ledger reads what is said
        "PANELBOT_CONCURRENCY": str(shape.concurrency),
        "PANELBOT_LEASE": str(shape.lease),
        "PANELBOT_SLACK_PACE": "0",
        "PANELBOT_CHANNEL_CONCURRENCY": "1000",
        "PANELBOT_EXPERT_TIMEOUT": str(shape.expert_timeout),
        "PANELBOT_QUESTIONS_OF_PERSON": "0",
        "PANELBOT_CHANNELS_SHARING": "all",
        "PANELBOT_QUESTIONS_OF_CHANNEL": "0",
    }


def _own(name: str, token: str, proxy: RedisProxy) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": token,
        "OPENAI_PROJECT_ID": name,
        "REDIS_URL": f"redis://127.0.0.1:{proxy.port}/0",
    }


def _prepare(shape: Shape, number: int) -> None:
    """Let the clock of a worker be wrong, and what else the shape wants."""
    jump(shape.clocks[number % len(shape.clocks)] if shape.clocks else 0.0)
    shape.prepare()
