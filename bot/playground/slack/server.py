"""The local Slack as one server on loopback."""

from collections.abc import Iterable, Sequence
from typing import Self

from aiohttp import web

from bot.playground.loopback import LoopbackServer
from bot.playground.slack.delivery.delivery import RETRY_AFTER, Deliverer
from bot.playground.slack.delivery.http import HttpCarrier
from bot.playground.slack.delivery.response_urls import ResponseUrls
from bot.playground.slack.delivery.socket_mode import SocketCarrier
from bot.playground.slack.hazards import Hazards
from bot.playground.slack.people.acting import PeopleActing
from bot.playground.slack.web_api.app_pages import AppPages
from bot.playground.slack.web_api.endpoint import Call, WebApi
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.workspace.company import APP_ID, BOT_USER, company_workspace

BOT_TOKEN = "xoxb-playground"  # noqa: S105 - opens nothing but the playground
APP_TOKEN = f"xapp-1-{APP_ID}-playground"
CONFIGURATION_TOKEN = "xoxe.xoxp-1-playground"  # noqa: S105 - same
SIGNING_SECRET = "5160a7d20e1f4c3b8d9e5160a7d20e1f"  # noqa: S105 - same

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
_LARGEST = 50 * 1024 * 1024


class SlackPlayground(LoopbackServer):
    """``async with SlackPlayground() as slack``: a workspace with its Web API."""

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
        self.workspace = company_workspace()
        self.hazards = Hazards(seed)
        self.state = ServerState(
            self.workspace, self.hazards, set(scopes), events=frozenset(events)
        )
        self.sockets = SocketCarrier()
        self.deliverer = Deliverer(self.sockets, retry_after)
        response_urls = ResponseUrls(self.state)
        self.people = PeopleActing(self.state, self.deliverer, response_urls)
        tokens = {BOT_TOKEN: "bot", APP_TOKEN: "app", CONFIGURATION_TOKEN: "configuration"}
        self._web_api = WebApi(self.state, tokens, self.sockets.new_url, kept_calls)
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_route("*", "/api/{method}", self._web_api.handle)
        shown = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
        app_pages = AppPages(self.state, shown)
        app.router.add_get("/apps", app_pages.ask)
        app.router.add_post("/apps", app_pages.create)
        app.router.add_get("/socket", self.sockets.handle)
        app.router.add_post("/response/{key}", response_urls.handle)
        app.router.add_post("/upload/{file}", self._receive_upload)
        app.router.add_get("/files/{file}/{name}", self._serve_file)
        super().__init__(app, port)

    @property
    def api_url(self) -> str:
        """The base URL of the Web API."""
        return f"{self.url}/api/"

    @property
    def calls(self) -> Sequence[Call]:
        """The Web API calls so far; of very many, only the latest."""
        return list(self._web_api.calls)

    def accept(self, token: str, kind: str) -> None:
        """Take another *token*: of a "bot", an "app", or for the "configuration" of apps."""
        self._web_api.tokens[token] = kind

    def deliver_to(self, url: str) -> HttpCarrier:
        """Deliver over HTTP, to the bot at *url*, rather than over Socket Mode."""
        carrier = HttpCarrier(url, SIGNING_SECRET)
        self.deliverer.use(carrier)
        return carrier

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self.state.url = self.workspace.url = self.url
        self.sockets.url = f"ws://{self.address}/socket"
        self.stack.callback(self._web_api.stop)
        self.stack.push_async_callback(self.deliverer.close)
        return self

    async def _receive_upload(self, request: web.Request) -> web.Response:
        file_id = request.match_info["file"]
        if file_id not in self.state.uploads:
            return web.Response(status=404)
        if request.content_type.startswith("multipart/"):
            (part,) = (await request.post()).values()
            content = part.file.read() if isinstance(part, web.FileField) else b""
        else:
            content = await request.read()
        self.state.contents[file_id] = content
        return web.Response(text="OK")

    async def _serve_file(self, request: web.Request) -> web.Response:
        content = self.state.contents.get(request.match_info["file"])
        if content is None:
            return web.Response(status=404)
        if not self._web_api.knows(request.headers.get("Authorization", "")):
            return web.Response(text="<html>Sign in</html>", content_type="text/html")
        file = self.workspace.files[request.match_info["file"]]
        return web.Response(body=content, content_type=file["mimetype"])
