"""Modals and the App Home."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.json_types import Json
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.methods.method import Method
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.web_api.validation.messages import MOST_VIEW_BLOCKS, check_blocks
from bot.playground.slack.workspace.company import APP_ID
from bot.playground.slack.workspace.state import Change, View, Workspace

_MAX_BYTES = 250_000
_MAX_TITLE = 24
_MAX_STACK = 3
_MAX_PRIVATE_METADATA = 3_000


def open_view(state: ServerState, args: Json) -> Json:
    """Open a modal for the user whose action issued the trigger."""
    user = state.use_trigger(args.get("trigger_id"))
    return _answer(state, new_view(state, user, args["view"]))


def push(state: ServerState, args: Json) -> Json:
    """Push a modal onto the one that is open."""
    user = state.use_trigger(args.get("trigger_id"))
    stack = open_views(state, user)
    if not stack:
        raise ApiError("not_found")
    return _answer(state, new_view(state, user, args["view"], on=stack[-1]))


def update(state: ServerState, args: Json) -> Json:
    """Update a modal that is open."""
    view = _find(state, args)
    if view is None or not view.is_open:
        raise ApiError("not_found")
    if args.get("hash") not in (None, view.hash):
        raise ApiError("hash_conflict")
    replace_content(state, view, args["view"])
    return _answer(state, view)


def publish(state: ServerState, args: Json) -> Json:
    """Publish a user's App Home."""
    user, content = args["user_id"], args["view"]
    if user not in state.workspace.users:
        raise ApiError("user_not_found")
    _check(content, "home")
    view = state.workspace.homes.get(user) or View(state.workspace.new_id("V"), user, {}, "")
    if args.get("hash") not in (None, view.hash):
        raise ApiError("hash_conflict")
    state.workspace.homes[user] = view
    _fill(state, view, content)
    return _answer(state, view)


def new_view(state: ServerState, user: str, content: Json, *, on: View | None = None) -> View:
    """Return a new modal for *user*, pushed *on* another or by itself."""
    _check(content)
    external_id = content.get("external_id")
    if external_id and _find(state, {"external_id": external_id}):
        raise ApiError("duplicate_external_id")
    if on and len(open_views(state, user)) >= _MAX_STACK:
        raise ApiError("push_limit_reached")
    view = View(state.workspace.new_id("V"), user, {}, "")
    for workspace in _shown_in(state, user):
        workspace.views[view.id] = view
    _fill(state, view, content, on=on)
    return view


def open_views(state: ServerState, user: str) -> Sequence[View]:
    """Return the open modals of *user*, the top one last."""
    return [v for v in state.workspace.views.values() if v.user == user and v.is_open]


def _find(state: ServerState, args: Json) -> View | None:
    if view_id := args.get("view_id"):
        homes = {home.id: home for home in state.workspace.homes.values()}
        return state.workspace.views.get(view_id) or homes.get(view_id)
    external_id = args.get("external_id")
    views = state.workspace.views.values()
    return next((v for v in views if external_id and v.content["external_id"] == external_id), None)


def replace_content(state: ServerState, view: View, content: Json) -> None:
    """Replace what a view shows."""
    _check(content, view.content["type"])
    _fill(state, view, content)


def _fill(state: ServerState, view: View, content: Json, *, on: View | None = None) -> None:
    parent = on.content if on else {}
    root = view.content.get("root_view_id") or parent.get("root_view_id") or view.id
    previous = view.content.get("previous_view_id") or parent.get("id")
    view.hash = f"{state.workspace.new_ts()}.h"
    blocks = [
        {"block_id": block.get("block_id") or f"b{number}"} | block
        for number, block in enumerate(content["blocks"])
    ]
    view.content = {
        "id": view.id,
        "team_id": state.workspace.team_id,
        "app_id": APP_ID,
        "app_installed_team_id": state.workspace.team_id,
        "bot_id": state.workspace.bot_id,
        "hash": view.hash,
        "root_view_id": root,
        "previous_view_id": previous,
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "state": {"values": {}},
        "clear_on_close": False,
        "notify_on_close": False,
        "close": None,
        "submit": None,
        **content,
        "blocks": blocks,
    }
    for workspace in _shown_in(state, view.user):
        workspace.notify(Change("view", view=view))


def _shown_in(state: ServerState, user: str) -> Iterator[Workspace]:
    """Yield where a view is shown: in the workspace, and in the user's own if it is another."""
    yield state.workspace
    person = state.workspace.users.get(user)
    if person and person.is_stranger and person.team_id in state.beside:
        yield state.beside[person.team_id].workspace


def _check(content: Any, kind: str = "modal") -> None:
    if not isinstance(content, dict) or content.get("type") != kind:
        raise ApiError("invalid_arguments", f"[ERROR] the view must be of type {kind}")
    if len(content.get("private_metadata") or "") > _MAX_PRIVATE_METADATA:
        raise ApiError("invalid_arguments", "[ERROR] private_metadata is too long")
    check_blocks(content.get("blocks"), MOST_VIEW_BLOCKS)
    if kind == "modal":
        _check_modal(content)
    if len(json.dumps(content)) > _MAX_BYTES:
        raise ApiError("view_too_large")


def _check_modal(content: Json) -> None:
    title = content.get("title")
    if not isinstance(title, dict) or not title.get("text"):
        raise ApiError("invalid_arguments", "[ERROR] missing required field: title")
    if len(title["text"]) > _MAX_TITLE:
        raise ApiError("invalid_arguments", "[ERROR] the title has more than 24 characters")
    if any(block["type"] == "input" for block in content["blocks"]) and not content.get("submit"):
        raise ApiError("invalid_arguments", "[ERROR] missing required field: submit")


def _answer(state: ServerState, view: View) -> Json:
    return {"view": view.content}


METHODS: Mapping[str, Method] = {
    "views.open": open_view,
    "views.publish": publish,
    "views.push": push,
    "views.update": update,
}
