"""The world as a process of its own, so that it takes no time from what is measured.

    python -m tests.benchmarks.stage PACE

Prints where it is as one line of JSON, serves until it is ended, and does what it is told under
``/stage/…`` of its Slack (see ``crew.py``, which starts it and tells it).
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.json_types import Json
from bot.playground.slack.delivery.delivery import Attempt, Delivery
from bot.playground.slack.web_api.methods.files import new_file
from bot.playground.slack.workspace.company import ADA, BOT_USER
from tests.benchmarks.world import CHANNELS, PIECES, QUESTION, Thread, World, open_world

MENTION = f"<@{BOT_USER}> "


class Collector:
    """Keeps what Slack would deliver of what people say."""

    late = "timeout"

    def __init__(self) -> None:
        self.payloads: list[Json] = []
        self._came = asyncio.Event()

    async def carry(self, delivery: Delivery, _attempt: Attempt) -> None:
        if not delivery.payload["event"].get("bot_id"):
            self.payloads.append(delivery.payload)
            self._came.set()

    async def collected(self, count: int) -> None:
        """Return when there are so many."""
        while len(self.payloads) < count:
            self._came.clear()
            await self._came.wait()

    async def close(self) -> None:
        """There is nothing to let go of."""


class Stage:
    """What the world can be told to do."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._asked: list[Thread] = []
        self._clients: dict[str, set[object]] = {"slack": set(), "openai": set()}
        world.slack.app.on_response_prepare.append(self._note_client("slack"))
        world.openai.app.on_response_prepare.append(self._note_client("openai"))

    def _note_client(
        self, api: str
    ) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
        async def note(request: web.Request, _: web.StreamResponse) -> None:
            if request.transport and not request.path.startswith("/stage/"):
                self._clients[api].add(request.transport.get_extra_info("peername"))

        return note

    async def turn(self, told: Json) -> Json:
        """Ask once; returns the seconds to the first sign, the first reply and the last."""
        audience, since = self._world.audience, time.perf_counter()
        thread = self._world.ask(told["text"] or QUESTION, place=told["place"], ts=told["ts"])
        await audience.sign(thread)
        sign = time.perf_counter() - since
        await audience.replies(thread, 1)
        first = time.perf_counter() - since
        await audience.replies(thread, told["replies"])
        last = time.perf_counter() - since
        return {"sign": sign, "first": first, "last": last, "ts": thread[1]}

    async def turns(self, told: Json) -> Json:
        """Ask so often, so many at a time; returns the seconds until all is answered."""
        places = asyncio.Semaphore(told["at_once"])

        async def one(place: int) -> None:
            async with places:
                thread = self._world.ask(told.get("text", QUESTION), place=place)
                await self._world.audience.replies(thread, told["replies"])

        since = time.perf_counter()
        async with asyncio.TaskGroup() as asking:
            for place in range(told["count"]):
                asking.create_task(one(place))
        return {"seconds": time.perf_counter() - since}

    async def ask(self, told: Json) -> Json:
        """Ask so often, at a *rate* a second or all at once, and wait for no answer."""
        since = time.perf_counter()
        for place in range(told["count"]):
            if rate := told.get("rate"):
                await asyncio.sleep(since + place / rate - time.perf_counter())
            self._asked.append(self._world.ask(place=place))
        return {}

    async def ask_again(self, told: Json) -> Json:
        """Ask again in all threads that ``ask`` has begun, and wait for no answer."""
        for place, (_, ts) in enumerate(self._asked):
            self._world.ask(told["text"], place=place, ts=ts)
        return {}

    async def write_for(self, told: Json) -> Json:
        """Let the model write each answer for so many seconds from now on."""
        self._world.openai.latency.piece = told["seconds"] / PIECES
        return {}

    async def ask_with_files(self, told: Json) -> Json:
        """Ask so often at once, each time with so many documents, and wait for the replies."""
        content = b"%PDF-" + b"x" * (told["size"] - 5)
        files = [(f"{number}.pdf", content) for number in range(told["files"])]
        threads = [
            self._world.ask(place=place, files=files) for place in range(1, told["count"] + 1)
        ]
        for thread in threads:
            await self._world.audience.replies(thread, told["replies"])
        return {}

    async def give_documents(self, told: Json) -> Json:
        """Hand in so many forms at once, each with one document; wait until all are stored."""
        slack, kept = self._world.slack, self._world.openai.files.kept
        views, before = slack.workspace.views, len(kept)
        for _ in range(told["count"]):
            await slack.people.slash(ADA, CHANNELS[0], "/experts", "teach e0")
        await slack.people.wait_for(lambda: len(views) == told["count"])
        async with asyncio.TaskGroup() as giving:
            for number, view in enumerate([*views]):
                content = b"word " * (told["size"] // 5)
                file = new_file(slack.state, f"{number}.txt", content, ADA)
                giving.create_task(slack.people.submit_view(ADA, view, {"files": [file]}))
        await slack.people.wait_for(lambda: len(kept) == before + told["count"], 300)
        return {}

    async def events(self, told: Json) -> Json:
        """Return the events of so many messages, as Slack would deliver them."""
        slack, collector = self._world.slack, Collector()
        usual = slack.deliverer.carrier
        slack.deliverer.use(collector)
        for place in range(told["count"]):
            text = (MENTION if told["mention"] else "") + QUESTION
            slack.people.say(ADA, CHANNELS[place % len(CHANNELS)], text)
        await collector.collected(told["count"] * (2 if told["mention"] else 1))
        slack.deliverer.use(usual)
        return {"payloads": collector.payloads}

    async def deliver(self, told: Json) -> Json:
        """Deliver events over HTTP from now on."""
        self._world.slack.deliver_to(told["url"])
        return {}

    async def calls(self, _told: Json) -> Json:
        """Return how often each method of each API was called, and over how many connections."""
        slack = Counter(call.method for call in self._world.slack.calls)
        openai = Counter(request.name for request in self._world.openai.requests)
        connections = {api: len(clients) for api, clients in self._clients.items()}
        return {"calls": {"slack": slack, "openai": openai}, "connections": connections}

    async def routing(self, _told: Json) -> Json:
        """Return the requests so far by which experts were chosen: the path and the characters."""
        return {
            "requests": [
                (request.name, len(json.dumps(request.body)))
                for request in self._world.openai.requests
                if request.name == "POST /v1/decisions"
                or (request.name == "POST /v1/responses" and request.body.get("tools"))
            ]
        }

    async def connected(self, _told: Json) -> Json:
        """Return when the bot has connected over Socket Mode."""
        await self._world.slack.sockets.wait_for_connection()
        return {}

    async def say(self, told: Json) -> Json:
        """Let people say something that is not for the bot, so often; returns the threads."""
        channels = (CHANNELS[place % len(CHANNELS)] for place in range(told["count"]))
        return {"threads": [(c, self._world.slack.people.say(ADA, c, QUESTION)) for c in channels]}


def _door(
    deed: Callable[[Json], Awaitable[Json]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        return web.json_response(await deed(await request.json()))

    return handle


async def serve(pace: float) -> None:
    """Serve until cancelled."""
    async with open_world(pace, prepare=_add_doors) as world:
        slack, openai = world.slack, world.openai
        environ = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
            "OPENAI_API_KEY": openai.api_key,
            "OPENAI_BASE_URL": openai.base_url,
            "PANELBOT_QUESTIONS_OF_PERSON": "0",
            "PANELBOT_CHANNELS_SHARING": "all",
            "PANELBOT_QUESTIONS_OF_CHANNEL": "0",
            "PANELBOT_MAX_CONSULTATIONS": "30",  # more than the largest panel here
        }
        where = {"url": slack.url, "team": slack.workspace.team_id, "environ": environ}
        print(json.dumps(where), flush=True)  # noqa: T201 - it is how the starter learns of it
        await asyncio.Event().wait()


def _add_doors(world: World) -> None:
    stage = Stage(world)
    deeds = (
        stage.turn,
        stage.turns,
        stage.ask,
        stage.ask_again,
        stage.say,
        stage.write_for,
        stage.events,
        stage.calls,
        stage.routing,
    )
    files = (stage.ask_with_files, stage.give_documents)
    for deed in (*deeds, *files, stage.deliver, stage.connected):
        world.slack.app.router.add_post(f"/stage/{deed.__name__}", _door(deed))


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
