"""The pages on which a person creates the app from the link that has its manifest in it."""

import json
from collections.abc import Mapping
from html import escape

from aiohttp import web

from bot.json_types import Json
from bot.playground.slack.web_api.methods.apps import faults
from bot.playground.slack.web_api.state import ServerState

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<body style="font:16px/1.5 sans-serif;max-width:40em;margin:3em auto">
<h1>{title}</h1>{body}</body></html>"""
_FORM = """<form method="post">
<textarea name="manifest_json" rows="20" cols="80">{manifest}</textarea>
<p><button>Create and install</button></form>"""


class AppPages:
    """Creates the app, and shows its *tokens*."""

    def __init__(self, state: ServerState, tokens: Mapping[str, str]) -> None:
        self._state = state
        self._tokens = tokens

    async def ask(self, request: web.Request) -> web.Response:
        """Show what the app is to be."""
        manifest = _read(request.query.get("manifest_json", ""))
        form = _FORM.format(manifest=escape(json.dumps(manifest, indent=2)))
        name = escape(manifest.get("display_information", {}).get("name", "?"))
        return _page(f"Create {name}", form)

    async def create(self, request: web.Request) -> web.Response:
        """Create the app, unless something is wrong with its manifest."""
        manifest = _read(str((await request.post()).get("manifest_json", "")))
        if errors := [*faults(manifest)]:
            told = (f"{one['pointer']}: {one['message']}" for one in errors)
            return _page("Not created", f"<p>{escape('; '.join(told))}</p>", status=400)
        self._state.manifest = manifest
        shown = "".join(f"<p>{name}<br><code>{t}</code></p>" for name, t in self._tokens.items())
        return _page("Your app credentials", shown)


def _read(text: str) -> Json:
    try:
        manifest = json.loads(text)
    except ValueError as error:
        raise web.HTTPBadRequest(text="The manifest is not JSON.") from error
    if not isinstance(manifest, dict):
        raise web.HTTPBadRequest(text="The manifest is not an object.")
    return manifest


def _page(title: str, body: str, status: int = 200) -> web.Response:
    text = _PAGE.format(title=title, body=body)
    return web.Response(text=text, content_type="text/html", status=status)
