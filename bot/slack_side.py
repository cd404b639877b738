"""The Slack side: who we are there, and all that speaks to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.redis.pace import RedisPace
from bot.adapters.slack import (
    web_api,
)
from bot.adapters.slack.files import SlackFiles
from bot.adapters.slack.identity import Identity, identify
from bot.adapters.slack.mentions import Mentions
from bot.adapters.slack.messenger import SlackMessenger
from bot.adapters.slack.metadata import StampSigner
from bot.adapters.slack.people import SlackPeople
from bot.adapters.slack.transcript import SlackTranscript
from bot.adapters.slack.web_api import SlackApi
from bot.config import Config
from bot.memory_side import Memory
from bot.panel.pace import Pace, Unpaced


@dataclass(frozen=True, slots=True)
class Slack:
    """The Slack side."""

    client: AsyncWebClient
    api: SlackApi
    identity: Identity
    people: SlackPeople
    mentions: Mentions
    files: SlackFiles
    messenger: SlackMessenger
    transcript: SlackTranscript


@asynccontextmanager
async def open_slack(config: Config, memory: Memory) -> AsyncIterator[Slack]:
    """Find out who we are in Slack. Raises PanelError, with what to do, if it will not serve."""
    async with web_api.session() as session:
        client = web_api.client(config.slack_bot_token, config.slack_api_url, session)
        identity = await identify(client)
        api = SlackApi(client, _pace(config, memory, identity))
        signer = StampSigner(config.secrets)
        people = SlackPeople(api, identity)
        messenger = SlackMessenger(api, identity, signer)
        mentions = Mentions(people, memory.handles, identity)
        transcript = SlackTranscript(api, identity, signer, mentions)
        files = SlackFiles(api, session, config.slack_bot_token, config.slack_api_url)
        yield Slack(client, api, identity, people, mentions, files, messenger, transcript)


def _pace(config: Config, memory: Memory, identity: Identity) -> Pace:
    if not config.slack_pace:
        return Unpaced()
    return RedisPace(memory.redis, identity.team_id, share=config.slack_pace)
