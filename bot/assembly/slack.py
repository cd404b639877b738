"""The Slack side: who we are there, and all that speaks to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.redis.queue.rate_limiter import RedisRateLimiter
from bot.adapters.slack.api import web_api
from bot.adapters.slack.api.files import SlackFiles
from bot.adapters.slack.api.identity import Identity, identify
from bot.adapters.slack.api.metadata import StampSigner
from bot.adapters.slack.api.people import SlackPeople
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.posting.messenger import SlackMessenger
from bot.adapters.slack.receiving.mentions import Mentions
from bot.adapters.slack.threads.transcript import SlackTranscript
from bot.assembly.storage import Storage
from bot.panel.messaging.rate_limiter import NoRateLimiter, RateLimiter
from bot.settings.config import Config


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
async def open_slack(config: Config, memory: Storage) -> AsyncIterator[Slack]:
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


def _pace(config: Config, memory: Storage, identity: Identity) -> RateLimiter:
    if not config.slack_pace:
        return NoRateLimiter()
    return RedisRateLimiter(memory.redis, identity.team_id, share=config.slack_pace)
