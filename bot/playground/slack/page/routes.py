"""Serves the page, and lets people act in the playground through it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from json import JSONDecodeError
from pathlib import Path
from typing import Protocol
from weakref import WeakSet

from aiohttp import web

from bot.json_types import Json
from bot.playground.slack.page.actions import Deeds, Refused
from bot.playground.slack.page.feed import Sight
from bot.playground.slack.page.guard import HEADERS, acting, only_from_here
from bot.playground.slack.page.manifest import offers, suggested_prompts
from bot.playground.slack.people.acting import PeopleActing
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.workspace.state import Workspace

_PAGE = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_DRAWN = frozenset({"image/png", "image/jpeg", "image/gif"})
_FRAME_SECONDS = 0.03  # changes that follow each other this fast travel together


class Playground(Protocol):
    """What the page needs of the playground."""

    state: ServerState
    people: PeopleActing

    @property
    def workspace(self) -> Workspace:
        """The state that it draws."""


def add_ui(app: web.Application, playground: Playground, manifest: Mapping[str, Json]) -> None:
    """Serve the page of *playground* at `/`; the app offers what its *manifest* tells."""
    ui = _Ui(playground, manifest)
    app.middlewares.append(only_from_here)
    app.router.add_get("/", ui.page)
    app.router.add_get("/page/live", acting(ui.live))
    app.router.add_get("/page/{file}", ui.file)
    app.router.add_get("/page/shown/{file}", ui.shown)
    app.router.add_get("/files/{owner}/{file}/{name}", ui.shown)
    app.router.add_post("/page/act/{deed}", acting(ui.act))
    app.on_shutdown.append(ui.close)


class _Ui:
    def __init__(self, playground: Playground, manifest: Mapping[str, Json]) -> None:
        self._state = playground.state
        self._workspace = playground.workspace
        self._manifest = manifest
        self._deeds = Deeds(playground.state, playground.people)
        self._sockets: WeakSet[web.WebSocketResponse] = WeakSet()

    async def page(self, _request: web.Request) -> web.Response:
        return _served(_PAGE / "index.html")

    async def file(self, request: web.Request) -> web.Response:
        wanted = _PAGE / Path(request.match_info["file"]).name
        if wanted.suffix not in _TYPES or not wanted.is_file():
            raise web.HTTPNotFound
        return _served(wanted)

    async def shown(self, request: web.Request) -> web.Response:
        """Give a file that a message shows; only images are drawn by the browser."""
        file = self._workspace.files.get(request.match_info["file"])
        if file is None or not file["channels"]:
            raise web.HTTPNotFound
        kind = file["mimetype"] if file["mimetype"] in _DRAWN else "application/octet-stream"
        how = "inline" if kind in _DRAWN else "attachment"
        headers = HEADERS | {"Content-Disposition": how, "Content-Security-Policy": "sandbox"}
        content = self._state.contents[file["id"]]
        return web.Response(body=content, content_type=kind, headers=headers)

    async def act(self, request: web.Request) -> web.Response:
        try:
            details = await request.json()
        except (JSONDecodeError, UnicodeDecodeError):
            details = None
        if not isinstance(details, dict):
            return web.json_response({"error": "A JSON object is wanted."}, status=400)
        try:
            return web.json_response(await self._deeds.do(request.match_info["deed"], details))
        except Refused as refusal:
            return web.json_response({"error": str(refusal)}, status=400)

    async def live(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=20, compress=False)
        await socket.prepare(request)
        self._sockets.add(socket)
        async with self._telling(socket, self._sight(request.query.get("user", ""))):
            async for _ in socket:
                pass  # the page only listens; what it wants it posts
        return socket

    async def close(self, _app: web.Application) -> None:
        for socket in tuple(self._sockets):
            await socket.close()

    def _sight(self, wanted: str) -> Sight:
        people = [user.id for user in self._workspace.users.values() if not user.is_bot]
        me = wanted if wanted in people else people[0]
        return Sight(self._workspace, me, offers(self._manifest), suggested_prompts(self._manifest))

    @asynccontextmanager
    async def _telling(self, socket: web.WebSocketResponse, sight: Sight) -> AsyncIterator[None]:
        changed = asyncio.Event()
        changed.set()
        unsubscribe = self._workspace.subscribe(lambda _: changed.set())
        try:
            async with asyncio.TaskGroup() as group:
                telling = group.create_task(_tell(socket, sight, changed))
                yield
                telling.cancel()
        finally:
            unsubscribe()


async def _tell(socket: web.WebSocketResponse, sight: Sight, changed: asyncio.Event) -> None:
    while not socket.closed:
        await changed.wait()
        changed.clear()
        if change := sight.look():
            with suppress(ConnectionError):  # who has left reads no more
                await socket.send_json(change)
        await asyncio.sleep(_FRAME_SECONDS)


def _served(path: Path) -> web.Response:
    return web.Response(
        body=path.read_bytes(), content_type=_TYPES[path.suffix], charset="utf-8", headers=HEADERS
    )
