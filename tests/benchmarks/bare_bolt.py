"""The least that Bolt does with an event: an AsyncApp whose listeners do nothing.

    python -m tests.benchmarks.bare_bolt PORT [REDIS_URL]

With a REDIS_URL, one listener writes a mention there before it is acknowledged, as any app has to
that loses none: in one command of redis-py's own, and without a look at what the event says.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from redis.asyncio import Redis
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


async def nothing() -> None:
    """Be the listener."""


async def serve(port: int, redis_url: str = "") -> None:
    """Serve until cancelled."""
    token = os.environ.pop("SLACK_BOT_TOKEN")  # Bolt grumbles if it finds one besides the client's
    client = AsyncWebClient(token, os.environ["SLACK_API_URL"])
    app = AsyncApp(
        client=client,
        signing_secret=os.environ["SLACK_SIGNING_SECRET"],
        process_before_response=bool(redis_url),  # else Bolt acknowledges first
    )
    # as many connections as are wanted: with its usual hundred it fails under load
    redis = Redis.from_url(redis_url, max_connections=10_000) if redis_url else None

    async def write(event: Mapping[str, Any]) -> None:
        if redis:
            await redis.xadd("mentions", {"event": json.dumps(event)})

    app.event("message")(nothing)
    app.event("app_mention")(write if redis else nothing)
    runner = web.AppRunner(app.web_app(path="/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("listening", flush=True)  # noqa: T201 - it is how the starter learns of it
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), *sys.argv[2:]))
