"""The local Slack as one server on loopback."""

from collections.abc import Iterable, Sequence
from typing import Self

from aiohttp import web

from bot.playground.loopback import LoopbackServer
from bot.playground.slack.delivery.delivery import RETRY_AFTER, Deliverer
from bot.playground.slack.delivery.http import HttpCarrier
from bot.playground.slack.delivery.socket_mode import SocketCarrier
from bot.playground.slack.hazards import Hazards
from bot.playground.slack.installing.codes import Codes
from bot.playground.slack.installing.consent import Consent
from bot.playground.slack.installing.installations import Installation, Installations
from bot.playground.slack.installing.methods import InstallationMethods
from bot.playground.slack.installing.pages import PATH, InstallPages
from bot.playground.slack.installing.registration import SIGNING_SECRET, Registration
from bot.playground.slack.installing.removals import Removals
from bot.playground.slack.tenants import Tenant, Tenants
from bot.playground.slack.web_api.app_pages import AppPages
from bot.playground.slack.web_api.endpoint import Call, WebApi
from bot.playground.slack.web_api.tokens import Token, TokenKind
from bot.playground.slack.workspace.company import APP_ID, BOT_USER, company_workspace
from bot.playground.slack.workspace.state import Workspace

BOT_TOKEN = "xoxb-playground"  # noqa: S105 - opens nothing but the playground
APP_TOKEN = f"xapp-1-{APP_ID}-playground"
CONFIGURATION_TOKEN = "xoxe.xoxp-1-playground"  # noqa: S105 - same

SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:read",
        "chat:write",
        "chat:write.customize",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "mpim:history",
        "mpim:read",
        "team:read",
        "usergroups:read",
        "usergroups:write",
        "users:read",
    }
)
EVENTS = frozenset(
    {
        "agent_session_stopped",
        "app_context_changed",
        "app_home_opened",
        "app_mention",
        "app_uninstalled",
        "channel_id_changed",
        "message.channels",
        "message.groups",
        "message.im",
        "message.mpim",
        "tokens_revoked",
    }
)
_WORKSPACES = ("/", "/team/{team}/")  # the addresses of workspaces
_LARGEST = 50 * 1024 * 1024


