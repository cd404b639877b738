"""How much 10,000 workspaces that have installed the app take, against one, in the same run.

Each of two Redis servers has its own bot; both get the same events by turns. Nearly all workspaces
are idle, as they are: they have asked once, some time ago.
"""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from copy import deepcopy
from statistics import median
from typing import Any

from bot.adapters.redis.connection.embedded import embedded_server
from bot.assembly import storage
from bot.operations.chores import Chore, ChoreKind
from bot.panel.installations.installation import Installation
from bot.settings.environment import read
from tests.benchmarks.acknowledgement import Receiver
from tests.benchmarks.crew import SIGNING_SECRET, UNPACED, Stage, open_stage, open_web, python
from tests.benchmarks.figures import Effort, Figure, Goal
from tests.benchmarks.load import load
from tests.benchmarks.memory import once_idle, resident

NAME = "workspaces"
MOST = 10_000
ONE = "one workspace"
_AT_ONCE = 200
_CLIENT = "1.1"
_SETTINGS = {
    "PANELBOT_CLIENT_ID": _CLIENT,
    "PANELBOT_CLIENT_SECRET": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "PANELBOT_PUBLIC_URL": "https://panelbot.example.com",
    "PANELBOT_ENCRYPTION_KEYS": b64encode(bytes(32)).decode(),
    "SLACK_SIGNING_SECRET": SIGNING_SECRET,
    **UNPACED,
}
_OF_ONE = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")


async def measure(effort: Effort) -> list[Figure]:
    """Install, start, and send events."""
    count = min(MOST, effort.stored[-1])
    async with open_stage(0) as stage, embedded_server() as few, embedded_server() as many:
        token = stage.environ["SLACK_BOT_TOKEN"]
        common = {name: one for name, one in stage.environ.items() if name not in _OF_ONE}
        environs = [{**common, **_SETTINGS, "REDIS_URL": url} for url in (few, many)]
        await _install(environs[0], stage.team, token, 1)
        size = await _install(environs[1], stage.team, token, count)
        before = await _calls(stage)
        async with _bot(environs[0]) as (one, least), _bot(environs[1]) as (all_of, held):
            asked = await _calls(stage) - before
            figures = await _bursts(stage, all_of, one, effort)
            strangers = await _strangers(stage, all_of, one, effort, count)
    return [
        Figure(
            NAME, "bytes in Redis, an idle workspace", size, "B", goal=Goal(5000, of_ratio=False)
        ),
        Figure(NAME, "web, idle", held[0], "MB", least[0], ONE, Goal(1.05)),
        Figure(NAME, "worker, idle", held[1], "MB", least[1], ONE, Goal(1.05)),
        Figure(NAME, "calls to Slack at the start", asked, "", goal=Goal(0, of_ratio=False)),
        *figures,
        *strangers,
    ]


async def _install(environ: Mapping[str, str], team: str, token: str, count: int) -> float:
    """Install the app in so many workspaces, *team* the last; return the bytes of each of them."""
    config = read(environ)
    async with storage.open_storage(config) as memory:
        store = storage.installation_store(config, memory, config.client_id)

        async def install(number: int) -> None:
            key = _team(number) if number else team
            await store.save(
                Installation(
                    app_id="A0BENCH",
                    team_id=key,
                    enterprise_id="",
                    bot_id=f"B{number:010}",
                    bot_user_id=f"U{number:010}",
                    token=token,
                    scopes=frozenset({"chat:write", "app_mentions:read", "channels:history"}),
                    url=f"https://{key.lower()}.slack.com/",
                    name=f"Workspace {number}",
                    installer="U0INSTALLER",
                    installed_at=1_700_000_000,
                )
            )
            await memory.chores.note_installed(key)
            await memory.chores.put(Chore(ChoreKind.TIDY, key), after=3600)

        before = (await memory.redis.info("memory"))["used_memory"]
        for first in range(0, count, _AT_ONCE):
            await asyncio.gather(*map(install, range(first, min(count, first + _AT_ONCE))))
        after = (await memory.redis.info("memory"))["used_memory"]
        return float(after - before) / count


def _team(number: int) -> str:
    return f"T{number:010}"


@asynccontextmanager
async def _bot(environ: dict[str, str]) -> AsyncIterator[tuple[Receiver, tuple[float, float]]]:
    """Start a bot; gives its receiving side, and the MB that its two processes hold while idle."""
    async with (
        open_web(environ) as (web, url),
        python("bot", "worker", environ=environ) as (worker, _),
        load(url, SIGNING_SECRET) as sender,
    ):
        yield Receiver(web, sender), (await once_idle(web), await once_idle(worker))


async def _calls(stage: Stage) -> int:
    return sum((await stage("calls"))["calls"]["slack"].values())


async def _bursts(stage: Stage, ours: Receiver, one: Receiver, effort: Effort) -> list[Figure]:
    """Send the events of one workspace."""
    found: list[list[float]] = []
    for _ in range(effort.rounds + 1):
        payloads = await _events(stage, effort.events)
        found.append([work for who in (one, ours) for work in await who.burst(payloads)])
    rate_of_one, work_of_one, rate, work = map(median, zip(*found[1:], strict=True))
    return [
        Figure(NAME, "events of one workspace", rate, "1/s", rate_of_one, ONE),
        Figure(NAME, "processor for such an event", work, "ms", work_of_one, ONE, Goal(1.05)),
    ]


async def _strangers(
    stage: Stage, ours: Receiver, one: Receiver, effort: Effort, count: int
) -> list[Figure]:
    """Send events of workspaces of which none has sent any since the start."""
    payloads = await _events(stage, min(effort.events, count - 1))
    strange = [_of(_team(1 + number), payload) for number, payload in enumerate(payloads)]
    _, work_of_one = await one.burst(payloads)
    before = resident(ours.process)
    rate, work = await ours.burst(strange)
    opened = (resident(ours.process) - before) * 1024 / len(strange)
    name = "events of as many workspaces, the first of each"
    return [
        Figure(NAME, "web, a workspace in use", opened, "kB"),
        Figure(NAME, name, rate, "1/s"),
        Figure(NAME, f"processor, {name}", work, "ms", work_of_one, ONE),
    ]


async def _events(stage: Stage, count: int) -> list[Any]:
    return list((await stage("events", count=count, mention=False))["payloads"])


def _of(team: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Return *payload* as of another workspace."""
    other = deepcopy(payload)
    other |= {"team_id": team, "context_team_id": team, "event_id": f"Ev{team}"}
    other["event"]["team"] = team
    other["authorizations"][0]["team_id"] = team
    return other
