"""Who has installed the app, and with which tokens it acts there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from math import inf

from bot.playground.slack.hazards import Hazards
from bot.playground.slack.installing.registration import Registration
from bot.playground.slack.tenants import Tenant, Tenants
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.web_api.tokens import Token
from bot.playground.slack.workspace.model import Enterprise, User

TOKEN_LASTS = 12 * 60 * 60  # seconds, where tokens rotate


@dataclass(slots=True)
class Installation:
    """The app in a workspace, or org-wide in the workspaces of an organisation that have got it."""

    organisation: Enterprise | None
    bot_user: str
    bot_id: str
    installer: str
    scopes: set[str]
    token: str = field(default="", repr=False)  # the latest
    refresh_token: str = field(default="", repr=False)
    states: list[ServerState] = field(default_factory=list)
    issued: list[str] = field(default_factory=list, repr=False)  # all tokens

    @property
    def key(self) -> str:
        """``E…`` if it is org-wide, else ``T…``."""
        return self.organisation.id if self.organisation else self.states[0].workspace.team_id


class Installations:
    """All installations, by key, and the tokens that Slack takes."""

    def __init__(
        self,
        registration: Registration,
        tenants: Tenants,
        tokens: dict[str, Token],
        hazards: Hazards,
    ) -> None:
        self.registration = registration
        self.by_key: dict[str, Installation] = {}
        self.tokens = tokens
        self._tenants = tenants
        self._hazards = hazards
        self._refreshable: dict[str, tuple[Installation, str]] = {}  # unused: whose, and its token
        self._used: dict[str, tuple[Installation, str]] = {}
        self._exchanged: set[str] = set()
        self._owners: dict[str, Installation] = {}  # by token
        self._numbers = count(1)

    def adopt(self, tenant: Tenant, token: str) -> Installation:
        """Note that *tenant* has the app already, with that token."""
        workspace, state = tenant.workspace, tenant.state
        installation = Installation(
            None, workspace.bot_user, workspace.bot_id, "", state.scopes, token, "", [state]
        )
        self.by_key[workspace.team_id] = installation
        self.accept(token, installation)
        return installation

    def accept(self, value: str, installation: Installation) -> Token:
        """Take a token as one of *installation*."""
        organisation, everywhere = installation.organisation, self._tenants.states
        token = Token("bot", installation.states, organisation, everywhere)
        self.tokens[value], self._owners[value] = token, installation
        installation.issued.append(value)
        return token

    def check(self, key: str) -> None:
        """Raise ApiError if the app cannot be installed there."""
        tenant = self._tenants.get(key)
        if not self.registration.is_distributed and key != self.registration.home_team:
            raise ApiError("invalid_team_for_non_distributed_app")
        if tenant is None:
            if not self.registration.for_organisations or not self._tenants.of(key):
                raise ApiError("invalid_team_for_non_distributed_app")
        elif tenant.workspace.is_org_wide and tenant.state.installed:
            raise ApiError("cannot_install_an_org_installed_app")

    def install(self, key: str, installer: str, scopes: Iterable[str]) -> Installation:
        """Install the app in a workspace or, org-wide, in an organisation; returns it with a token.

        Where it is installed already, it keeps its bot and its scopes, and gets new ones as well.
        """
        self.check(key)
        granted = set(scopes) - self._hazards.withheld_scopes
        existing = self.by_key.get(key)
        is_there = existing and (existing.organisation or existing.states[0].installed)
        if existing is None or not is_there:
            existing = self.by_key[key] = self._new(key, installer, granted)
        existing.installer = installer
        existing.scopes |= granted
        if not existing.token or self._hazards.reinstalls == "another token":
            self._kill(existing, "token_revoked")
            self.give_tokens(existing)
        return existing

    def give_tokens(self, installation: Installation, *, rotates: bool | None = None) -> None:
        """Give an installation a new token; a refresh token too, if the app rotates them."""
        rotates = self.registration.rotates_tokens if rotates is None else rotates
        number = next(self._numbers)
        mark = f"{number}-{installation.key}-playground"
        installation.token = f"xoxe.xoxb-1-{mark}" if rotates else f"xoxb-{mark}"
        token = self.accept(installation.token, installation)
        installation.refresh_token = f"xoxe-1-{mark}" if rotates else ""
        if rotates:
            token.expires_at = self._hazards.now() + TOKEN_LASTS
            self._refreshable[installation.refresh_token] = (installation, installation.token)

    def refresh(self, refresh_token: str) -> Installation:
        """Trade a refresh token, which is good once; the access token lasts until it expires.

        A lenient Slack takes it again, and then the tokens that it was traded for are dead.
        """
        owner = self._refreshable.pop(refresh_token, None)
        if owner is None and self._hazards.refreshes == "lenient":
            owner = self._used.get(refresh_token)
            if owner:
                self._kill(owner[0], "invalid_auth", but=owner[1])
        if owner is None:
            raise ApiError("invalid_refresh_token")
        installation, old = owner
        self._used[refresh_token] = owner
        if old in self._exchanged:
            self.tokens[old].problem = "token_revoked"
        self.give_tokens(installation, rotates=True)
        return installation

    def exchange(self, value: str) -> Installation:
        """Trade a token that lasts for one that rotates; the old one dies at the first refresh."""
        if not self.registration.rotates_tokens:
            raise ApiError("token_rotation_not_enabled")
        installation = self.of_token(value)
        if installation is None:
            raise ApiError("invalid_token")
        if value in self._exchanged or value.startswith("xoxe."):
            raise ApiError("token_already_exchanged")
        self._exchanged.add(value)
        self.give_tokens(installation, rotates=True)
        self._refreshable[installation.refresh_token] = (installation, value)
        return installation

    def lasts(self, value: str) -> int:
        """Return for how many seconds a token is good; 0: it does not expire."""
        token = self.tokens[value]
        return 0 if token.expires_at == inf else int(token.expires_at - self._hazards.now())

    def of_token(self, value: str) -> Installation | None:
        """Return the installation that a token is of."""
        return self._owners.get(value)

    def remove(self, key: str, problem: str) -> Installation:
        """Take the app out of a workspace or an organisation; its tokens answer *problem*."""
        installation = self.by_key.pop(key)
        self._kill(installation, problem)
        for state in installation.states:
            state.installed = False
        return installation

    def add_to(self, enterprise_id: str, team_id: str) -> None:
        """Add an org-wide installation to a workspace of the organisation."""
        installation, tenant = self.by_key[enterprise_id], self._tenants[team_id]
        self.by_key.pop(team_id, None)  # the workspace's own installation becomes part of it
        _let_in(tenant, installation)
        if tenant.state not in installation.states:
            installation.states.append(tenant.state)

    def take_from(self, enterprise_id: str, team_id: str) -> None:
        """Take an org-wide installation out of a workspace."""
        state = self._tenants[team_id].state
        state.installed = False
        self.by_key[enterprise_id].states.remove(state)

    def _new(self, key: str, installer: str, scopes: set[str]) -> Installation:
        number = next(self._numbers)
        if key not in self._tenants:
            (organisation,) = (o for o in self._tenants.organisations() if o.id == key)
            bot = (f"W0{key[2:]}BOT{number}", f"B0{key[2:]}BOT{number}")
            return Installation(organisation, *bot, installer, scopes)
        tenant = self._tenants[key]
        mark = tenant.workspace.mark
        bot = (f"U0{mark}BOT{number}", f"B0{mark}BOT{number}")
        installation = Installation(None, *bot, installer, scopes, states=[tenant.state])
        _let_in(tenant, installation)
        return installation

    def _kill(self, installation: Installation, problem: str, *, but: str = "") -> None:
        for value in installation.issued:
            token = self.tokens[value]
            if value != but:
                token.problem = token.problem or problem
        self._refreshable.pop(installation.refresh_token, None)


def _let_in(tenant: Tenant, installation: Installation) -> None:
    """Let the bot into a workspace, and into its public channels, to which people invite it."""
    workspace, state = tenant.workspace, tenant.state
    workspace.bot_user, workspace.bot_id = installation.bot_user, installation.bot_id
    workspace.is_org_wide = installation.organisation is not None
    state.scopes, state.installed = installation.scopes, True
    bot = User(
        installation.bot_user,
        "panelbot",
        "Panelbot",
        workspace.team_id,
        is_bot=True,
        emoji="🤖",
        colour="#4a154b",
    )
    workspace.add(bot)
    for channel in _public(tenant):
        workspace.join(channel, bot.id)


def _public(tenant: Tenant) -> Iterator[str]:
    for channel in tenant.workspace.channels.values():
        if channel.kind == "channel":
            yield channel.id