class SlackPlayground(LoopbackServer):
    """``async with SlackPlayground() as slack``: a workspace with its Web API.

    The app is installed in the first workspace: ``workspace``, ``state`` and ``people`` are of that
    one. ``add_workspace`` adds others, which are in ``tenants``, and ``install`` installs it there.
    """

    bot_token = BOT_TOKEN
    app_token = APP_TOKEN
    configuration_token = CONFIGURATION_TOKEN
    signing_secret = SIGNING_SECRET
    bot_user_id = BOT_USER

    def __init__(
        self,
        port: int = 0,
        *,
        scopes: Iterable[str] = SCOPES,
        events: Iterable[str] = EVENTS,
        retry_after: Sequence[float] = RETRY_AFTER,
        kept_calls: int = 100_000,
        seed: int = 0,
    ) -> None:
        self.hazards = Hazards(seed)
        self.sockets = SocketCarrier()
        self.deliverer = Deliverer(self.sockets, retry_after)
        self.tenants = Tenants(self.hazards, self.deliverer, frozenset(events))
        first = self.tenants.add(company_workspace(), set(scopes))
        self.workspace, self.state, self.people = first.workspace, first.state, first.people
        self._tokens: dict[str, Token] = {}
        self.registration = Registration(home_team=self.workspace.team_id)
        self.installations = Installations(
            self.registration, self.tenants, self._tokens, self.hazards
        )
        self._first = self.installations.adopt(first, BOT_TOKEN)
        self.accept(APP_TOKEN, "app")
        self.accept(CONFIGURATION_TOKEN, "configuration")
        self.removals = Removals(self.installations, self.tenants, self.deliverer, self.hazards)
        self.codes = Codes(self.hazards)
        self.consent = Consent(self.installations, self.tenants, self.codes)
        methods = InstallationMethods(
            self.installations, self.removals, self.codes, self.tenants, self.sockets.new_url
        )
        self.app_methods = methods.table()
        self._web_api = WebApi(self.state, self._tokens, self.app_methods, kept_calls)
        app = web.Application(client_max_size=_LARGEST)
        super().__init__(app, port, linked_pages=(PATH, *_WORKSPACES))
        self._add_routes()

    def _add_routes(self) -> None:
        router = self.app.router
        router.add_route("*", "/api/{method}", self._web_api.handle)
        shown = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
        app_pages = AppPages(self.state, shown)
        router.add_get("/apps", app_pages.ask)
        router.add_post("/apps", app_pages.create)
        pages = InstallPages(self.consent, self.registration.name)
        router.add_get(PATH, pages.ask)
        router.add_post(PATH, pages.decide)
        router.add_get("/socket", self.sockets.handle)
        for place in ("", "/team/{team}"):
            router.add_post(f"{place}/response/{{key}}", self._receive_answer)
            router.add_post(f"{place}/upload/{{file}}", self._receive_upload)
            router.add_get(f"{place}/files/{{file}}/{{name}}", self._serve_file)

    @property
    def api_url(self) -> str:
        """The base URL of the Web API."""
        return f"{self.url}/api/"

    @property
    def calls(self) -> Sequence[Call]:
        """The Web API calls so far; of very many, only the latest."""
        return list(self._web_api.calls)

    def accept(self, token: str, kind: TokenKind) -> None:
        """Take another *token*: of a "bot", an "app", or for the "configuration" of apps."""
        if kind == "bot":
            self.installations.accept(token, self._first)
        else:
            self._tokens[token] = Token(kind, [self.state])

    def deliver_to(self, url: str) -> HttpCarrier:
        """Deliver over HTTP, to the bot at *url*, rather than over Socket Mode."""
        carrier = HttpCarrier(url, SIGNING_SECRET)
        self.deliverer.use(carrier)
        return carrier

    def add_workspace(self, workspace: Workspace) -> Tenant:
        """Add a workspace, in which the app is not installed yet."""
        workspace.bot_user = workspace.bot_id = ""
        return self.tenants.add(workspace)

    def install(
        self, key: str, installer: str = "", scopes: Iterable[str] = SCOPES
    ) -> Installation:
        """Install the app in a workspace or, org-wide, in an organisation, as its pages would."""
        return self.installations.install(key, installer, scopes)

    def connect(self, host: str, channel: str, guest: str) -> None:
        """Share a channel of *host* with the workspace *guest*, which lets its bot in."""
        workspace = self.tenants[guest].workspace
        self.tenants[host].workspace.connect(channel, workspace)
        if workspace.bot_user:
            workspace.join(channel, workspace.bot_user)

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self.tenants.serve_at(self.url)
        self.sockets.url = f"ws://{self.address}/socket"
        self.stack.callback(self._web_api.stop)
        self.stack.push_async_callback(self.deliverer.close)
        return self

    def _tenant(self, request: web.Request) -> Tenant:
        team_id = request.match_info.get("team", self.workspace.team_id)
        if team_id not in self.tenants:
            raise web.HTTPNotFound
        return self.tenants[team_id]

    async def _receive_answer(self, request: web.Request) -> web.Response:
        return await self._tenant(request).response_urls.handle(request)

    async def _receive_upload(self, request: web.Request) -> web.Response:
        state, file_id = self._tenant(request).state, request.match_info["file"]
        if file_id not in state.uploads:
            return web.Response(status=404)
        if request.content_type.startswith("multipart/"):
            (part,) = (await request.post()).values()
            content = part.file.read() if isinstance(part, web.FileField) else b""
        else:
            content = await request.read()
        state.contents[file_id] = content
        return web.Response(text="OK")

    async def _serve_file(self, request: web.Request) -> web.Response:
        state, file_id = self._tenant(request).state, request.match_info["file"]
        content = state.contents.get(file_id)
        if content is None:
            return web.Response(status=404)
        if not self._web_api.knows(request.headers.get("Authorization", ""), state):
            return web.Response(text="<html>Sign in</html>", content_type="text/html")
        file = state.workspace.files[file_id]
        return web.Response(body=content, content_type=file["mimetype"])
