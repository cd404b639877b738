"""What Slack's own samples do with a mention: one call of the model, one post.

python -m tests.benchmarks.sample_bot
"""

import asyncio
import os

from openai import AsyncOpenAI
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient


async def serve() -> None:
    """Serve until cancelled."""
    token = os.environ.pop("SLACK_BOT_TOKEN")  # Bolt grumbles if it finds one besides the client's
    client = AsyncWebClient(token, os.environ["SLACK_API_URL"])
    app = AsyncApp(client=client)
    openai = AsyncOpenAI(
        api_key=os.environ["OPENAI_API_KEY"], base_url=os.environ["OPENAI_BASE_URL"]
    )

    @app.event("app_mention")
    async def answer(event: dict[str, str], say: AsyncSay) -> None:
        response = await openai.responses.create(model="gpt-6.1-terra", input=event["text"])
        await say(text=response.output_text, thread_ts=event["ts"])

    @app.event("message")
    async def overhear() -> None:
        """A mention comes as a message, too."""

    handler = AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"])
    await handler.connect_async()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
