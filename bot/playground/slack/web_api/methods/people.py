"""``auth.test``, ``users.*``, ``bots.info``, ``team.info`` and reactions."""

from collections.abc import Mapping

from bot.json_types import Json
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.methods.method import Method
from bot.playground.slack.web_api.methods.paging import page, paged
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.workspace import payloads
from bot.playground.slack.workspace.messages import Message


def auth_test(state: ServerState, args: Json) -> Json:
    """Return the identity of the token."""
    workspace = state.workspace
    return {
        "url": f"{state.url}/",
        "team": workspace.team_name,
        "user": workspace.users[workspace.bot_user].name,
        "team_id": workspace.team_id,
        "user_id": state.workspace.bot_user,
        "bot_id": state.workspace.bot_id,
        "is_enterprise_install": False,
        **({"enterprise_id": workspace.enterprise.id} if workspace.enterprise else {}),
        **({"expires_in": workspace.token_lasts} if workspace.token_lasts else {}),
    }


def users_info(state: ServerState, args: Json) -> Json:
    """Return a member."""
    user = state.workspace.users.get(args["user"])
    if user is None or (user.is_stranger and not state.hazards.knows_strangers):
        raise ApiError("user_not_found")
    workspace = state.workspace
    others = [
        other.workspace.team_id
        for other in state.beside.values()
        if other is not state
        and workspace.enterprise
        and other.workspace.enterprise == workspace.enterprise
        and user.id in other.workspace.users
    ]
    locale = bool(args.get("include_locale"))
    return {"user": payloads.user(workspace, user, locale=locale, teams=others)}


def users_list(state: ServerState, args: Json) -> Json:
    """Return all members."""
    users, cursor = page(list(state.workspace.users.values()), args, 200)
    locale = bool(args.get("include_locale"))
    members = [payloads.user(state.workspace, user, locale=locale) for user in users]
    return paged("members", members, cursor) | {"cache_ts": 0}


def group_members(state: ServerState, args: Json) -> Json:
    """Return the members of a user group."""
    members = state.workspace.group_members.get(args["usergroup"])
    if members is None:
        raise ApiError("no_such_subteam")
    return {"users": list(members)}


def bots_info(state: ServerState, args: Json) -> Json:
    """Return the bot of an app."""
    bot_id = args.get("bot")
    if bot_id not in (state.workspace.bot_id, *state.workspace.apps):
        raise ApiError("bot_not_found")
    bot = payloads.bot_profile(state.workspace, bot_id)
    del bot["team_id"]
    return {"bot": bot}


def team_info(state: ServerState, args: Json) -> Json:
    """Return the workspace."""
    workspace = state.workspace
    team = {"id": workspace.team_id, "name": workspace.team_name, "domain": workspace.domain}
    return {"team": team | {"url": f"{state.url}/"}}


def add_reaction(state: ServerState, args: Json) -> Json:
    """React to a message."""
    message = _reacted_to(state, args)
    if state.workspace.bot_user in message.reactions.get(args["name"], ()):
        raise ApiError("already_reacted")
    state.workspace.add_reaction(message, state.workspace.bot_user, args["name"])
    return {}


def remove_reaction(state: ServerState, args: Json) -> Json:
    """Remove a reaction."""
    message = _reacted_to(state, args)
    if state.workspace.bot_user not in message.reactions.get(args["name"], ()):
        raise ApiError("no_reaction")
    state.workspace.remove_reaction(message, state.workspace.bot_user, args["name"])
    return {}


def _reacted_to(state: ServerState, args: Json) -> Message:
    channel = state.channel(args.get("channel", ""))
    message = state.workspace.message(channel.id, args.get("timestamp", ""))
    if message is None:
        raise ApiError("message_not_found")
    return message


METHODS: Mapping[str, Method] = {
    "auth.test": auth_test,
    "bots.info": bots_info,
    "reactions.add": add_reaction,
    "reactions.remove": remove_reaction,
    "team.info": team_info,
    "usergroups.users.list": group_members,
    "users.info": users_info,
    "users.list": users_list,
}
