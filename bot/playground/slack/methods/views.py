"""Modals and the App Home."""

import json
from collections.abc import Mapping

from bot.playground.slack.arguments import ApiError
from bot.playground.slack.company import APP_ID, BOT_ID
from bot.playground.slack.methods.caller import Method, Site
from bot.playground.slack.methods.content import MOST_VIEW_BLOCKS, check_blocks
from bot.playground.slack.workspace import Change, Json, View

_LARGEST = 250_000
_LONGEST_TITLE = 24
_LONGEST_PRIVATE = 3_000


def open_view(site: Site, args: Json) -> Json:
    """Open a modal for whoever did what the trigger stands for."""
    user = site.use_trigger(args.get("trigger_id"))
    return _shown(site, new_view(site, user, args["view"]))


def push(site: Site, args: Json) -> Json:
    """Put a modal on top of another."""
    return open_view(site, args)


def update(site: Site, args: Json) -> Json:
    """Change a modal that is open."""
    wanted = args.get("view_id") or args.get("external_id")
    for view in site.workspace.views.values():
        if wanted in (view.id, view.content.get("external_id")):
            if args.get("hash") not in (None, view.hash):
                raise ApiError("hash_conflict")
            replace_content(site, view, args["view"])
            return _shown(site, view)
    raise ApiError("not_found")


def publish(site: Site, args: Json) -> Json:
    """Set somebody's App Home."""
    user, content = args["user_id"], args["view"]
    if user not in site.workspace.users:
        raise ApiError("user_not_found")
    if content.get("type") != "home":
        raise ApiError("invalid_arguments", "[ERROR] a home view is wanted")
    check_blocks(content.get("blocks"), MOST_VIEW_BLOCKS)
    view = View(site.workspace.new_id("V"), user, {}, "")
    site.workspace.homes[user] = view
    _fill(site, view, content)
    return _shown(site, view)


def new_view(site: Site, user: str, content: Json) -> View:
    """Return a new modal on the screen of *user*."""
    _check(content)
    view = View(site.workspace.new_id("V"), user, {}, "")
    site.workspace.views[view.id] = view
    _fill(site, view, content)
    return view


def replace_content(site: Site, view: View, content: Json) -> None:
    """Show something else in a modal."""
    _check(content)
    _fill(site, view, content)


def _fill(site: Site, view: View, content: Json) -> None:
    view.hash = f"{site.workspace.new_ts()}.h"
    blocks = [
        {"block_id": block.get("block_id") or f"b{number}"} | block
        for number, block in enumerate(content["blocks"])
    ]
    view.content = {
        "id": view.id,
        "team_id": site.workspace.team_id,
        "app_id": APP_ID,
        "bot_id": BOT_ID,
        "hash": view.hash,
        "root_view_id": view.id,
        "previous_view_id": None,
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
    site.workspace.tell(Change("view", view=view))


def _check(content: Json) -> None:
    title = content.get("title")
    if content.get("type") != "modal" or not isinstance(title, dict):
        raise ApiError("invalid_arguments", "[ERROR] a modal with a title is wanted")
    if len(title.get("text", "")) > _LONGEST_TITLE:
        raise ApiError("invalid_arguments", "[ERROR] the title has more than 24 characters")
    if len(content.get("private_metadata") or "") > _LONGEST_PRIVATE:
        raise ApiError("invalid_arguments", "[ERROR] private_metadata is too long")
    check_blocks(content.get("blocks"), MOST_VIEW_BLOCKS)
    if any(block["type"] == "input" for block in content["blocks"]) and not content.get("submit"):
        raise ApiError("invalid_arguments", "[ERROR] missing required field: submit")
    if len(json.dumps(content)) > _LARGEST:
        raise ApiError("view_too_large")


def _shown(site: Site, view: View) -> Json:
    return {"view": view.content}


METHODS: Mapping[str, Method] = {
    "views.open": open_view,
    "views.publish": publish,
    "views.push": push,
    "views.update": update,
}
