"""The least that Bolt does with an event: an AsyncApp whose listeners do nothing.

python -m tests.benchmarks.bare_bolt PORT
"""

import asyncio
import os
import sys

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


async def nothing() -> None:
    """Be the listener."""


async def serve(port: int) -> None:
    """Serve until cancelled."""
    token = os.environ.pop("SLACK_BOT_TOKEN")  # Bolt grumbles if it finds one besides the client's
    client = AsyncWebClient(token, os.environ["SLACK_API_URL"])
    app = AsyncApp(client=client, signing_secret=os.environ["SLACK_SIGNING_SECRET"])
    app.event("message")(nothing)
    app.event("app_mention")(nothing)
    runner = web.AppRunner(app.web_app(path="/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("listening", flush=True)  # noqa: T201 - it is how the starter learns of it
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
