"""Slack: the bot's identity there, and everything that calls its API."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.redis.queue.rate_limiter import RedisRateLimiter
from bot.adapters.slack.api import web_api
from bot.adapters.slack.api.channel_facts import SlackChannelFacts
from bot.adapters.slack.api.channels import Channels
from bot.adapters.slack.api.files import SlackFiles
from bot.adapters.slack.api.identity import Identity, identify
from bot.adapters.slack.api.metadata import StampSigner
from bot.adapters.slack.api.people import SlackPeople
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.interactions.members import SlackMembers
from bot.adapters.slack.interactions.responder import Responder
from bot.adapters.slack.markdown.link_domains import LinkDomains
from bot.adapters.slack.posting.messenger import SlackMessenger
from bot.adapters.slack.receiving.mentions import Mentions
from bot.adapters.slack.threads.transcript import SlackTranscript
from bot.assembly.storage import Storage, shared_channels
from bot.panel.alerts.alerts import AlertKind, Alerts
from bot.panel.messaging.rate_limiter import NoRateLimiter, RateLimiter
from bot.settings.config import Config


@dataclass(frozen=True, slots=True)
class Slack:
    """The bot's identity in Slack, and everything that calls its API."""

    client: AsyncWebClient
    api: SlackApi
    identity: Identity
    alerts: Alerts  # of the workspace
    people: SlackPeople
    channel_facts: SlackChannelFacts
    mentions: Mentions
    files: SlackFiles
    messenger: SlackMessenger
    transcript: SlackTranscript
    responder: Responder


@asynccontextmanager
async def open_slack(
    config: Config, storage: Storage, identity: Identity | None = None
) -> AsyncIterator[Slack]:
    """Connect to Slack, as *identity* if given. Raises PanelError, with a remedy, if that fails."""
    async with web_api.session() as session:
        if identity is None:
            identity = await identify(
                web_api.client(config.slack_bot_token, config.slack_api_url, session)
            )
        yield await slack_of(config, storage, identity, session)


async def slack_of(
    config: Config,
    storage: Storage,
    identity: Identity,
    session: ClientSession,
    on_rejected: Callable[[str], Awaitable[None]] | None = None,
) -> Slack:
    """Return what calls the API as *identity*, over a *session* that others may use as well.

    *on_rejected* is called wherever Slack rejects the token; without it, an alert says so.
    """
    client = web_api.client(config.slack_bot_token, config.slack_api_url, session)
    channels = Channels(storage.channel_moves, identity.team_id)
    await channels.read()
    alerts = Alerts(storage.alerts, identity.team_id)
    api = SlackApi(
        client,
        _rate_limiter(config, storage, identity),
        channels=channels,
        on_rejected=on_rejected
        or (lambda _: alerts.tell(AlertKind.KEY_REFUSED, "SLACK_BOT_TOKEN")),
        team_id=identity.team_id,
        is_org_wide=identity.is_org_wide,
    )
    signer = StampSigner(config.secrets)
    people = SlackPeople(api, identity)
    facts = SlackChannelFacts(api, shared_channels(storage, identity.team_id))
    links = LinkDomains(config.link_domains)
    messenger = SlackMessenger(api, identity, signer, storage.outbox, links=links)
    mentions = Mentions(people, storage.handles, identity)
    return Slack(
        client,
        api,
        identity,
        alerts,
        people,
        facts,
        mentions,
        SlackFiles(api, session, config.slack_bot_token, config.slack_api_url),
        messenger,
        SlackTranscript(api, identity, signer, mentions),
        Responder(identity, api, signer, SlackMembers(api)),
    )


def _rate_limiter(config: Config, storage: Storage, identity: Identity) -> RateLimiter:
    if not config.slack_pace:
        return NoRateLimiter()
    return RedisRateLimiter(storage.redis, identity.team_id, share=config.slack_pace)
