"""Installing from a link: the pages, and what operators do about installations."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from aiohttp import ClientSession, web

from bot import runtime
from bot.adapters.redis.one_time import RedisOneTimeStore
from bot.adapters.slack.api import web_api
from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.installing import routes
from bot.adapters.slack.installing.installer import Installer, OnInstalled
from bot.adapters.slack.installing.oauth import Credentials, SlackOAuth
from bot.adapters.slack.installing.removal import Removals
from bot.adapters.slack.installing.routes import Begun
from bot.assembly.actors import operator
from bot.assembly.storage import Storage, installation_store, open_storage
from bot.operations.forgetting.removal import RemovedWorkspaces
from bot.panel.audit.entry import Act
from bot.panel.installations.installation import InstallationStore
from bot.panel.installations.one_time import TOKEN_BYTES, Attempt, Invitation, OneTimeStore, name_of
from bot.panel.roster.roster import WorkspaceScope
from bot.settings.config import Config


def add_install_pages(
    served: web.Application,
    config: Config,
    storage: Storage,
    session: ClientSession,
    on_installed: OnInstalled,
) -> None:
    """Let *served* have the pages with which workspaces install the app.

    *on_installed* hears of each installation once it is saved, and who has invited it: whatever
    was to be deleted of its workspaces is to be kept.
    """
    oauth = oauth_of(config, session)
    invitations = _invitations(storage)
    store = installation_store(config, storage, config.client_id)
    installer = Installer(oauth, store, invitations, on_installed)
    begun = Begun(RedisOneTimeStore(storage.redis, "attempt", Attempt), invitations)
    is_open = config.installing == "open"
    routes.add_install_routes(served, oauth, installer, begun, config.public_url, is_open=is_open)


@dataclass(frozen=True, slots=True)
class Installations:
    """What operators need to invite workspaces, and to look after those that have the app."""

    store: InstallationStore
    invitations: OneTimeStore[Invitation]
    oauth: SlackOAuth
    removals: Removals
    operator: str
    public_url: str

    async def invite(self, seconds: float, *, team: str = "", enterprise: str = "") -> str:
        """Return a link with which the app can be installed once, in one place if it is named."""
        token, until = runtime.token(TOKEN_BYTES), runtime.time() + seconds
        invitation = Invitation(self.operator, until, team, enterprise)
        await self.invitations.put(name_of(token), invitation, seconds)
        return f"{self.public_url}{routes.INSTALL_PATH}?{routes.INVITATION}={token}"

    async def take_back(self, link: str) -> bool:
        """Let nobody install the app with *link* any more; False if nobody could."""
        (token, *_) = parse_qs(urlsplit(link).query).get(routes.INVITATION, [""])
        return await self.invitations.take(name_of(token)) is not None


@asynccontextmanager
async def open_installations(config: Config) -> AsyncIterator[Installations]:
    """Open them for one command."""
    by = operator()
    async with open_storage(config, by) as storage, web_api.session() as session:
        store = installation_store(config, storage, config.client_id)
        yield Installations(
            store,
            _invitations(storage),
            oauth_of(config, session),
            removals_of(config, storage, store, session),
            by,
            config.public_url,
        )


def _invitations(storage: Storage) -> RedisOneTimeStore[Invitation]:
    return RedisOneTimeStore(storage.redis, "invitation", Invitation)


def oauth_of(config: Config, session: ClientSession) -> SlackOAuth:
    """Return what speaks OAuth with Slack."""
    credentials = Credentials(config.client_id, config.client_secret)
    return SlackOAuth(credentials, config.slack_api_url, session)


async def note_installed(storage: Storage, identity: Identity) -> None:
    """Keep what was to be deleted because the app had been removed: it is here again."""
    team = identity.team_id
    is_new = (await storage.audit_log.head(team)).number == 0
    if await storage.chores.note_installed(team) or is_new:
        await storage.audit.record(Act.INSTALLED, WorkspaceScope(team), None, identity.bot_id)


def removals_of(
    config: Config, storage: Storage, installations: InstallationStore, session: ClientSession
) -> Removals:
    """Return what ends the installations that Slack has ended."""
    after = config.uninstall_days * 24 * 60 * 60
    removed = RemovedWorkspaces(storage.chores, storage.audit, after=after)
    return Removals(installations, removed, config.slack_api_url, session)
