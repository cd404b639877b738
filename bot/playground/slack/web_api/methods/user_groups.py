"""``usergroups.*``: groups that a message can mention.

Written from Slack's method reference, which does not document `already_enabled` and the like.
"""

import time
from collections.abc import Mapping

from bot.json_types import Json
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.methods.method import Method
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.workspace.state import Change


def create(state: ServerState, args: Json) -> Json:
    """Create a group without members."""
    handle = args.get("handle") or args["name"].casefold().replace(" ", "-")
    _check_free(state, args["name"], handle)
    group: Json = {
        "id": state.workspace.new_id("S"),
        "team_id": state.workspace.team_id,
        "is_usergroup": True,
        "name": args["name"],
        "handle": handle,
        "description": args.get("description", ""),
        "created_by": state.workspace.bot_user,
        "date_create": int(time.time()),
        "date_delete": 0,
    }
    state.workspace.user_groups[group["id"]] = group
    return _changed(state, group)


def update(state: ServerState, args: Json) -> Json:
    """Change a group's name, handle or description."""
    group = _group(state, args)
    changed: Json = {key: args[key] for key in ("name", "handle", "description") if key in args}
    _check_free(state, changed.get("name"), changed.get("handle"), but=group["id"])
    group.update(changed)
    return _changed(state, group)


def disable(state: ServerState, args: Json) -> Json:
    """Disable a group; groups cannot be deleted."""
    group = _group(state, args)
    group["date_delete"] = int(time.time())
    return _changed(state, group)


def enable(state: ServerState, args: Json) -> Json:
    """Enable a group again."""
    group = _group(state, args)
    group["date_delete"] = 0
    return _changed(state, group)


def list_groups(state: ServerState, args: Json) -> Json:
    """Return the groups; disabled ones only if requested."""
    all_groups = bool(args.get("include_disabled"))
    groups = state.workspace.user_groups.values()
    return {"usergroups": [dict(g) for g in groups if all_groups or not g["date_delete"]]}


def _group(state: ServerState, args: Json) -> Json:
    group = state.workspace.user_groups.get(args["usergroup"])
    if group is None:
        raise ApiError("no_such_subteam")
    return group


def _changed(state: ServerState, group: Json) -> Json:
    """Notify subscribers of the change; returns the answer."""
    state.workspace.notify(Change("group"))
    return {"usergroup": dict(group)}


def _check_free(state: ServerState, name: str | None, handle: str | None, but: str = "") -> None:
    workspace = state.workspace
    people = {user.name for user in workspace.users.values()}
    channels = {channel.name for channel in workspace.channels.values()}
    if handle and handle in people | channels:
        raise ApiError("handle_already_exists")
    for group in workspace.user_groups.values():
        if group["id"] == but:
            continue
        if group["name"] == name:
            raise ApiError("name_already_exists")
        if group["handle"] == handle:
            raise ApiError("handle_already_exists")


METHODS: Mapping[str, Method] = {
    "usergroups.create": create,
    "usergroups.disable": disable,
    "usergroups.enable": enable,
    "usergroups.list": list_groups,
    "usergroups.update": update,
}
