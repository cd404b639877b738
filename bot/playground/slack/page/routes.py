"""The routes of the page: its files, the actions of people, and the updates over a WebSocket."""

import asyncio
from collections import ChainMap
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from json import JSONDecodeError
from pathlib import Path
from typing import Protocol
from urllib.parse import quote
from weakref import WeakSet

from aiohttp import web

from bot.json_types import Json
from bot.playground.slack.page.actions import PageActions, Refused
from bot.playground.slack.page.feed import Entities, Feed
from bot.playground.slack.page.guard import HEADERS, own_page_only
from bot.playground.slack.page.manifest import manifest_entities, suggested_prompts
from bot.playground.slack.tenants import Tenant, Tenants
from bot.playground.slack.workspace.emoji import names
from bot.playground.slack.workspace.state import Workspace

_STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif"})
_FRAME_SECONDS = 0.03  # changes within this time are sent together


class Playground(Protocol):
    """What the page needs from the playground."""

    tenants: Tenants


def add_page(
    app: web.Application, playground: Playground, manifest: Mapping[str, Json], notice: str = ""
) -> "PlaygroundPage":
    """Serve the page of *playground* at `/`, with the commands and shortcuts of *manifest*.

    It shows one workspace at a time, at first the first one.

    The page shows *notice*, if there is one, until somebody closes it.
    """
    routes = PlaygroundPage(playground, manifest, notice)
    app.router.add_get("/", routes.index)
    app.router.add_get("/team/{team}/", routes.enter)
    app.router.add_get("/page/updates", own_page_only(routes.updates))
    app.router.add_get("/page/emoji.json", routes.emoji)
    app.router.add_get("/page/{file}", routes.static_file)
    app.router.add_get("/page/files/{file}", routes.shared_file)
    for place in ("", "/team/{team}"):
        app.router.add_get(f"{place}/files/{{owner}}/{{file}}/{{name}}", routes.shared_file)
    app.router.add_post("/page/actions/{action}", own_page_only(routes.act))
    app.on_shutdown.append(routes.close)
    return routes


class PlaygroundPage:
    """Answers what the page asks for."""

    def __init__(self, playground: Playground, manifest: Mapping[str, Json], notice: str) -> None:
        self._tenants = playground.tenants
        self._prompts = suggested_prompts(manifest)
        self._fixed = manifest_entities(manifest)
        if notice:
            self._fixed["notice"] = {"kind": "notice", "text": notice}
        self._of_first: Entities = {}
        self._sockets: WeakSet[web.WebSocketResponse] = WeakSet()

    def offer(self, tries: Sequence[Json]) -> None:
        """Offer *tries* on the page: each a title, a user, a channel, and messages to send there.

        A message is a text and perhaps files, each with a name and a text.
        """
        self._of_first["tries"] = {"kind": "tries", "items": tries}

    def offer_installation(self, url: str) -> None:
        """Offer a link to *url* in workspaces without the app."""
        self._fixed["install"] = {"kind": "install", "url": url}

    async def index(self, _request: web.Request) -> web.Response:
        """Serve the document."""
        return _served(_STATIC / "index.html")

    async def enter(self, request: web.Request) -> web.Response:
        """Lead from a workspace's own address to the page that shows it."""
        raise web.HTTPFound(f"/?team={quote(request.match_info['team'])}")

    async def static_file(self, request: web.Request) -> web.Response:
        """Serve a style sheet, a script or an icon."""
        path = _STATIC / Path(request.match_info["file"]).name
        if path.suffix not in _TYPES or not path.is_file():
            raise web.HTTPNotFound
        return _served(path)

    async def emoji(self, _request: web.Request) -> web.Response:
        """Serve the names of emoji, with the emoji."""
        return web.json_response(names(), headers=HEADERS)

    async def shared_file(self, request: web.Request) -> web.Response:
        """Serve a file that was shared in a message; the browser shows only images."""
        team = request.match_info.get("team") or request.query.get("team")
        tenant = self._tenant(team)
        file = tenant.workspace.files.get(request.match_info["file"])
        if file is None or not file["channels"]:
            raise web.HTTPNotFound
        media_type = file["mimetype"] if file["mimetype"] in _IMAGES else "application/octet-stream"
        disposition = "inline" if media_type in _IMAGES else "attachment"
        headers = HEADERS | {
            "Content-Disposition": disposition,
            "Content-Security-Policy": "sandbox",
        }
        content = tenant.state.contents[file["id"]]
        return web.Response(body=content, content_type=media_type, headers=headers)

    async def act(self, request: web.Request) -> web.Response:
        """Perform an action of a person."""
        try:
            details = await request.json()
        except (JSONDecodeError, UnicodeDecodeError):
            details = None
        if not isinstance(details, dict):
            return web.json_response({"error": "The body must be a JSON object."}, status=400)
        tenant = self._tenant(details.get("team"))
        actions = PageActions(tenant.state, tenant.people)
        try:
            return web.json_response(await actions.perform(request.match_info["action"], details))
        except Refused as refusal:
            return web.json_response({"error": str(refusal)}, status=400)

    async def updates(self, request: web.Request) -> web.WebSocketResponse:
        """Send what changes for one person, until they leave."""
        socket = web.WebSocketResponse(heartbeat=20, compress=False)
        await socket.prepare(request)
        self._sockets.add(socket)
        tenant = self._tenant(request.query.get("team"))
        feed = self._feed(tenant, request.query.get("user", ""))
        async with self._sending_updates(socket, feed, tenant.workspace):
            async for _ in socket:
                pass  # the page only receives here; its actions are POST requests
        return socket

    async def close(self, _app: web.Application) -> None:
        """Close all connections."""
        for socket in tuple(self._sockets):
            await socket.close()

    def _tenant(self, team_id: object) -> Tenant:
        """Return the workspace of that id, or else the first."""
        return self._tenants.get(str(team_id)) or next(iter(self._tenants))

    def _feed(self, tenant: Tenant, user_id: str) -> Feed:
        workspace = tenant.workspace
        people = [user.id for user in workspace.users.values() if not user.is_bot]
        viewer = user_id if user_id in people else people[0]
        items = [{"id": t.workspace.team_id, "name": t.workspace.team_name} for t in self._tenants]
        self._fixed["workspaces"] = {"kind": "workspaces", "items": items}
        is_first = tenant is next(iter(self._tenants))
        fixed = ChainMap(self._of_first, self._fixed) if is_first else self._fixed
        return Feed(workspace, viewer, fixed, self._prompts)

    @asynccontextmanager
    async def _sending_updates(
        self, socket: web.WebSocketResponse, feed: Feed, workspace: Workspace
    ) -> AsyncIterator[None]:
        changed = asyncio.Event()
        changed.set()
        unsubscribe = workspace.subscribe(lambda _: changed.set())
        try:
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(_send_updates(socket, feed, changed))
                yield
                sending.cancel()
        finally:
            unsubscribe()


async def _send_updates(socket: web.WebSocketResponse, feed: Feed, changed: asyncio.Event) -> None:
    while not socket.closed:
        await changed.wait()
        changed.clear()
        if update := feed.next_update():
            with suppress(ConnectionError):  # the page has been closed
                await socket.send_json(update)
        await asyncio.sleep(_FRAME_SECONDS)


def _served(path: Path) -> web.Response:
    return web.Response(
        body=path.read_bytes(), content_type=_TYPES[path.suffix], charset="utf-8", headers=HEADERS
    )
